import { newId } from '@annex/service';
import type { Door, Thing } from './doors.ts';
import { anna, type Scenario } from './scenario.ts';

/** Makes a thing by a mutation `createX(input: CreateXInput!) { x { id } }` and its like. @returns its id */
export async function make(
  scenario: Scenario,
  mutation: string,
  field: string,
  input: object,
  caller?: Parameters<Scenario['ask']>[2],
): Promise<string> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const answer = await scenario.ask<{ [name: string]: { [name: string]: { id: string } } }>(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${field} { id } } }`,
    { input },
    caller,
  );
  const id = answer[mutation]?.[field]?.id;
  if (!id) throw new Error(`${mutation} answered without an id`);
  return id;
}

/** What a draft needs before others look at it. */
export const scopeTexts = {
  statement: 'Everything in one office.',
  boundaries: 'The office in Graz, its network and its machines.',
  considered: 'Each issue and requirement was gone through.',
};

type Prepare = (scenario: Scenario, of: Thing) => Promise<{ subjectId: string }>;

/** Things whose names or descriptions tell of the implementation that doors are about, and so whose they are. */
const site: Prepare = async (scenario, { id, ismsId }) => ({
  subjectId: await make(scenario, 'createSite', 'site', {
    ...{ ismsId, name: `Site ${newId()}`, kind: 'OFFICE', description: `Of ${id}` },
  }),
});
const process: Prepare = async (scenario, { id, ismsId }) => {
  const needed = await make(scenario, 'createIsmsProcess', 'ismsProcess', { ismsId, name: `Process ${newId()}` });
  return {
    subjectId: await make(scenario, 'createIsmsProcess', 'ismsProcess', {
      ...{ ismsId, name: `Process ${newId()}`, description: `Of ${id}`, dependsOn: [needed] },
    }),
  };
};
const draft = (ismsId: string, scenario: Scenario, of: Thing) =>
  make(
    scenario,
    'draftScope',
    'scopeVersion',
    { ismsId, ...scopeTexts, boundaries: `Of ${of.id}` },
    { personId: anna },
  );

/** Of the thing's own ISMS, for what is read. */
const openVersion: Prepare = async (scenario, of) => {
  const { ismsScope } = await scenario.ask<{ ismsScope: { open: { id: string } | null } }>(
    'query ($ismsId: UUID) { ismsScope(ismsId: $ismsId) { open { id } } }',
    { ismsId: of.ismsId },
  );
  return { subjectId: ismsScope.open?.id ?? (await draft(of.ismsId, scenario, of)) };
};

/** Of an ISMS of its own, for what is used up. */
const drafted: Prepare = async (scenario, of) => ({
  subjectId: await draft(await scenario.createIsms(), scenario, of),
});
const submitted: Prepare = async (scenario, of) => {
  const { subjectId } = await drafted(scenario, of);
  await make(scenario, 'submitScope', 'scopeVersion', { id: subjectId }, { personId: anna });
  return { subjectId };
};
const freshIsms = async (scenario: Scenario) => ({ ismsId: await scenario.createIsms() });

const issueInput = ({ id, ismsId }: Thing) => ({
  ...{ ismsId, title: `Of ${id}`, kind: 'EXTERNAL', relevance: 'Customers ask for it.' },
  reviewDate: '2199-01-01T00:00:00Z',
});
const issue: Prepare = async (scenario, of) => ({
  subjectId: await make(scenario, 'createContextIssue', 'contextIssue', issueInput(of)),
});
const party: Prepare = async (scenario, { id, ismsId }) => ({
  subjectId: await make(scenario, 'createInterestedParty', 'interestedParty', {
    ...{ ismsId, name: `Party ${newId()}`, kind: 'CUSTOMER', description: `Of ${id}` },
  }),
});
const requirement: Prepare = async (scenario, of) => ({
  subjectId: await make(scenario, 'createPartyRequirement', 'partyRequirement', {
    partyId: (await party(scenario, of)).subjectId,
    requirement: `Of ${of.id}`,
  }),
});
const obligationInput = ({ id, ismsId }: Thing) => ({
  ...{ ismsId, title: `Of ${id}`, kind: 'LEGAL', source: 'GDPR, article 32', controlIds: ['A.5.34'] },
  ...{ implementationIds: [id], riskIds: [newId()] },
});
const obligation: Prepare = async (scenario, of) => ({
  subjectId: await make(scenario, 'createObligation', 'obligation', obligationInput(of)),
});

const climate = async (scenario: Scenario, { id, ismsId }: Thing) => {
  await scenario.ask(
    'mutation ($input: DetermineClimateRelevanceInput!) { determineClimateRelevance(input: $input) { ismsContext { climate { number } } } }',
    { input: { ismsId, relevance: 'RELEVANT', reason: `Of ${id}` } },
  );
  return {};
};

const byId = ({ subjectId }: Thing) => ({ id: subjectId });
const ofIsms = ({ ismsId }: Thing) => ({ ismsId });

const siteFields = 'id version name kind description createdAt updatedAt isms { id }';
const processFields =
  'id version name description inputs outputs createdAt updatedAt isms { id } dependsOn { id } neededBy { id }';
const versionFields = `id version number status statement boundaries considered authors note submittedBy submittedAt reviewNote decidedBy decidedAt
  supersededAt createdAt updatedAt isms { id } sites { id name kind description site { id } } processes { id name description process { id } }
  interfaces { name description } dependencies { name description process { id } } exclusions { what reason }`;
const issueFields =
  'id version reference title description kind relevance status reviewDate createdAt updatedAt isms { id }';
const climateFields = 'id number relevance reason reviewDate determinedBy determinedAt';
const requirementFields = 'id version requirement decision explanation decidedBy decidedAt createdAt updatedAt';
const partyFields = `id version name kind description createdAt updatedAt isms { id } requirements { ${requirementFields} party { id } }`;
const obligationFields = `id version reference title description kind source jurisdiction riskIds reviewDate status createdAt updatedAt isms { id }
  party { id } controls { id } implementations { id } risks { id }`;

export const entity = (type: string, fields: string, prepare: Prepare): Door => ({
  name: `_entities of ${type}`,
  document: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${fields} } } }`,
  variables: ({ subjectId }) => ({ r: [{ __typename: type, id: subjectId }] }),
  prepare,
});
export const one = (name: string, fields: string, prepare: Prepare): Door => ({
  name,
  document: `query ($id: UUID!) { ${name}(id: $id) { ${fields} } }`,
  variables: byId,
  prepare,
});
export const many = (name: string, fields: string, prepare: Prepare): Door => ({
  name,
  // The newest lie at the end of what many tests made.
  document: `query ($ismsId: UUID) { ${name}(ismsId: $ismsId, first: 200) { totalCount nodes { ${fields} } } }`,
  variables: ofIsms,
  prepare,
});

/** Queries for context, interested parties, scope and obligations. */
export const contextQueries: readonly Door[] = [
  one('site', siteFields, site),
  many('sites', siteFields, site),
  entity('Site', siteFields, site),
  one('ismsProcess', processFields, process),
  many('ismsProcesses', processFields, process),
  entity('IsmsProcess', processFields, process),
  {
    name: 'ismsScope',
    document: `query ($ismsId: UUID) { ismsScope(ismsId: $ismsId) { isms { id } statement approved { id } open { ${versionFields} } } }`,
    variables: ofIsms,
    prepare: openVersion,
  },
  one('scopeVersion', versionFields, openVersion),
  many('scopeVersions', versionFields, openVersion),
  entity('ScopeVersion', versionFields, openVersion),
  {
    name: 'ismsContext',
    document: `query ($ismsId: UUID) { ismsContext(ismsId: $ismsId) { isms { id } climate { ${climateFields} } climateHistory { ${climateFields} }
      issues { totalCount nodes { ${issueFields} } } interestedParties { totalCount nodes { ${partyFields} } } } }`,
    variables: ofIsms,
    prepare: climate,
  },
  one('contextIssue', issueFields, issue),
  entity('ContextIssue', issueFields, issue),
  one('interestedParty', partyFields, party),
  entity('InterestedParty', partyFields, party),
  one('partyRequirement', requirementFields, requirement),
  entity('PartyRequirement', requirementFields, requirement),
  one('obligation', obligationFields, obligation),
  many('obligations', obligationFields, obligation),
  entity('Obligation', obligationFields, obligation),
];

export const mutation = (
  name: string,
  field: string,
  variables: (of: Thing) => object,
  prepare?: Door['prepare'],
): Door => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  return {
    name,
    document: `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} } }`,
    variables: (of) => ({ input: variables(of) }),
    ...(prepare ? { prepare } : {}),
  };
};

export const contextMutations: readonly Door[] = [
  mutation('createSite', 'site { id }', ({ ismsId }) => ({ ismsId, name: `Site ${newId()}`, kind: 'CLOUD' })),
  mutation('updateSite', 'site { id }', (of) => ({ ...byId(of), name: `Site ${newId()}` }), site),
  mutation('deleteSite', 'id', byId, site),
  mutation('createIsmsProcess', 'ismsProcess { id }', ({ ismsId }) => ({ ismsId, name: `Process ${newId()}` })),
  mutation('updateIsmsProcess', 'ismsProcess { id }', (of) => ({ ...byId(of), inputs: 'Orders' }), process),
  mutation('deleteIsmsProcess', 'id', byId, process),
  mutation('draftScope', 'scopeVersion { id }', ofIsms, freshIsms),
  mutation('updateScope', 'scopeVersion { id }', (of) => ({ ...byId(of), boundaries: 'Two offices.' }), drafted),
  mutation('submitScope', 'scopeVersion { id }', byId, drafted),
  {
    ...mutation('judgeScope', 'scopeVersion { id }', (of) => ({ ...byId(of), decision: 'APPROVED' }), submitted),
    permission: 'controls:approve',
  },
  mutation('withdrawScope', 'scopeVersion { id }', byId, submitted),
  mutation('createContextIssue', 'contextIssue { id }', issueInput),
  mutation('updateContextIssue', 'contextIssue { id }', (of) => ({ ...byId(of), status: 'CLOSED' }), issue),
  mutation('determineClimateRelevance', 'ismsContext { climate { id } }', ({ ismsId }) => ({
    ...{ ismsId, relevance: 'NOT_RELEVANT', reason: 'We looked.' },
  })),
  mutation('createInterestedParty', 'interestedParty { id }', ({ ismsId }) => ({
    ...{ ismsId, name: `Party ${newId()}`, kind: 'PUBLIC' },
  })),
  mutation('updateInterestedParty', 'interestedParty { id }', (of) => ({ ...byId(of), kind: 'PARTNER' }), party),
  mutation('deleteInterestedParty', 'id', byId, party),
  mutation(
    'createPartyRequirement',
    'partyRequirement { id }',
    ({ subjectId }) => ({ partyId: subjectId, requirement: 'Certificates.' }),
    party,
  ),
  mutation(
    'updatePartyRequirement',
    'partyRequirement { id }',
    (of) => ({ ...byId(of), decision: 'ADDRESSED', explanation: 'By a certificate.' }),
    requirement,
  ),
  mutation('deletePartyRequirement', 'id', byId, requirement),
  mutation('createObligation', 'obligation { id }', obligationInput),
  mutation('updateObligation', 'obligation { id }', (of) => ({ ...byId(of), status: 'REPEALED' }), obligation),
];
