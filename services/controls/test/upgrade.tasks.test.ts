import { migrateDatabase } from '@annex/service';
import { type TestCaller, testDatabase } from '@annex/service/testing';
import { migrations } from '../src/migrations/index.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';
import { error, from, type Shown, type Task, upgrading } from './upgrading.ts';

let scenario: Scenario;
let steps: ReturnType<typeof upgrading>;
beforeAll(async () => {
  scenario = await startScenario();
  steps = upgrading(scenario);
});
afterAll(() => scenario?.close());

/** An upgrade that leaves something of every kind that the published editions have. */
async function upgraded(): Promise<{ ismsId: string; upgrade: Shown; task: (kind: string) => Task }> {
  const ismsId = await scenario.createIsms();
  // One goes into two; one only shares something with others; two become one.
  for (const number of ['A.18.2.3', 'A.5.1.1', 'A.5.1.2']) {
    await scenario.implement({ ismsId, title: number, controlIds: [`${from}:${number}`] });
  }
  const upgrade = await steps.apply(ismsId);
  const task = (kind: string) => {
    const found = upgrade.tasks.nodes.find((one) => one.kind === kind);
    if (!found) throw new Error(`No task ${kind}`);
    return found;
  };
  return { ismsId, upgrade, task };
}

const list = async (filter: object, caller?: TestCaller) =>
  (
    await scenario.ask<{ upgradeTasks: { totalCount: number; nodes: Task[]; pageInfo: { endCursor: string } } }>(
      `query ($ismsId: UUID, $upgradeId: UUID, $kind: UpgradeOpenPointKind, $status: UpgradeTaskStatus, $implementationId: UUID, $first: Int, $after: String) {
         upgradeTasks(ismsId: $ismsId, upgradeId: $upgradeId, kind: $kind, status: $status, implementationId: $implementationId, first: $first, after: $after) {
           totalCount pageInfo { endCursor } nodes { id status kind } } }`,
      { ...filter },
      caller,
    )
  ).upgradeTasks;

describe('a task of an upgrade', () => {
  it('is settled by a person, with when and what was found, and opened again', async () => {
    const { upgrade, task } = await upgraded();
    const { id } = task('SPLIT');
    expect(task('SPLIT')).toMatchObject({ version: 1, status: 'OPEN', note: '', settledBy: null, settledAt: null });
    const done = await steps.callUpdateTask(
      { id, expectedVersion: 1, status: 'DONE', note: ' Looked at both. ' },
      { personId: anna },
    );
    expect(done.data).toMatchObject({
      updateUpgradeTask: {
        upgradeTask: {
          ...{ id, version: 2, status: 'DONE', note: 'Looked at both.', settledBy: `person:${anna}` },
          settledAt: expect.stringMatching(/Z$/),
        },
      },
    });
    const total = upgrade.tasks.nodes.length;
    expect((await steps.upgrade(upgrade.id)).taskCounts).toMatchObject({ total, open: total - 1, done: 1 });
    // A note that is added later does not change who settled it.
    const noted = await steps.callUpdateTask({ id, note: 'Looked at both, twice.' }, { personId: ben });
    expect(noted.data).toMatchObject({
      updateUpgradeTask: { upgradeTask: { version: 3, settledBy: `person:${anna}` } },
    });
    const open = await steps.callUpdateTask({ id, status: 'OPEN' });
    expect(open.data).toMatchObject({
      updateUpgradeTask: { upgradeTask: { version: 4, status: 'OPEN', settledBy: null, settledAt: null } },
    });
    const rows = (await scenario.recorded('annex.controls.upgrade-task.changed.v1'))
      .flatMap((event) => event.rows)
      .filter((row) => row.id === id);
    expect(rows.map((row) => `${row.version} ${row.status}`)).toEqual(['1 OPEN', '2 DONE', '3 DONE', '4 OPEN']);
    expect(rows[1]).toMatchObject({ upgradeId: upgrade.id, kind: 'SPLIT', settledBy: `person:${anna}` });
    expect(JSON.stringify(rows)).not.toContain('Looked');
  });

  it('is dismissed only with a reason, and changes by no step that is not allowed', async () => {
    const { task } = await upgraded();
    const { id } = task('NEW_CONTROL');
    expect(error(await steps.callUpdateTask({ id, status: 'DISMISSED', note: '  ' }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.note', allowed: 'must say why there is nothing to do' }],
    });
    expect(error(await steps.callUpdateTask({ id, note: 'x'.repeat(5001) }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.note' }],
    });
    expect(error(await steps.callUpdateTask({ id, status: 'WITHDRAWN' }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { present: 'OPEN', asked: 'WITHDRAWN', allowed: ['DONE', 'DISMISSED'] },
    });
    await steps.callUpdateTask({ id, status: 'DISMISSED', note: 'Not necessary: we have no cloud.' });
    expect(error(await steps.callUpdateTask({ id, status: 'DONE' }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { present: 'DISMISSED', allowed: ['OPEN'] },
    });
    // The reason stays as long as it is dismissed.
    expect(error(await steps.callUpdateTask({ id, note: '' }))).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('makes no version where nothing changes, and refuses a stale one', async () => {
    const { task } = await upgraded();
    const { id } = task('SPLIT');
    const same = await steps.callUpdateTask({ id, expectedVersion: 1, status: 'OPEN', note: '' });
    expect(same.data).toMatchObject({ updateUpgradeTask: { upgradeTask: { version: 1 } } });
    expect(error(await steps.callUpdateTask({ id, expectedVersion: 2, status: 'DONE' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { kind: 'UpgradeTask', presentVersion: 1 },
    });
  });

  it('is settled by one of two who do it side by side at the version that they read', async () => {
    const { task } = await upgraded();
    const input = { id: task('SPLIT').id, expectedVersion: 1, status: 'DONE' };
    const answers = await Promise.all([steps.callUpdateTask(input), steps.callUpdateTask(input)]);
    expect(answers.map((answer) => error(answer)?.code).sort()).toEqual(['VERSION_CONFLICT', undefined]);
  });

  it('is withdrawn when the upgrade is undone while it is open, and kept as it is where it was settled', async () => {
    const { ismsId, upgrade, task } = await upgraded();
    await steps.callUpdateTask({ id: task('SPLIT').id, status: 'DONE' });
    await steps.callUndo({ id: upgrade.id, expectedVersion: 1 });
    const now = await steps.upgrade(upgrade.id);
    const total = upgrade.tasks.nodes.length;
    expect(now.taskCounts).toEqual({ total, open: 0, done: 1, dismissed: 0, withdrawn: total - 1 });
    for (const { id, kind } of now.tasks.nodes) {
      expect(error(await steps.callUpdateTask({ id, status: kind === 'SPLIT' ? 'OPEN' : 'DONE' }))).toMatchObject({
        code: 'STATE_CONFLICT',
        details: { present: kind === 'SPLIT' ? 'DONE' : 'WITHDRAWN', allowed: [] },
      });
    }
    // Made again, it leaves tasks of its own.
    const again = await steps.apply(ismsId);
    expect(again.taskCounts).toMatchObject({ total, open: total });
  });

  it('is either settled or withdrawn, when both are tried side by side', async () => {
    const { upgrade, task } = await upgraded();
    const { id } = task('SPLIT');
    const [settled, undone] = await Promise.all([
      steps.callUpdateTask({ id, status: 'DONE' }),
      steps.callUndo({ id: upgrade.id }),
    ]);
    expect(undone.errors).toBeUndefined();
    const [found] = (await steps.upgrade(upgrade.id)).tasks.nodes.filter((one) => one.id === id);
    expect(found?.status).toBe(error(settled) ? 'WITHDRAWN' : 'DONE');
  });

  it('is not changed in a retired ISMS, nor seen or changed by another tenant', async () => {
    const { ismsId, upgrade, task } = await upgraded();
    const { id } = task('SPLIT');
    const tenant = scenario.test.tenants[1];
    expect(error(await steps.callUpdateTask({ id, status: 'DONE' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(error(await scenario.call(`{ upgradeTask(id: "${id}") { id } }`, {}, { tenant }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await list({ upgradeId: upgrade.id }, { tenant })).nodes).toEqual([]);
    await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
      input: { id: ismsId, status: 'RETIRED' },
    });
    expect(error(await steps.callUpdateTask({ id, status: 'DONE' }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { present: 'RETIRED' },
    });
  });

  it('is listed by ISMS, upgrade, kind, status and implementation, page by page', async () => {
    const { ismsId, upgrade, task } = await upgraded();
    await steps.callUpdateTask({ id: task('SPLIT').id, status: 'DONE' });
    const all = await list({ ismsId });
    expect(all.nodes.map((one) => one.id)).toEqual(upgrade.tasks.nodes.map((one) => one.id));
    expect(all.totalCount).toBe(upgrade.taskCounts.total);
    const rest = await list({ upgradeId: upgrade.id, status: 'OPEN', kind: 'SPLIT' });
    expect(rest.totalCount).toBe(0);
    expect((await list({ upgradeId: upgrade.id, status: 'DONE' })).nodes).toMatchObject([{ kind: 'SPLIT' }]);
    const page = await list({ ismsId, first: 2 });
    const next = await list({ ismsId, first: 2, after: page.pageInfo.endCursor });
    expect([...page.nodes, ...next.nodes]).toEqual(all.nodes.slice(0, 4));
    const [split] = upgrade.implementations.filter((one) => one.openPoints.some((point) => point.kind === 'SPLIT'));
    const mine = await list({ implementationId: split?.implementation.id });
    expect(mine.nodes.map((one) => one.kind)).toEqual(['SPLIT']);
  });

  it('is read as of before as it was then', async () => {
    await scenario.at('2026-05-01T00:00:00Z');
    const { upgrade, task } = await upgraded();
    const { id } = task('SPLIT');
    await scenario.at('2026-05-03T00:00:00Z');
    await steps.callUpdateTask({ id, status: 'DONE' });
    const asOf = new Date('2026-05-02T00:00:00Z');
    const then = await steps.upgrade(upgrade.id, { asOf });
    expect(then.taskCounts).toEqual(upgrade.taskCounts);
    expect(then.tasks.nodes).toEqual(upgrade.tasks.nodes);
    expect((await steps.upgrade(upgrade.id)).taskCounts.done).toBe(1);
    await scenario.test.setClock(null);
  });
});

it('what upgrades left to people before there were tasks is carried over into tasks', async () => {
  const index = migrations.findIndex((one) => one.name.endsWith('create_upgrade_task'));
  const before = await testDatabase([{ name: 'controls', migrations: migrations.slice(0, index) }]);
  try {
    const [tenant, other] = before.tenants;
    const [applied, undone] = ['0190aaaa-0000-7000-8000-0000000000e1', '0190aaaa-0000-7000-8000-0000000000e2'];
    const point = (kind: string, target: string, ...implementationIds: string[]) => ({
      ...{ kind, sentence: `${target} is to be judged.`, sources: ['old:1:A'], targets: [`new:2:${target}`] },
      implementationIds,
    });
    await before.admin(async (client) => {
      const insert = async (tenantId: string, id: string, status: string, points: object[]) => {
        await client.query(
          `insert into controls.upgrade (tenant_id, id, isms_id, created_at, created_by, updated_at, updated_by, from_framework, to_framework,
              status, moves, open_points, applied_by, undone_at, undone_by)
           values ($1, $2, $2, '2026-01-01', 'person:a', '2026-01-01', 'person:a', 'old:1', 'new:2', $3, '[]', $4, 'person:a', $5, $6)`,
          [
            tenantId,
            id,
            status,
            JSON.stringify(points),
            ...(status === 'UNDONE' ? ['2026-02-01', 'person:b'] : [null, null]),
          ],
        );
      };
      await insert(tenant, applied, 'APPLIED', [point('SPLIT', 'X', anna, ben), point('NEW_CONTROL', 'Y')]);
      await insert(other, undone, 'UNDONE', [point('REMOVED', 'Z', anna)]);
    });
    await migrateDatabase(before.url, [{ name: 'controls', migrations }]);
    const shown = await before.admin(async (client) => {
      const tasks = await client.query(
        `select tenant_id, upgrade_id, kind, sentence, source_ids, target_ids, implementation_ids, status, version from controls.upgrade_task order by tenant_id, id`,
      );
      const history = await client.query(
        `select recorded_from::date::text as since, recorded_to::text as until from controls_history.upgrade_task order by tenant_id, id`,
      );
      const secured = await client.query(
        `select relname from pg_class where relname in ('upgrade', 'upgrade_task') and relkind = 'r' and relforcerowsecurity and relrowsecurity`,
      );
      return { tasks: tasks.rows, history: history.rows, secured: secured.rowCount };
    });
    const same = { upgrade_id: applied, source_ids: ['old:1:A'], status: 'OPEN', version: 1 };
    expect(shown.tasks.filter((one) => one.tenant_id === tenant)).toEqual([
      expect.objectContaining({ ...same, kind: 'SPLIT', target_ids: ['new:2:X'], implementation_ids: [anna, ben] }),
      expect.objectContaining({ ...same, kind: 'NEW_CONTROL', sentence: 'Y is to be judged.', implementation_ids: [] }),
    ]);
    expect(shown.tasks.filter((one) => one.tenant_id === other)).toMatchObject([
      { upgrade_id: undone, kind: 'REMOVED', status: 'WITHDRAWN' },
    ]);
    expect(shown.history.map((one) => one.since).sort()).toEqual(['2026-01-01', '2026-01-01', '2026-02-01']);
    expect(new Set(shown.history.map((one) => one.until))).toEqual(new Set(['infinity']));
    expect(shown.secured).toBe(2);
  } finally {
    await before.close();
  }
});
