import { controls, mapping2013to2022 } from '@annex/catalogues';
import { type Scenario, startScenario } from './scenario.ts';
import { error, from, ids, type Shown, to, upgrading } from './upgrading.ts';

let scenario: Scenario;
let steps: ReturnType<typeof upgrading>;
beforeAll(async () => {
  scenario = await startScenario();
  steps = upgrading(scenario);
});
afterAll(() => scenario?.close());

const old = controls('2013').map((one) => one.id);
const published = mapping2013to2022().filter((one) => old.includes(one.sourceId));
const targetsOf = (source: string, carried = true) =>
  published
    .filter((one) => one.sourceId === source && !(carried && one.relationship === 'INTERSECT'))
    .map((one) => one.targetId);
/** What a control of 2013 becomes by the mapping's own data; itself where nothing can be carried. */
const expected = (source: string) => (targetsOf(source).length > 0 ? targetsOf(source) : [source]);
const staying = old.filter((source) => targetsOf(source).length === 0);

const rowsOf = async () => {
  const events = await scenario.recorded('annex.controls.implementation.changed.v1');
  return events.flatMap((event) => event.rows);
};

const none = { total: 0, open: 0, done: 0, dismissed: 0, withdrawn: 0 };

describe('an ISMS of 114 implementations, one for each control of 2013', () => {
  let ismsId: string;
  let upgrade: Shown;
  /** The control of 2013 that each implementation was made for. */
  const madeFor = new Map<string, string>();

  beforeAll(async () => {
    await scenario.at('2026-03-01T00:00:00Z');
    ismsId = await scenario.createIsms();
    for (const source of old) {
      madeFor.set(await scenario.implement({ ismsId, title: source, controlIds: [source] }), source);
    }
  });
  afterAll(() => scenario.test.setClock(null));

  it('is shown what was added, removed, merged and split, as the mapping has it', async () => {
    const found = await steps.plan(ismsId);
    const fresh = controls('2022');
    const sources = (target: string, ...kinds: string[]) =>
      published.filter((one) => one.targetId === target && kinds.includes(one.relationship));
    expect(ids(found.added)).toEqual(fresh.filter((one) => one.newIn2022).map((one) => one.id));
    expect(found.added).toHaveLength(11);
    expect(ids(found.removed)).toEqual(old.filter((source) => targetsOf(source, false).length === 0));
    expect(found.merged.map((one) => [one.target.id, ids(one.sources).sort()])).toEqual(
      fresh
        .map((one) => [one.id, sources(one.id, 'EQUAL', 'SUBSET').map((pair) => pair.sourceId)] as const)
        .filter(([, parts]) => parts.length > 1)
        .map(([id, parts]) => [id, [...parts].sort()]),
    );
    expect(found.split.map((one) => [one.source.id, ids(one.targets)])).toEqual([
      ['iso27001:2013:A.18.2.3', ['iso27001:2022:A.5.36', 'iso27001:2022:A.8.8']],
    ]);
    expect(found.unchanged).toHaveLength(published.filter((one) => one.relationship === 'EQUAL').length);
    expect(found.implementationCount).toBe(114);
    for (const move of found.implementations) {
      expect(ids(move.after)).toEqual(expected(madeFor.get(move.implementation.id) ?? ''));
    }
  });

  it('changes nothing by being planned', async () => {
    for (const [id, now] of await steps.implementations(ismsId)) {
      expect(now).toEqual({ version: 1, controls: [madeFor.get(id)] });
    }
  });

  it('is carried over along the mapping, and what needs a person is left as tasks', async () => {
    await scenario.at('2026-03-10T00:00:00Z');
    const planned = await steps.plan(ismsId);
    const told = (await rowsOf()).length;
    upgrade = await steps.apply(ismsId);
    const now = await steps.implementations(ismsId);
    expect(now.size).toBe(114);
    for (const [id, { version, controls: linked }] of now) {
      const source = madeFor.get(id) ?? '';
      expect(linked).toEqual(expected(source).sort());
      expect(version).toBe(staying.includes(source) ? 1 : 2);
    }
    const left = [...now.values()].flatMap((one) => one.controls).filter((id) => id.startsWith(`${from}:`));
    expect(left.sort()).toEqual([...staying].sort());
    expect(upgrade.implementations).toHaveLength(114 - staying.length);
    // What was planned is what was done.
    expect(upgrade.tasks.nodes).toMatchObject(planned.openPoints);
    expect(upgrade.taskCounts).toEqual({
      ...none,
      total: upgrade.tasks.nodes.length,
      open: upgrade.tasks.nodes.length,
    });
    const of = (kind: string) => upgrade.tasks.nodes.filter((point) => point.kind === kind);
    expect(of('INTERSECTS_ONLY').flatMap((point) => ids(point.sources))).toEqual(staying);
    expect(of('NEW_CONTROL').flatMap((point) => ids(point.targets))).toEqual(ids(planned.added));
    expect(of('MERGED').flatMap((point) => ids(point.targets))).toEqual(planned.merged.map((one) => one.target.id));
    expect(of('SPLIT')).toHaveLength(1);
    expect(of('SPLIT')[0]?.sentence).toContain('implements A.18.2.3, which went into A.5.36 and A.8.8');
    expect(of('REMOVED')).toEqual([]);
    // Each change is announced once, with the links as they are.
    const rows = (await rowsOf()).slice(told);
    expect(rows).toHaveLength(114 - staying.length);
    for (const row of rows) {
      expect(row).toMatchObject({ version: 2, controlIds: expected(madeFor.get(row.id) ?? '') });
    }
  });

  it('lets the rules of conformity follow', async () => {
    // What is not of the current Annex A is to be decided on in the Statement of Applicability (6.1.3 b); most of it is carried over.
    const left = new Set(old.flatMap(expected).filter((id) => !id.startsWith(`${to}:`)));
    const judged = (await scenario.recorded('annex.controls.conformity.changed.v1'))
      .flatMap((event) => event.rows)
      .filter((row) => row.ismsId === ismsId && row.rule === 'controls.necessary-determined');
    expect(judged.at(-1)?.facts).toMatchObject({ failing: left.size });
  });

  it('is read as of before with the old links', async () => {
    const before = await steps.implementations(ismsId, { asOf: new Date('2026-03-05T00:00:00Z') });
    for (const [id, then] of before) expect(then).toEqual({ version: 1, controls: [madeFor.get(id)] });
    const planned = await steps.plan(ismsId, { asOf: new Date('2026-03-05T00:00:00Z') });
    expect(planned.implementationCount).toBe(114);
    const { upgrades } = await scenario.ask<{ upgrades: { id: string }[] }>(
      'query ($ismsId: UUID) { upgrades(ismsId: $ismsId) { id } }',
      { ismsId },
      { asOf: new Date('2026-03-05T00:00:00Z') },
    );
    expect(upgrades).toEqual([]);
  });

  it('has nothing to carry over a second time', async () => {
    expect(error(await steps.callApply({ ismsId }))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('is not undone once the controls of an implementation were changed, and says which', async () => {
    await scenario.at('2026-03-20T00:00:00Z');
    const [id = ''] = [...madeFor.keys()];
    const change = (controlIds: string[]) =>
      scenario.ask<{ updateImplementation: { implementation: { reference: string } } }>(
        'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { reference } } }',
        { input: { id, controlIds } },
      );
    const carried = expected(madeFor.get(id) ?? '');
    const { updateImplementation } = await change([...carried, 'A.8.28']);
    const before = await steps.implementations(ismsId);
    expect(error(await steps.callUndo({ id: upgrade.id }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { references: [updateImplementation.implementation.reference] },
    });
    expect(await steps.implementations(ismsId)).toEqual(before);
    await change(carried);
  });

  it('is undone exactly, whatever else of an implementation was changed', async () => {
    const [id = ''] = [...madeFor.keys()];
    await scenario.ask(
      'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { id } } }',
      { input: { id, title: 'Under another title' } },
    );
    expect(error(await steps.callUndo({ id: upgrade.id, expectedVersion: 7 }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    const told = (await rowsOf()).length;
    const { data } = await steps.callUndo({ id: upgrade.id, expectedVersion: 1 });
    expect(data).toMatchObject({
      undoUpgrade: { upgrade: { status: 'UNDONE', version: 2, undoneBy: expect.stringMatching(/^person:/) } },
    });
    for (const [one, now] of await steps.implementations(ismsId)) expect(now.controls).toEqual([madeFor.get(one)]);
    const rows = (await rowsOf()).slice(told);
    expect(rows).toHaveLength(114 - staying.length);
    for (const row of rows) expect(row.controlIds).toEqual([madeFor.get(row.id)]);
    expect(error(await steps.callUndo({ id: upgrade.id }))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('can be carried over again after that, and lists both, the newest first', async () => {
    const again = await steps.apply(ismsId);
    const { upgrades } = await scenario.ask<{ upgrades: Shown[] }>(
      'query ($ismsId: UUID) { upgrades(ismsId: $ismsId) { id status } }',
      { ismsId },
    );
    expect(upgrades).toEqual([
      { id: again.id, status: 'APPLIED' },
      { id: upgrade.id, status: 'UNDONE' },
    ]);
  });
});
