import { controlGuidance } from '@annex/catalogues';
import { newId } from '@annex/service';
import { type Caller, error, retire } from './answers.ts';
import { anna, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const steps = (number: string) => controlGuidance(`iso27001:2022:${number}`)?.steps ?? [];

const generate = (implementationId: string, caller?: Caller) =>
  scenario.call(
    'mutation ($input: GenerateImplementationTasksInput!) { generateImplementationTasks(input: $input) { created implementation { version } } }',
    { input: { implementationId } },
    caller,
  );
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateImplementationTaskInput!) { updateImplementationTask(input: $input) { implementationTask {
      version status due note settledBy settledAt assignee { id } } } }`,
    { input },
    caller,
  );
interface Task {
  readonly id: string;
  readonly title: string;
  readonly step: number;
  readonly status: string;
  readonly control: { readonly number: string };
}
const tasksOf = async (id: string, caller?: Caller) =>
  (
    await scenario.ask<{ implementation: { tasks: { nodes: Task[] }; taskProgress: object } }>(
      `query ($id: UUID!) { implementation(id: $id) { taskProgress { total open overdue done notApplicable }
        tasks(first: 200) { nodes { id title step status control { number } } } } }`,
      { id },
      caller,
    )
  ).implementation;
async function generated(input: object = {}): Promise<{ id: string; tasks: Task[] }> {
  const id = await scenario.implement(input);
  await generate(id);
  return { id, tasks: (await tasksOf(id)).tasks.nodes };
}

it('makes a task of each step of guidance on each control of Annex A, once', async () => {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId, controlIds: ['A.8.28', 'A.5.1', 'iso27001:2013:A.14.2.1'] });
  const expected = ['A.5.1', 'A.8.28'].flatMap((number) =>
    steps(number).map((title, index) => ({ control: { number }, title, step: index + 1, status: 'OPEN' })),
  );
  expect((await generate(id)).data).toEqual({
    generateImplementationTasks: { created: expected.length, implementation: { version: 1 } },
  });
  const { tasks, taskProgress } = await tasksOf(id);
  expect(tasks.nodes).toMatchObject(expected);
  expect(taskProgress).toEqual({
    ...{ total: expected.length, open: expected.length, overdue: 0, done: 0, notApplicable: 0 },
  });
  expect((await generate(id)).data).toMatchObject({ generateImplementationTasks: { created: 0 } });
  // A control that comes later brings its steps; one that goes leaves its tasks.
  await scenario.ask(
    'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { id } } }',
    { input: { id, controlIds: ['A.8.28', 'A.8.1'] } },
  );
  expect((await generate(id)).data).toMatchObject({ generateImplementationTasks: { created: steps('A.8.1').length } });
  expect((await tasksOf(id)).tasks.nodes.length).toBe(expected.length + steps('A.8.1').length);
});

it('makes each task once when two ask at once', async () => {
  const ismsId = await scenario.createIsms();
  const id = await scenario.implement({ ismsId });
  const answers = await Promise.all([generate(id), generate(id), generate(id)]);
  expect(answers.map((answer) => answer.errors)).toEqual([undefined, undefined, undefined]);
  expect((await tasksOf(id)).tasks.nodes.length).toBe(steps('A.8.28').length);
});

it('is settled with who and when, opened again before it is settled another way, and counted', async () => {
  const ismsId = await scenario.createIsms();
  const { id, tasks } = await generated({ ismsId });
  const [first, second] = tasks;
  await scenario.at('2126-11-26T10:00:00Z');
  const assigneeId = newId();
  const input = { id: first?.id, assigneeId, due: '2026-11-25T00:00:00Z' };
  expect((await update({ ...input, expectedVersion: 1 }, { personId: anna })).data).toMatchObject({
    updateImplementationTask: { implementationTask: { version: 2, status: 'OPEN', assignee: { id: assigneeId } } },
  });
  // What changes nothing makes no version.
  expect((await update(input)).data).toMatchObject({
    updateImplementationTask: { implementationTask: { version: 2 } },
  });
  expect((await tasksOf(id)).taskProgress).toMatchObject({ open: tasks.length, overdue: 1, done: 0 });
  expect((await update({ id: first?.id, status: 'DONE' }, { personId: anna })).data).toMatchObject({
    updateImplementationTask: {
      implementationTask: {
        ...{ version: 3, status: 'DONE', settledBy: `person:${anna}`, settledAt: '2126-11-26T10:00:00.000Z' },
        due: '2026-11-25T00:00:00.000Z',
      },
    },
  });
  const without = await update({ id: second?.id, status: 'NOT_APPLICABLE' });
  expect(error(without)?.faults).toMatchObject([{ field: 'input.note' }]);
  await update({ id: second?.id, status: 'NOT_APPLICABLE', note: 'We buy it.' });
  expect((await tasksOf(id)).taskProgress).toEqual({
    ...{ total: tasks.length, open: tasks.length - 2, overdue: 0, done: 1, notApplicable: 1 },
  });
  expect(error(await update({ id: first?.id, status: 'NOT_APPLICABLE', note: 'x' }))).toMatchObject({
    code: 'STATE_CONFLICT',
  });
  expect((await update({ id: first?.id, status: 'OPEN', due: null, assigneeId: null })).data).toMatchObject({
    updateImplementationTask: {
      implementationTask: { status: 'OPEN', due: null, assignee: null, settledBy: null, settledAt: null },
    },
  });
  const told = (await scenario.recorded('annex.controls.implementation-task.changed.v1'))
    .flatMap((event) => event.rows)
    .filter((row) => row.id === first?.id);
  expect(told.map((row) => [row.version, row.status])).toEqual([
    [1, 'OPEN'],
    [2, 'OPEN'],
    [3, 'DONE'],
    [4, 'OPEN'],
  ]);
});

it('is found by who does it, where it stands and by when', async () => {
  const ismsId = await scenario.createIsms();
  const { id, tasks } = await generated({ ismsId });
  const [first, second] = tasks;
  const assigneeId = newId();
  await update({ id: first?.id, assigneeId, due: '2126-12-01T00:00:00Z' });
  await update({ id: second?.id, assigneeId, status: 'DONE' });
  const found = async (args: string, variables: object = {}) =>
    (
      await scenario.ask<{ implementationTasks: { nodes: { id: string }[] } }>(
        `query ($assigneeId: UUID, $id: UUID) { implementationTasks(assigneeId: $assigneeId, implementationId: $id, ${args}) { nodes { id } } }`,
        { ...variables },
      )
    ).implementationTasks.nodes.map((node) => node.id);
  expect(await found('first: 9', { assigneeId })).toEqual([first?.id, second?.id]);
  expect(await found('status: OPEN', { assigneeId })).toEqual([first?.id]);
  expect(await found('dueBefore: "2126-12-02T00:00:00Z"', { id })).toEqual([first?.id]);
  expect(await found('dueBefore: "2126-12-01T00:00:00Z"', { id })).toEqual([]);
});

it('refuses stale versions, another tenant and a retired ISMS, and shows as of a past moment what there was', async () => {
  await scenario.at('2126-11-26T10:00:00Z');
  const ismsId = await scenario.createIsms();
  const { id, tasks } = await generated({ ismsId });
  const task = tasks[0]?.id;
  await scenario.at('2126-11-27T10:00:00Z');
  await update({ id: task, status: 'DONE' });
  expect(error(await update({ id: task, expectedVersion: 1, status: 'OPEN' }))).toMatchObject({
    code: 'VERSION_CONFLICT',
  });
  const [, tenant] = scenario.test.tenants;
  expect(error(await update({ id: task, status: 'OPEN' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await generate(id, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  const asOf = (moment: string) => tasksOf(id, { asOf: new Date(moment) });
  expect((await asOf('2126-11-26T12:00:00Z')).taskProgress).toMatchObject({ done: 0, open: tasks.length });
  expect((await asOf('2126-11-27T12:00:00Z')).taskProgress).toMatchObject({ done: 1 });
  await retire(scenario, ismsId);
  expect(error(await update({ id: task, status: 'OPEN' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  expect(error(await generate(id))).toMatchObject({ code: 'STATE_CONFLICT' });
});
