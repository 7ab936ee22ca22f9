import { type Permission, roles } from '@annex/schema';
import { type Register, type RiskView, riskFields, startRegister } from './register.ts';

let register: Register;
let risk: RiskView;
beforeAll(async () => {
  register = await startRegister();
  risk = await register.createRisk({ ownerId: register.person, inherentLikelihood: 1 });
});
afterAll(() => register.close());

const uuid = '0190aaaa-0000-7000-8000-00000000ffff';
const criteria = {
  expectedVersion: 1,
  name: 'n',
  currency: 'EUR',
  likelihoods: [],
  consequences: [],
  levels: [],
  matrix: [],
  floorFrequency: 0,
  floorLoss: 0,
  appetite: '',
};

const reads: [string, string][] = [
  ['risk', `{ risk(id: "${uuid}") { id } }`],
  ['risks', '{ risks { nodes { id } } }'],
  ['riskCriteria', '{ riskCriteria { id } }'],
  ['riskCriteriaProposal', `{ riskCriteriaProposal(id: "${uuid}") { id } }`],
  ['riskCriteriaProposals', '{ riskCriteriaProposals { nodes { id } } }'],
  ['riskCriteriaVersions', '{ riskCriteriaVersions { nodes { id } } }'],
  [
    'RiskCriteriaProposal as an entity',
    `{ _entities(representations: [{ __typename: "RiskCriteriaProposal", id: "${uuid}" }]) { ... on RiskCriteriaProposal { id } } }`,
  ],
  ['heatMap', '{ heatMap { cells { count } } }'],
  ['history of a risk', `{ risk(id: "${uuid}") { history { nodes { id } } } }`],
  ['bow tie of a risk', `{ risk(id: "${uuid}") { bowTie { causes { text } } } }`],
  ['simulation', `{ simulation(id: "${uuid}") { id } }`],
  ['simulations', '{ simulations { nodes { id } } }'],
  ['asset', `{ asset(id: "${uuid}") { id } }`],
  ['assets', '{ assets { nodes { id } } }'],
  ['threat', '{ threat(id: "T-FIRE") { id } }'],
  ['threats', '{ threats { nodes { id } } }'],
  ['weakness', '{ weakness(id: "W-NO-BACKUP") { id } }'],
  ['weaknesses', '{ weaknesses { nodes { id } } }'],
  ['scenarioTemplate', '{ scenarioTemplate(id: "S-FIRE") { id } }'],
  ['scenarioTemplates', '{ scenarioTemplates { nodes { id } } }'],
  [
    'Asset as an entity',
    `{ _entities(representations: [{ __typename: "Asset", id: "${uuid}" }]) { ... on Asset { id } } }`,
  ],
  ['securityEvent', `{ securityEvent(id: "${uuid}") { id } }`],
  ['securityEvents', '{ securityEvents { nodes { id } } }'],
  ['what was observed of a risk', `{ risk(id: "${uuid}") { observed(from: "2025-01-01T00:00:00Z") { count } } }`],
  ['incident', `{ incident(id: "${uuid}") { id } }`],
  ['incidents', '{ incidents { nodes { id } } }'],
  [
    'SecurityEvent as an entity',
    `{ _entities(representations: [{ __typename: "SecurityEvent", id: "${uuid}" }]) { ... on SecurityEvent { id } } }`,
  ],
  [
    'Incident as an entity',
    `{ _entities(representations: [{ __typename: "Incident", id: "${uuid}" }]) { ... on Incident { id } } }`,
  ],
  ['assessmentCycle', `{ assessmentCycle(id: "${uuid}") { id } }`],
  ['assessmentCycles', '{ assessmentCycles { nodes { id } } }'],
  ['riskAggregate', '{ riskAggregate(by: OWNER) { nodes { key } } }'],
  ['riskRanking', '{ riskRanking { nodes { position } } }'],
  ['compareRisks', `{ compareRisks(ids: ["${uuid}"]) { explanations } }`],
  ['assessmentDue', '{ assessmentDue { period } }'],
  ['cycleDifferences', `{ cycleDifferences(fromId: "${uuid}", toId: "${uuid}") { comparability } }`],
  ['riskConsultation', `{ riskConsultation(id: "${uuid}") { id } }`],
  ['riskConsultations', '{ riskConsultations { nodes { id } } }'],
  ['reassessmentTriggers', '{ reassessmentTriggers { nodes { id } } }'],
  ['riskIndicator', `{ riskIndicator(id: "${uuid}") { id } }`],
  ['riskIndicators', '{ riskIndicators { nodes { id } } }'],
  ['indicators of a risk', `{ risk(id: "${uuid}") { indicators { id } } }`],
  [
    'RiskIndicator as an entity',
    `{ _entities(representations: [{ __typename: "RiskIndicator", id: "${uuid}" }]) { ... on RiskIndicator { id } } }`,
  ],
  [
    'AssessmentCycle as an entity',
    `{ _entities(representations: [{ __typename: "AssessmentCycle", id: "${uuid}" }]) { ... on AssessmentCycle { id } } }`,
  ],
  [
    'RiskConsultation as an entity',
    `{ _entities(representations: [{ __typename: "RiskConsultation", id: "${uuid}" }]) { ... on RiskConsultation { id } } }`,
  ],
  ['riskTreatment', `{ riskTreatment(id: "${uuid}") { id } }`],
  ['riskTreatments', '{ riskTreatments { nodes { id } } }'],
  [
    'RiskTreatment as an entity',
    `{ _entities(representations: [{ __typename: "RiskTreatment", id: "${uuid}" }]) { ... on RiskTreatment { id } } }`,
  ],
  [
    'Simulation as an entity',
    `{ _entities(representations: [{ __typename: "Simulation", id: "${uuid}" }]) { ... on Simulation { id } } }`,
  ],
  [
    'Risk as an entity',
    `{ _entities(representations: [{ __typename: "Risk", id: "${uuid}" }]) { ... on Risk { id } } }`,
  ],
];

const step = { riskId: uuid, expectedVersion: 1 };
const treatment = { id: uuid, expectedVersion: 1 };
const noted = { ...treatment, note: 'n' };
const action = { actionId: uuid, expectedVersion: 1 };
const proposal = { id: uuid, expectedVersion: 1 };
const effects = { implementationId: uuid, likelihoodEffect: 1, consequenceEffect: 1 };
const writes: [string, string, object, Permission][] = [
  [
    'createRisk',
    'CreateRiskInput',
    { title: 't', affects: ['INTEGRITY'], inherentLikelihood: 1, inherentConsequence: 1 },
    'risk:write',
  ],
  ['updateRisk', 'UpdateRiskInput', { id: uuid, expectedVersion: 1 }, 'risk:write'],
  ['linkImplementation', 'LinkImplementationInput', { ...step, ...effects }, 'risk:write'],
  ['unlinkImplementation', 'UnlinkImplementationInput', { ...step, implementationId: uuid }, 'risk:write'],
  ['closeRisk', 'RiskStepInput', step, 'risk:write'],
  ['reopenRisk', 'RiskStepInput', step, 'risk:write'],
  ['assessRisk', 'AssessRiskInput', step, 'risk:write'],
  ['acceptRisk', 'AcceptRiskInput', step, 'risk:accept'],
  ['setRiskCriteria', 'SetRiskCriteriaInput', criteria, 'risk:write'],
  ['proposeRiskCriteria', 'ProposeRiskCriteriaInput', criteria, 'risk:write'],
  [
    'updateRiskCriteriaProposal',
    'UpdateRiskCriteriaProposalInput',
    { ...criteria, id: uuid, criteriaVersion: 1 },
    'risk:write',
  ],
  ['submitRiskCriteriaProposal', 'SubmitRiskCriteriaProposalInput', proposal, 'risk:write'],
  ['withdrawRiskCriteriaProposal', 'WithdrawRiskCriteriaProposalInput', { ...proposal, reason: 'r' }, 'risk:write'],
  ['sendBackRiskCriteriaProposal', 'SendBackRiskCriteriaProposalInput', { ...proposal, reason: 'r' }, 'risk:accept'],
  ['approveRiskCriteria', 'ApproveRiskCriteriaInput', proposal, 'risk:accept'],
  [
    'quantifyRisk',
    'QuantifyRiskInput',
    { riskId: uuid, frequency: { kind: 'POISSON', rate: 1 }, lossForms: [], rationale: 'r' },
    'risk:write',
  ],
  [
    'adoptObserved',
    'AdoptObservedInput',
    { riskId: uuid, expectedVersion: 1, from: '2025-01-01T00:00:00Z', reason: 'r' },
    'risk:write',
  ],
  ['removeQuantification', 'RemoveQuantificationInput', step, 'risk:write'],
  ['startSimulation', 'StartSimulationInput', { title: 't', riskIds: [uuid] }, 'risk:write'],
  ['cancelSimulation', 'CancelSimulationInput', { simulationId: uuid }, 'risk:write'],
  ['createAsset', 'CreateAssetInput', { name: 'n', kind: 'SUPPORTING', category: 'SITE' }, 'risk:write'],
  ['updateAsset', 'UpdateAssetInput', { id: uuid, expectedVersion: 1 }, 'risk:write'],
  ['retireAsset', 'AssetStepInput', { id: uuid, expectedVersion: 1 }, 'risk:write'],
  ['reinstateAsset', 'AssetStepInput', { id: uuid, expectedVersion: 1 }, 'risk:write'],
  ['identifyRisk', 'IdentifyRiskInput', { riskId: uuid }, 'risk:write'],
  ['removeIdentification', 'RemoveIdentificationInput', step, 'risk:write'],
  [
    'createRiskFromTemplate',
    'CreateRiskFromTemplateInput',
    { templateId: 'S-NONE', inherentLikelihood: 1, inherentConsequence: 1 },
    'risk:write',
  ],
  [
    'reportSecurityEvent',
    'ReportSecurityEventInput',
    { title: 't', detectedAt: '2999-01-01T00:00:00Z' },
    'risk:report',
  ],
  [
    'assessSecurityEvent',
    'AssessSecurityEventInput',
    { ...treatment, decision: 'NOT_AN_INCIDENT', reason: 'r' },
    'risk:write',
  ],
  ['updateIncident', 'UpdateIncidentInput', treatment, 'risk:write'],
  ['moveIncident', 'MoveIncidentInput', { ...treatment, to: 'TRIAGED' }, 'risk:write'],
  ['addIncidentEntry', 'AddIncidentEntryInput', { incidentId: uuid, phase: 'TRIAGE', text: 't' }, 'risk:write'],
  [
    'planAssessmentCycle',
    'PlanAssessmentCycleInput',
    { name: 'n', plannedStart: '2026-03-01T00:00:00Z', plannedEnd: '2026-04-01T00:00:00Z' },
    'risk:write',
  ],
  ['updateAssessmentCycle', 'UpdateAssessmentCycleInput', treatment, 'risk:write'],
  ['startAssessmentCycle', 'StartAssessmentCycleInput', treatment, 'risk:write'],
  ['completeAssessmentCycle', 'CompleteAssessmentCycleInput', treatment, 'risk:write'],
  ['cancelAssessmentCycle', 'CancelAssessmentCycleInput', noted, 'risk:write'],
  ['requestReassessment', 'RequestReassessmentInput', { riskId: uuid, reason: 'r' }, 'risk:write'],
  [
    'recordRiskConsultation',
    'RecordRiskConsultationInput',
    { direction: 'INFORMED', step: 'CONTEXT', subject: 's', heldAt: '2026-03-01T00:00:00Z', channel: 'c' },
    'risk:write',
  ],
  [
    'createRiskIndicator',
    'CreateRiskIndicatorInput',
    { name: 'n', figure: 'OVERDUE_ACTIONS', warning: 2, critical: 1 },
    'risk:write',
  ],
  ['updateRiskIndicator', 'UpdateRiskIndicatorInput', treatment, 'risk:write'],
  ['retireRiskIndicator', 'RetireRiskIndicatorInput', treatment, 'risk:write'],
  ['createRiskTreatment', 'CreateRiskTreatmentInput', { riskId: uuid, option: 'AVOID' }, 'risk:write'],
  ['updateRiskTreatment', 'UpdateRiskTreatmentInput', treatment, 'risk:write'],
  ['proposeRiskTreatment', 'ProposeRiskTreatmentInput', treatment, 'risk:write'],
  ['approveRiskTreatment', 'ApproveRiskTreatmentInput', { ...treatment, riskVersion: 1 }, 'risk:accept'],
  ['rejectRiskTreatment', 'RejectRiskTreatmentInput', noted, 'risk:accept'],
  ['reviseRiskTreatment', 'ReviseRiskTreatmentInput', noted, 'risk:write'],
  ['abandonRiskTreatment', 'AbandonRiskTreatmentInput', noted, 'risk:write'],
  ['completeRiskTreatment', 'CompleteRiskTreatmentInput', { ...treatment, result: 'r' }, 'risk:write'],
  ['completeTreatmentAction', 'CompleteTreatmentActionInput', action, 'risk:write'],
  ['cancelTreatmentAction', 'CancelTreatmentActionInput', { ...action, note: 'n' }, 'risk:write'],
];

const permissionsOf = (role: keyof typeof roles): readonly Permission[] => roles[role].permissions;
const forbidden = (answer: { errors?: readonly { extensions?: unknown }[] }) =>
  (answer.errors ?? []).some((error) => (error.extensions as { code?: string }).code === 'FORBIDDEN');

describe.each(Object.keys(roles) as (keyof typeof roles)[])('the role %s', (role) => {
  const permissions = permissionsOf(role);

  it.each(reads)('reads %s as its permissions say', async (_, query) => {
    expect(forbidden(await register.call(query, {}, { permissions }))).toBe(!permissions.includes('risk:read'));
  });

  it.each(writes)('does %s as its permissions say', async (name, type, input, needed) => {
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`;
    expect(forbidden(await register.call(document, { input }, { permissions }))).toBe(!permissions.includes(needed));
  });
});

const routes: ['GET' | 'POST', string, Permission][] = [
  ['GET', '/risks/export?format=csv', 'risk:read'],
  ['POST', '/risks/import?format=csv&dryRun=true', 'risk:write'],
  ['POST', '/risk-criteria/matrix?dryRun=true', 'risk:write'],
  ['POST', '/incidents?format=veris&dryRun=true', 'risk:write'],
  ['GET', '/heat-map?format=svg', 'risk:read'],
];

describe.each(routes)('%s %s', (method, url, needed) => {
  it.each(Object.keys(roles) as (keyof typeof roles)[])('answers the role %s as its permissions say', async (role) => {
    const permissions = permissionsOf(role);
    const more = { caller: { permissions }, ...(method === 'POST' ? { body: 'external key\na' } : {}) };
    expect((await register.send(method, url, more)).status === 403).toBe(!permissions.includes(needed));
  });
});

describe('somebody without risk:read', () => {
  const permissions: Permission[] = ['controls:read', 'identity:read'];

  it('sees no risk, not even through an implementation', async () => {
    const query = `{ _entities(representations: [{ __typename: "Implementation", id: "${uuid}" }]) { ... on Implementation { risks { id } } } }`;
    expect(forbidden(await register.call(query, {}, { permissions }))).toBe(true);
    expect(forbidden(await register.call(query, {}, { permissions: [...permissions, 'risk:read'] }))).toBe(false);
  });
});

describe('somebody with risk:read alone', () => {
  it('sees a risk and not who owns it', async () => {
    const query = (more: string) => `query ($id: UUID!) { risk(id: $id) { ${more} } }`;
    const caller = { permissions: ['risk:read'] as Permission[] };
    expect(forbidden(await register.call(query('history { nodes { person { id } } }'), { id: risk.id }, caller))).toBe(
      true,
    );
    const plain = riskFields.replaceAll('implementation { id }', '');
    expect(forbidden(await register.call(query(plain), { id: risk.id }, caller))).toBe(false);
    expect(forbidden(await register.call(query('owner { id }'), { id: risk.id }, caller))).toBe(true);
  });
});
