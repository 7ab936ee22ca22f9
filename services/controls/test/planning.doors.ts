import { newId } from '@annex/service';
import { make } from './context.doors.ts';
import type { Door, Thing } from './doors.ts';
import { anna, type Scenario } from './scenario.ts';

/** An objective that says all that is needed to be pursued. */
export const planned = {
  title: 'Fewer open findings',
  statement: 'No finding of static analysis is open for more than a week.',
  policyBasis: 'Policy, section 2: we write code that withstands misuse.',
  basis: 'The risk of leaks, and what customers demand of code.',
  actions: 'Scan each change.',
  resources: 'A scanner and an hour a week.',
  ownerId: newId(),
  due: '2199-01-01T00:00:00Z',
  evaluation: 'By the measure, each quarter.',
};

/** What is considered before the ISMS is changed. */
export const considered = {
  purpose: 'Customers in the north.',
  consequences: 'More doors and more people.',
  integrity: 'Both offices keep to the same rules.',
  resources: 'A person for half a year.',
  responsibilities: 'The head of the office answers for it.',
};

type Prepare = (scenario: Scenario, of: Thing) => Promise<{ subjectId: string }>;

const byId = ({ subjectId }: Thing) => ({ id: subjectId });
const ofIsms = ({ ismsId }: Thing) => ({ ismsId });

/** A thing whose texts tell of the implementation that doors are about, and so whose it is. */
const made =
  (mutation: string, field: string, input: (of: Thing) => object): Prepare =>
  async (scenario, of) => ({ subjectId: await make(scenario, mutation, field, input(of)) });

const entity = (type: string, fields: string, prepare: Prepare): Door => ({
  name: `_entities of ${type}`,
  document: `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${fields} } } }`,
  variables: ({ subjectId }) => ({ r: [{ __typename: type, id: subjectId }] }),
  prepare,
});
const one = (name: string, fields: string, prepare: Prepare): Door => ({
  name,
  document: `query ($id: UUID!) { ${name}(id: $id) { ${fields} } }`,
  variables: byId,
  prepare,
});
const many = (name: string, fields: string, prepare: Prepare): Door => ({
  name,
  document: `query ($ismsId: UUID) { ${name}(ismsId: $ismsId, first: 200) { totalCount nodes { ${fields} } } }`,
  variables: ofIsms,
  prepare,
});
/** One, the list, and the entity behind both. */
const reads = (name: string, list: string, fields: string, prepare: Prepare): readonly Door[] => [
  one(name, fields, prepare),
  many(list, fields, prepare),
  entity(`${name[0]?.toUpperCase()}${name.slice(1)}`, fields, prepare),
];
const mutation = (name: string, field: string, variables: (of: Thing) => object, prepare?: Door['prepare']): Door => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  return {
    name,
    document: `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} } }`,
    variables: (of) => ({ input: variables(of) }),
    ...(prepare ? { prepare } : {}),
  };
};

const common = 'id version reference isms { id } createdAt updatedAt';

const objectiveInput = ({ id, ismsId, measureId }: Thing) => ({
  ...planned,
  ...{ ismsId, title: `Of ${id}`, measureIds: [measureId], riskIds: [newId()] },
});
const objective = made('createObjective', 'objective', objectiveInput);
const objectiveFields = `${common} title statement policyBasis measurability measurabilityReason basis riskIds actions resources due evaluation reviewDate
  communication communicatedAt status result closedAt progress requirements { id } obligations { id } risks { id } measures { id }
  progressExplanation { sentence formula inputs { measureId measure { id } reference title value attainment freshness measuredAt validUntil counted } }`;

const responsibilityInput = ({ id, ismsId }: Thing) => ({
  ismsId,
  title: `Of ${id}`,
  kind: 'CONFORMITY',
  personId: newId(),
});
const responsibility = made('createResponsibility', 'responsibility', responsibilityInput);
const responsibilityFields = `${common} title duties kind assignedBy assignedAt communication communicatedAt status`;

const interviewInput = ({ id, ismsId }: Thing) => ({
  ...{ ismsId, intervieweeId: newId(), heldAt: '2026-01-01T00:00:00Z', note: `Of ${id}` },
  judgements: [{ letter: 'A', conclusion: 'PARTLY', reason: 'Said and seen.' }],
});
const interview = made('recordLeadershipInterview', 'leadershipInterview', interviewInput);
const interviewFields = `${common} heldAt validUntil judgements { letter conclusion reason } note recordedBy status withdrawalReason withdrawnBy withdrawnAt`;

const competenceInput = ({ id, ismsId }: Thing) => ({ ismsId, title: `Of ${id}`, personId: newId() });
const competence = made('createCompetence', 'competence', competenceInput);
const competenceActionInput = ({ id, subjectId }: Thing) => ({
  ...{ competenceId: subjectId, action: `Of ${id}`, kind: 'TRAINING' },
});
const competenceAction: Prepare = async (scenario, of) =>
  made(
    'createCompetenceAction',
    'competenceAction',
    competenceActionInput,
  )(scenario, {
    ...of,
    ...(await competence(scenario, of)),
  });
const competenceActionFields =
  'id version action kind due status doneAt effectiveness evaluation evaluatedBy evaluatedAt createdAt updatedAt';
const competenceFields = `${common} title description responsibility { id } holding basis evidence evidenceFile { id } validUntil assessedBy assessedAt
  status actions { ${competenceActionFields} competence { id } }`;

const communicationInput = ({ id, ismsId }: Thing) => ({ ismsId, topic: `Of ${id}`, direction: 'INTERNAL' });
const communication = made('createCommunication', 'communication', communicationInput);
const communicationFields = `${common} topic direction occasion audience parties { id } channel status`;

const changeInput = ({ id, ismsId }: Thing) => ({ ...considered, ismsId, title: `Of ${id}` });
/** Proposed by another than who knocks at the doors. */
const change: Prepare = async (scenario, of) => ({
  subjectId: await make(scenario, 'proposeIsmsChange', 'ismsChange', changeInput(of), { personId: anna }),
});
const approved: Prepare = async (scenario, of) => {
  const { subjectId } = await change(scenario, of);
  await make(scenario, 'judgeIsmsChange', 'ismsChange', { id: subjectId, decision: 'APPROVED' });
  return { subjectId };
};
const changeFields = `${common} title purpose consequences integrity resources responsibilities plannedFor status authors decisionNote decidedBy decidedAt
  result doneAt`;

const unintendedInput = ({ id, ismsId }: Thing) => ({ ismsId, title: `Of ${id}` });
const unintended = made('recordUnintendedChange', 'unintendedChange', unintendedInput);
const unintendedFields = `${common} title description noticedAt change { id } consequences mitigation status reviewedBy reviewedAt`;

const opportunityInput = ({ id, ismsId }: Thing) => ({ ismsId, title: `Of ${id}`, kind: 'RISK' });
const opportunity = made('createOpportunity', 'opportunity', opportunityInput);
const opportunityActionInput = ({ id, subjectId }: Thing) => ({ opportunityId: subjectId, action: `Of ${id}` });
const opportunityAction: Prepare = async (scenario, of) =>
  made(
    'createOpportunityAction',
    'opportunityAction',
    opportunityActionInput,
  )(scenario, {
    ...of,
    ...(await opportunity(scenario, of)),
  });
const opportunityActionFields =
  'id version action integration due status doneAt effectiveness evaluation evaluatedBy evaluatedAt createdAt updatedAt';
const opportunityFields = `${common} title description kind issues { id } requirements { id } response responseReason status result
  actions { ${opportunityActionFields} opportunity { id } }`;

const provisionInput = ({ id, ismsId }: Thing) => ({
  ...{ ismsId, title: `Of ${id}`, kind: 'SERVICE', provider: 'A data centre' },
  ...{ controlIds: ['A.5.19'], implementationIds: [id] },
});
const provision = made('createExternalProvision', 'externalProvision', provisionInput);
const provisionFields = `${common} title kind provider party { id } description criteria controls { id } implementations { id } reviewDate status`;

const process = made('createIsmsProcess', 'ismsProcess', ({ ismsId }) => ({ ismsId, name: `Process ${newId()}` }));
const criterionInput = ({ id, subjectId }: Thing) => ({ processId: subjectId, criterion: `Of ${id}` });
const criterion: Prepare = async (scenario, of) =>
  made(
    'createProcessCriterion',
    'processCriterion',
    criterionInput,
  )(scenario, {
    ...of,
    ...(await process(scenario, of)),
  });
const criterionFields = 'id version isms { id } process { id } criterion control evidence createdAt updatedAt';

const resourceInput = ({ id, ismsId }: Thing) => ({ ismsId, title: `Of ${id}`, kind: 'PEOPLE' });
const resource = made('createResourceNeed', 'resourceNeed', resourceInput);
const resourceFields = `${common} title purpose kind neededBy status answer decidedBy decidedAt`;

/** Queries for objectives, roles, leadership, competence, communication, changes, opportunities, external provision and resources. */
export const planningQueries: readonly Door[] = [
  ...reads('objective', 'objectives', objectiveFields, objective),
  ...reads('responsibility', 'responsibilities', responsibilityFields, responsibility),
  ...reads('leadershipInterview', 'leadershipInterviews', interviewFields, interview),
  ...reads('competence', 'competences', competenceFields, competence),
  one('competenceAction', competenceActionFields, competenceAction),
  entity('CompetenceAction', competenceActionFields, competenceAction),
  ...reads('communication', 'communications', communicationFields, communication),
  ...reads('ismsChange', 'ismsChanges', changeFields, change),
  ...reads('unintendedChange', 'unintendedChanges', unintendedFields, unintended),
  ...reads('opportunity', 'opportunities', opportunityFields, opportunity),
  one('opportunityAction', opportunityActionFields, opportunityAction),
  entity('OpportunityAction', opportunityActionFields, opportunityAction),
  ...reads('externalProvision', 'externalProvisions', provisionFields, provision),
  ...reads('processCriterion', 'processCriteria', criterionFields, criterion),
  ...reads('resourceNeed', 'resourceNeeds', resourceFields, resource),
];

export const planningMutations: readonly Door[] = [
  mutation('createObjective', 'objective { id }', objectiveInput),
  mutation('updateObjective', 'objective { id }', (of) => ({ ...byId(of), status: 'ACTIVE' }), objective),
  mutation('createResponsibility', 'responsibility { id }', responsibilityInput),
  mutation('updateResponsibility', 'responsibility { id }', (of) => ({ ...byId(of), status: 'ENDED' }), responsibility),
  mutation('recordLeadershipInterview', 'leadershipInterview { id }', interviewInput),
  mutation(
    'withdrawLeadershipInterview',
    'leadershipInterview { id }',
    (of) => ({ ...byId(of), reason: 'A mistake.' }),
    interview,
  ),
  mutation('createCompetence', 'competence { id }', competenceInput),
  mutation('updateCompetence', 'competence { id }', (of) => ({ ...byId(of), status: 'NO_LONGER' }), competence),
  mutation('createCompetenceAction', 'competenceAction { id }', competenceActionInput, competence),
  mutation(
    'updateCompetenceAction',
    'competenceAction { id }',
    (of) => ({ ...byId(of), status: 'DONE' }),
    competenceAction,
  ),
  mutation('createCommunication', 'communication { id }', communicationInput),
  mutation('updateCommunication', 'communication { id }', (of) => ({ ...byId(of), status: 'ENDED' }), communication),
  mutation('proposeIsmsChange', 'ismsChange { id }', changeInput),
  mutation('updateIsmsChange', 'ismsChange { id }', (of) => ({ ...byId(of), title: 'Changed' }), change),
  {
    ...mutation('judgeIsmsChange', 'ismsChange { id }', (of) => ({ ...byId(of), decision: 'APPROVED' }), change),
    permission: 'controls:approve',
  },
  mutation('completeIsmsChange', 'ismsChange { id }', (of) => ({ ...byId(of), result: 'Done.' }), approved),
  mutation('recordUnintendedChange', 'unintendedChange { id }', unintendedInput),
  mutation(
    'updateUnintendedChange',
    'unintendedChange { id }',
    (of) => ({ ...byId(of), title: 'Changed' }),
    unintended,
  ),
  mutation('createOpportunity', 'opportunity { id }', opportunityInput),
  mutation('updateOpportunity', 'opportunity { id }', (of) => ({ ...byId(of), response: 'ACT' }), opportunity),
  mutation('createOpportunityAction', 'opportunityAction { id }', opportunityActionInput, opportunity),
  mutation(
    'updateOpportunityAction',
    'opportunityAction { id }',
    (of) => ({ ...byId(of), status: 'DONE' }),
    opportunityAction,
  ),
  mutation('createExternalProvision', 'externalProvision { id }', provisionInput),
  mutation(
    'updateExternalProvision',
    'externalProvision { id }',
    (of) => ({ ...byId(of), status: 'ENDED' }),
    provision,
  ),
  mutation('createProcessCriterion', 'processCriterion { id }', criterionInput, process),
  mutation(
    'updateProcessCriterion',
    'processCriterion { id }',
    (of) => ({ ...byId(of), control: 'A list.' }),
    criterion,
  ),
  mutation('deleteProcessCriterion', 'id', byId, criterion),
  mutation('createResourceNeed', 'resourceNeed { id }', resourceInput),
  mutation('updateResourceNeed', 'resourceNeed { id }', (of) => ({ ...byId(of), status: 'WITHDRAWN' }), resource),
];

/** Makes one of each, and what it needs. */
export async function makeOneOfEach(scenario: Scenario, of: Thing): Promise<void> {
  const each = [objective, responsibility, interview, competenceAction, communication, change, unintended];
  for (const prepare of [...each, opportunityAction, provision, criterion, resource]) await prepare(scenario, of);
}
