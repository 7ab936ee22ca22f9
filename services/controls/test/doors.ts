import type { ErrorCode, Permission } from '@annex/schema';
import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { componentMutations, componentQueries } from './component.doors.ts';
import { contextMutations, contextQueries } from './context.doors.ts';
import { implementationMutations, implementationQueries } from './implementation.doors.ts';
import { libraryMutations, libraryQueries } from './library.doors.ts';
import { planningMutations, planningQueries } from './planning.doors.ts';
import type { Scenario } from './scenario.ts';
import { soaMutations, soaQueries } from './soa.doors.ts';

/** Every root field of the service, with variables for an implementation `id` of an ISMS `ismsId`, for tests that walk them all. */
export interface Door {
  readonly name: string;
  readonly document: string;
  readonly variables: (of: Thing) => Record<string, unknown>;
  /** What a mutation demands; `controls:write` unless told. */
  readonly permission?: Permission;
  /** What another tenant is told by a mutation; NOT_FOUND unless told. */
  readonly foreign?: ErrorCode;
  /** What must be there first, made anew each time: what is behind some doors can be used up. */
  readonly prepare?: (scenario: Scenario, of: Thing) => Promise<Partial<Thing>>;
}

export interface Thing {
  readonly id: string;
  readonly ismsId: string;
  readonly measureId: string;
  readonly upgradeId?: string;
  readonly taskId?: string;
  readonly catalogueId?: string;
  readonly placeId?: string;
  readonly textId?: string;
  readonly mappingId?: string;
  readonly collectionId?: string;
  readonly definitionId?: string;
  readonly componentId?: string;
  readonly startedId?: string;
  readonly versionId?: string;
  /** What else a door is about. */
  readonly subjectId?: string;
}

/** A door's variables, with whatever must be there for it. */
export async function knock(scenario: Scenario, door: Door, of: Thing): Promise<Record<string, unknown>> {
  return door.variables({ ...of, ...(await door.prepare?.(scenario, of)) });
}

/** Backwards, since the implementation that doors are about is of A.8.28, which 2013 has not: it is an open point of the upgrade. */
const editions = { from: 'iso27001:2022', to: 'iso27001:2013' };

/** Something to carry over; A.5.1 went together from two of 2013. */
const toCarry = async (scenario: Scenario, { ismsId }: Thing) => {
  await scenario.implement({ ismsId, controlIds: ['A.5.1'] });
  return {};
};

const upgraded = async (scenario: Scenario, of: Thing) => {
  await toCarry(scenario, of);
  const { applyUpgrade } = await scenario.ask<{ applyUpgrade: { upgrade: { id: string } } }>(
    'mutation ($input: ApplyUpgradeInput!) { applyUpgrade(input: $input) { upgrade { id } } }',
    { input: { ismsId: of.ismsId, ...editions } },
  );
  return { upgradeId: applyUpgrade.upgrade.id };
};

/** A task about the implementation that doors are about. */
const tasked = async (scenario: Scenario, of: Thing) => {
  const { upgradeId } = await upgraded(scenario, of);
  const { upgradeTasks } = await scenario.ask<{ upgradeTasks: { nodes: { id: string }[] } }>(
    'query ($upgradeId: UUID, $id: UUID) { upgradeTasks(upgradeId: $upgradeId, implementationId: $id) { nodes { id } } }',
    { upgradeId, id: of.id },
  );
  const [task] = upgradeTasks.nodes;
  return task ? { taskId: task.id } : {};
};

const taskFields =
  'id version kind sentence sources { id } targets { id } implementations { id } implementationCount status note settledBy settledAt createdAt';

/** A catalogue of the tenant's own whose title tells whose it is. */
const catalogued = async (scenario: Scenario, of: Thing) => {
  const asked = { key: `own-${newId().slice(-12)}`, edition: '1', title: of.id, format: 'TABLE', sha256: '' } as const;
  const item = { number: 'A', kind: 'CONTROL', parent: null, title: of.id, text: '', content: null } as const;
  const { id } = await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, [item]));
  return { catalogueId: id };
};

const none = () => ({});

/** Queries that tell of the tenant's own things. */
export const tenantQueries: readonly Door[] = [
  ...soaQueries,
  ...contextQueries,
  ...implementationQueries,
  ...planningQueries,
  ...libraryQueries,
  ...componentQueries,
  {
    name: 'isms',
    document: 'query ($id: UUID!) { isms(id: $id) { id version name description scope status createdAt updatedAt } }',
    variables: ({ ismsId }) => ({ id: ismsId }),
  },
  { name: 'ismsList', document: '{ ismsList { totalCount nodes { id } } }', variables: none },
  {
    name: 'implementation',
    document: `query ($id: UUID!) { implementation(id: $id) {
      id version reference title description status share claimedDesign claimedOperation createdAt updatedAt
      isms { id } owner { id } controls { id }
      measureLinks(selection: ALL) { id measureId measure { id } weight role standing linkedAt linkedBy unlinkedAt unlinkedBy unlinkedReason }
      designAssessments { id conclusion reason assessedBy assessedAt }
      strength { version verified claimed assuranceGap verification operation computedAt explanation {
        sentence formula factors { name verified claimed verification source }
        inputs { measureId measure { id } reference title state value attainment freshness measuredAt validUntil weight role standing verified claimed verification note } } } } }`,
    variables: ({ id }) => ({ id }),
  },
  {
    name: 'implementations',
    document: '{ implementations { totalCount nodes { id strength { verified } } } }',
    variables: none,
  },
  {
    name: 'coverage',
    document: `query ($ismsId: UUID) { coverage(framework: "csf:2.0", ismsId: $ismsId) { equal contained touched missing framework { id }
      requirements(standing: TOUCHED) { standing place { id } because { relationship control { id } implementations { id } } } } }`,
    variables: ({ ismsId }) => ({ ismsId }),
  },
  {
    name: 'upgradePlan',
    document: `query ($ismsId: UUID, $from: ID!, $to: ID!) { upgradePlan(ismsId: $ismsId, from: $from, to: $to) {
      from { id title size } to { id title size } counts { added removed merged split unchanged changed } added { id } removed { id } merged { target { id } sources { id } } split { source { id } targets { id } }
      unchanged { source { id } target { id } } changed { source { id } target { id } } implementationCount openPointCount
      implementations(first: 500) { implementation { id } before { id } after { id } carried { id } openPoints { kind } }
      openPoints(first: 500) { kind sentence sources { id } targets { id } implementations { id } } } }`,
    variables: ({ ismsId }) => ({ ismsId, ...editions }),
  },
  {
    name: 'upgrade',
    document: `query ($id: UUID!) { upgrade(id: $id) {
      id version status appliedAt appliedBy undoneAt undoneBy isms { id } from { id } to { id } implementationCount
      taskCounts { total open done dismissed withdrawn }
      implementations(first: 500) { implementation { id } before { id } after { id } carried { id } openPoints { kind } }
      tasks(first: 200) { totalCount nodes { ${taskFields} } } } }`,
    variables: ({ upgradeId }) => ({ id: upgradeId }),
    prepare: upgraded,
  },
  {
    name: 'upgrades',
    document: `query ($ismsId: UUID) { upgrades(ismsId: $ismsId) { id tasks(kind: REMOVED) { nodes { implementations { id } } } } }`,
    variables: ({ ismsId }) => ({ ismsId }),
    prepare: upgraded,
  },
  {
    name: 'upgradeTask',
    document: `query ($id: UUID!) { upgradeTask(id: $id) { ${taskFields} upgrade { id status } isms { id } } }`,
    variables: ({ taskId }) => ({ id: taskId }),
    prepare: tasked,
  },
  {
    name: 'upgradeTasks',
    document: `query ($ismsId: UUID, $id: UUID) { upgradeTasks(ismsId: $ismsId, implementationId: $id) { totalCount nodes { ${taskFields} upgrade { id } } } }`,
    variables: ({ ismsId, id }) => ({ ismsId, id }),
    prepare: upgraded,
  },
  {
    name: 'catalogues',
    document:
      '{ catalogues { id key edition predecessor title format size sha256 createdAt createdBy version items { id } } }',
    prepare: catalogued,
    variables: none,
  },
  {
    name: 'catalogue',
    document:
      'query ($id: UUID!) { catalogue(id: $id) { id title items(first: 5) { id number kind title text parentId replaces control { id } } } }',
    prepare: catalogued,
    variables: ({ catalogueId }) => ({ id: catalogueId }),
  },
  {
    name: 'control.implementations',
    document: '{ control(id: "A.8.28") { implementations { id } } }',
    variables: none,
  },
  {
    name: '_entities of Isms',
    document: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Isms { id name } } }',
    variables: ({ ismsId }) => ({ r: [{ __typename: 'Isms', id: ismsId }] }),
  },
  {
    name: '_entities of Implementation',
    document:
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Implementation { id title strength { verified } } } }',
    variables: ({ id }) => ({ r: [{ __typename: 'Implementation', id }] }),
  },
];

/** Queries that tell of the catalogue, which is the installation's. */
export const catalogueQueries: readonly Door[] = [
  {
    name: 'requirements',
    document:
      '{ requirements { id letter demand documentedInformation owner evidence auditQuestions mistakes clause { id } } }',
    variables: none,
  },
  { name: 'maturityScale', document: '{ maturityScale { level title description } }', variables: none },
  { name: 'requirement', document: '{ requirement(id: "6.1.3.d") { id } }', variables: none },
  {
    name: 'term',
    document:
      '{ term(name: "risk") { id label altLabels definition note types broader { id } narrower { id } related { id } } }',
    variables: none,
  },
  { name: 'terms', document: '{ terms { id } }', variables: none },
  { name: 'findTerms', document: '{ findTerms(text: "rsik") { score term { id } } }', variables: none },
  {
    name: 'searchLibrary',
    document:
      '{ searchLibrary(text: "preventive controls for identity", facets: [{ name: "theme", value: "ORGANIZATIONAL" }]) { total hits { id kind framework number title snippet rank control { id } clause { id } standard { id } term { id } } facets { name values { value count } } } }',
    variables: none,
  },
  { name: 'frameworks', document: '{ frameworks { id title size } }', variables: none },
  {
    name: 'frameworkPlace',
    document:
      '{ frameworkPlace(id: "A.5.1") { id number title relations { relationship suggested provenance rationale strength place { id } through { id } } } }',
    variables: none,
  },
  {
    name: 'standards',
    document: '{ standards { id whyNotCertifiable useInstead { id } predecessor { id } } }',
    variables: none,
  },
  { name: 'standard', document: '{ standard(id: "iso27001:2022") { id number title } }', variables: none },
  {
    name: 'certificationCheck',
    document: '{ certificationCheck(standardId: "iso27001:2022") { standard { id } certifiable reason } }',
    variables: none,
  },
  { name: 'clauses', document: '{ clauses { id number title parent { id } guidance { id } } }', variables: none },
  { name: 'clause', document: '{ clause(id: "6.1.3") { id title } }', variables: none },
  {
    name: 'controls',
    document: '{ controls(theme: PEOPLE) { totalCount nodes { id guidance { id } } } }',
    variables: none,
  },
  { name: 'control', document: '{ control(id: "A.8.28") { id title theme controlTypes } }', variables: none },
];

export const mutations: readonly Door[] = [
  ...soaMutations,
  ...contextMutations,
  ...implementationMutations,
  ...planningMutations,
  ...libraryMutations,
  ...componentMutations,
  {
    name: 'deleteCatalogue',
    document: 'mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }',
    prepare: catalogued,
    variables: ({ catalogueId }) => ({ input: { id: catalogueId } }),
  },
  {
    name: 'createIsms',
    document: 'mutation ($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id } } }',
    variables: () => ({ input: { name: `Another ${Math.random()}` } }),
  },
  {
    name: 'updateIsms',
    document: 'mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }',
    variables: ({ ismsId }) => ({ input: { id: ismsId, description: 'Changed.' } }),
  },
  {
    name: 'createImplementation',
    document:
      'mutation ($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id } } }',
    variables: ({ ismsId }) => ({ input: { ismsId, title: 'Another', controlIds: ['A.5.1'] } }),
  },
  {
    name: 'updateImplementation',
    document:
      'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { id } } }',
    variables: ({ id }) => ({ input: { id, title: `Changed ${Math.random()}` } }),
  },
  {
    name: 'updateImplementations',
    document:
      'mutation ($input: UpdateImplementationsInput!) { updateImplementations(input: $input) { changed implementations { id } } }',
    variables: ({ id }) => ({ input: { edits: [{ id, title: `Changed ${Math.random()}` }] } }),
  },
  {
    name: 'linkMeasure',
    document: 'mutation ($input: LinkMeasureInput!) { linkMeasure(input: $input) { implementation { id } } }',
    variables: ({ id, measureId }) => ({ input: { implementationId: id, measureId } }),
  },
  {
    name: 'unlinkMeasure',
    document: 'mutation ($input: UnlinkMeasureInput!) { unlinkMeasure(input: $input) { implementation { id } } }',
    variables: ({ id, measureId }) => ({ input: { implementationId: id, measureId, reason: 'No longer.' } }),
  },
  {
    name: 'assessDesign',
    document: 'mutation ($input: AssessDesignInput!) { assessDesign(input: $input) { implementation { id } } }',
    variables: ({ id }) => ({ input: { implementationId: id, conclusion: 0.5, reason: 'Seen.' } }),
  },
  {
    name: 'applyUpgrade',
    document: 'mutation ($input: ApplyUpgradeInput!) { applyUpgrade(input: $input) { upgrade { id } } }',
    variables: ({ ismsId }) => ({ input: { ismsId, ...editions } }),
    prepare: toCarry,
  },
  {
    name: 'updateUpgradeTask',
    document: 'mutation ($input: UpdateUpgradeTaskInput!) { updateUpgradeTask(input: $input) { upgradeTask { id } } }',
    variables: ({ taskId }) => ({ input: { id: taskId, status: 'DONE' } }),
    prepare: tasked,
  },
  {
    name: 'undoUpgrade',
    document: 'mutation ($input: UndoUpgradeInput!) { undoUpgrade(input: $input) { upgrade { id } } }',
    variables: ({ upgradeId }) => ({ input: { id: upgradeId } }),
    prepare: upgraded,
  },
];
