/** Every root field of the service, with variables for an implementation `id` of an ISMS `ismsId`, for tests that walk them all. */
export interface Door {
  readonly name: string;
  readonly document: string;
  readonly variables: (of: { id: string; ismsId: string; measureId: string }) => Record<string, unknown>;
}

const none = () => ({});

/** Queries that tell of the tenant's own things. */
export const tenantQueries: readonly Door[] = [
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
    document: '{ requirements { id letter demand documentedInformation owner evidence auditQuestions mistakes clause { id } } }',
    variables: none,
  },
  { name: 'requirement', document: '{ requirement(id: "6.1.3.d") { id } }', variables: none },
  {
    name: 'term',
    document:
      '{ term(name: "risk") { id label altLabels definition note types broader { id } narrower { id } related { id } } }',
    variables: none,
  },
  { name: 'terms', document: '{ terms { id } }', variables: none },
  { name: 'findTerms', document: '{ findTerms(text: "rsik") { score term { id } } }', variables: none },
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
];
