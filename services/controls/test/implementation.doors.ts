import { entity, make, many, mutation, one } from './context.doors.ts';
import type { Door, Thing } from './doors.ts';
import { anna, type Scenario } from './scenario.ts';

type Prepare = (scenario: Scenario, of: Thing) => Promise<{ subjectId: string }>;

const later = '2199-01-01T00:00:00Z';
const byId = ({ subjectId }: Thing) => ({ id: subjectId });

/** What stands in is the implementation that doors are about, or says so where it is about itself. */
const exceptionInput = ({ id }: Thing) => ({
  ...{ implementationId: id, title: 'No review of hot fixes', reason: 'They cannot wait.' },
  ...{ compensation: 'They are reviewed the day after.', cap: 1, endsAt: later },
});
const requested: Prepare = async (scenario, of) => ({
  subjectId: await make(scenario, 'requestException', 'exception', exceptionInput(of), { personId: anna }),
});
const approved: Prepare = async (scenario, of) => {
  const { subjectId } = await requested(scenario, of);
  await make(scenario, 'judgeException', 'exception', { id: subjectId, decision: 'APPROVED' });
  return { subjectId };
};
const exceptionFields = `id version reference title reason compensation cap endsAt status requestedBy requestedAt decidedBy decidedAt decisionNote
  endedBy endedAt endNote updatedAt isms { id } implementation { id } controls { id } compensatingImplementations { id }`;

const tasked: Prepare = async (scenario, { id }) => {
  await scenario.ask(
    'mutation ($input: GenerateImplementationTasksInput!) { generateImplementationTasks(input: $input) { created } }',
    { input: { implementationId: id } },
  );
  const { implementation } = await scenario.ask<{ implementation: { tasks: { nodes: { id: string }[] } } }>(
    'query ($id: UUID!) { implementation(id: $id) { tasks { nodes { id } } } }',
    { id },
  );
  return { subjectId: implementation.tasks.nodes[0]?.id ?? '' };
};
const taskFields =
  'id version title step status due note settledBy settledAt createdAt updatedAt implementation { id } isms { id } control { id }';

const maturityInput = ({ id, ismsId }: Thing) => ({
  ...{ ismsId, assessments: [{ controlId: 'A.8.28', level: 3, reason: `Of ${id}` }] },
});
const assessed = async (scenario: Scenario, of: Thing) => {
  await scenario.ask(
    'mutation ($input: AssessMaturityInput!) { assessMaturity(input: $input) { maturity { mean } } }',
    {
      input: maturityInput(of),
    },
  );
  return {};
};
const maturityFields =
  'id controlId control { id } step { level title description } reason assessedBy assessedAt recordedAt';

const judgementInput = ({ id }: Thing) => ({
  ...{ implementationId: id, judged: 0.5, reason: 'Walked through.', endsAt: later },
});
const beside: Door['prepare'] = async (scenario, of) => {
  await assessed(scenario, of);
  await approved(scenario, of);
  await tasked(scenario, of);
  await make(scenario, 'judgeStrength', 'implementation', judgementInput(of));
  return {};
};

/** Queries for what hangs on implementations: exceptions, tasks, maturity, judgements. */
export const implementationQueries: readonly Door[] = [
  one('exception', exceptionFields, approved),
  many('exceptions', exceptionFields, approved),
  entity('Exception', exceptionFields, requested),
  one('implementationTask', taskFields, tasked),
  many('implementationTasks', taskFields, tasked),
  entity('ImplementationTask', taskFields, tasked),
  {
    name: 'maturity',
    document: `query ($ismsId: UUID) { maturity(ismsId: $ismsId) { mean assessed total isms { id } themes { theme mean assessed total }
      assessments { ${maturityFields} } notAssessed { id } } }`,
    variables: ({ ismsId }) => ({ ismsId }),
    prepare: assessed,
  },
  many('maturityAssessments', maturityFields, async (scenario, of) => ({
    subjectId: '',
    ...(await assessed(scenario, of)),
  })),
  {
    name: 'implementation with what hangs on it',
    document: `query ($id: UUID!) { implementation(id: $id) { cost { currency once yearly } effortHoursYearly reviewDate
      exceptions { totalCount nodes { ${exceptionFields} } } tasks { totalCount nodes { ${taskFields} } }
      taskProgress { total open overdue done notApplicable } maturity { ${maturityFields} }
      strengthJudgements { id judged reason endsAt judgedBy judgedAt }
      strength { judgement { id judged } explanation { cap exceptions { id } } } } }`,
    variables: ({ id }) => ({ id }),
    prepare: beside,
  },
];

export const implementationMutations: readonly Door[] = [
  mutation('requestException', 'exception { id }', exceptionInput),
  {
    ...mutation('judgeException', 'exception { id }', (of) => ({ ...byId(of), decision: 'APPROVED' }), requested),
    permission: 'controls:approve',
  },
  mutation('endException', 'exception { id }', (of) => ({ ...byId(of), note: 'It is in place.' }), approved),
  mutation('withdrawException', 'exception { id }', byId, requested),
  mutation('generateImplementationTasks', 'created implementation { id }', ({ id }) => ({ implementationId: id })),
  mutation(
    'updateImplementationTask',
    'implementationTask { id }',
    (of) => ({ ...byId(of), due: new Date().toISOString() }),
    tasked,
  ),
  mutation('assessMaturity', 'assessments { id } maturity { mean }', maturityInput),
  mutation('judgeStrength', 'implementation { id }', judgementInput),
];
