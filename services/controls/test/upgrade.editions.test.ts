import { newId } from '@annex/service';
import { houseRules, importing } from './editions.ts';
import { type Scenario, startScenario } from './scenario.ts';
import { error, ids, upgrading } from './upgrading.ts';

let scenario: Scenario;
let steps: ReturnType<typeof upgrading>;
let send: Awaited<ReturnType<typeof importing>>;
beforeAll(async () => {
  scenario = await startScenario();
  steps = upgrading(scenario);
  send = await importing(scenario);
});
afterAll(() => scenario?.close());

/** House rules of a key of their own, in as many editions as asked for. */
async function rules(editions: readonly (1 | 2 | 3)[] = [1, 2, 3]) {
  const key = `house-${newId().slice(-12)}`;
  for (const edition of editions) {
    const answer = await send(`format=csv&key=${key}&edition=${edition}`, houseRules[edition]);
    expect(answer).toMatchObject({ status: 201, body: { warnings: [] } });
  }
  const of = (edition: number, ...numbers: string[]) => numbers.map((number) => `${key}:${edition}:${number}`);
  return { key, of, pair: (from: number, to: number) => ({ from: `${key}:${from}`, to: `${key}:${to}` }) };
}

/** An ISMS with an implementation of each of some controls, by their ids. */
async function implemented(...controls: (string | string[])[]) {
  const ismsId = await scenario.createIsms();
  const made = new Map<string, string>();
  for (const controlIds of controls.map((one) => [one].flat()))
    made.set(await scenario.implement({ ismsId, title: controlIds.join(), controlIds }), controlIds.join());
  return { ismsId, madeFor: (id: string) => made.get(id) ?? '' };
}

const linked = async (ismsId: string) =>
  [...(await steps.implementations(ismsId)).values()].map((one) => one.controls).sort();

describe('from one edition of an own catalogue to the next', () => {
  let house: Awaited<ReturnType<typeof rules>>;
  let isms: Awaited<ReturnType<typeof implemented>>;
  beforeAll(async () => {
    house = await rules();
    const { of } = house;
    isms = await implemented(...of(1, 'ACC-1', 'ACC-2', 'ACC-3', 'NET-1', 'FAX-1'), [
      ...of(1, 'KEEP-1'),
      'iso27001:2022:A.7.2',
    ]);
  });

  it('the plan shows what was added, removed, merged, split, changed and left as it was', async () => {
    const { of, key } = house;
    const plan = await steps.plan(isms.ismsId, undefined, house.pair(1, 2));
    expect(plan).toMatchObject({
      from: { id: `${key}:1`, title: `${key} 1`, size: 6 },
      to: { id: `${key}:2`, size: 6 },
      counts: { added: 1, removed: 1, merged: 1, split: 1, unchanged: 1, changed: 1 },
      added: [{ id: `${key}:2:AI-1`, title: 'Assistants' }],
    });
    expect(ids(plan.removed)).toEqual(of(1, 'FAX-1'));
    expect(plan.merged.map((one) => [one.target.id, ids(one.sources)])).toEqual([
      [`${key}:2:AUTH-1`, of(1, 'ACC-2', 'ACC-3')],
    ]);
    expect(plan.split.map((one) => [one.source.id, ids(one.targets)])).toEqual([
      [`${key}:1:NET-1`, of(2, 'NET-1', 'NET-2')],
    ]);
    // Two spaces for one are no change.
    expect(plan.unchanged.map((one) => one.source.id)).toEqual(of(1, 'KEEP-1'));
    expect(plan.changed.map((one) => [one.source.id, one.target.id])).toEqual([[...of(1, 'ACC-1'), ...of(2, 'ACC-1')]]);
    expect(plan.openPoints.map((point) => point.kind).sort()).toEqual(
      ['CHANGED', 'SPLIT', 'REMOVED', 'MERGED', 'NEW_CONTROL'].sort(),
    );
    expect(plan.implementationCount).toBe(6);
  });

  it('carries implementations over, leaves tasks, and is undone exactly', async () => {
    const { of, key } = house;
    const before = await linked(isms.ismsId);
    const upgrade = await steps.apply(isms.ismsId, house.pair(1, 2));
    const became: Record<string, string[]> = {
      'ACC-1': of(2, 'ACC-1'),
      'ACC-2': of(2, 'AUTH-1'),
      'ACC-3': of(2, 'AUTH-1'),
      'NET-1': of(2, 'NET-1', 'NET-2'),
      'FAX-1': of(1, 'FAX-1'),
      'KEEP-1': [...of(2, 'KEEP-1'), 'iso27001:2022:A.7.2'],
    };
    for (const [id, now] of await steps.implementations(isms.ismsId)) {
      const number = isms.madeFor(id).split(',')[0]?.split(':')[2] ?? '';
      expect([number, now.controls]).toEqual([number, (became[number] ?? []).sort()]);
    }
    expect(upgrade.taskCounts).toMatchObject({ total: 5, open: 5 });
    const sentences = Object.fromEntries(upgrade.tasks.nodes.map((task) => [task.kind, task.sentence]));
    expect(sentences.CHANGED).toBe(
      `C-0001 implements ACC-1, which reads differently in ${key}:2: does it still do what is asked?`,
    );
    expect(sentences.MERGED).toBe('C-0002 and C-0003 now implement AUTH-1 together: are they one?');
    expect(sentences.REMOVED).toBe(`FAX-1, which C-0005 implements, has no successor in ${key}:2: is it still needed?`);
    const { errors } = await steps.callUndo({ id: upgrade.id, expectedVersion: 1 });
    expect(errors).toBeUndefined();
    expect(await linked(isms.ismsId)).toEqual(before);
  });

  it('is refused to be undone while a later upgrade stands on it, and undone after that one', async () => {
    const before = await linked(isms.ismsId);
    const second = await steps.apply(isms.ismsId, house.pair(1, 2));
    const between = await linked(isms.ismsId);
    const third = await steps.apply(isms.ismsId, house.pair(2, 3));
    // What became one again is in one implementation, or in two that shared a control before: nobody has to look.
    expect(third.taskCounts.total).toBe(0);
    expect(error(await steps.callUndo({ id: second.id }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { count: 5 },
    });
    expect((await steps.callUndo({ id: third.id })).errors).toBeUndefined();
    expect(await linked(isms.ismsId)).toEqual(between);
    expect((await steps.callUndo({ id: second.id })).errors).toBeUndefined();
    expect(await linked(isms.ismsId)).toEqual(before);
  });

  it('is told in events, with counts, once for each change', async () => {
    const told = (await scenario.recorded('annex.controls.upgrade.changed.v1')).length;
    const upgrade = await steps.apply(isms.ismsId, house.pair(1, 2));
    await steps.callUndo({ id: upgrade.id });
    const rows = (await scenario.recorded('annex.controls.upgrade.changed.v1')).slice(told).flatMap(({ rows }) => rows);
    const same = { id: upgrade.id, ismsId: isms.ismsId, ...house.pair(1, 2), implementations: 5, tasks: 5 };
    expect(rows).toEqual([
      expect.objectContaining({ ...same, version: 1, status: 'APPLIED', undoneAt: null }),
      expect.objectContaining({ ...same, version: 2, status: 'UNDONE', undoneBy: expect.stringMatching(/^person:/) }),
    ]);
    const tasks = (await scenario.recorded('annex.controls.upgrade-task.changed.v1'))
      .flatMap((event) => event.rows)
      .filter((row) => row.upgradeId === upgrade.id);
    expect(tasks.map((row) => `${row.version} ${row.status}`).sort()).toEqual([
      ...Array(5).fill('1 OPEN'),
      ...Array(5).fill('2 WITHDRAWN'),
    ]);
  });
});

describe('from any edition to another', () => {
  it('goes along all editions between the two, and asks people where the way as a whole says too little', async () => {
    const house = await rules();
    const { of } = house;
    const { ismsId } = await implemented(...of(1, 'ACC-1', 'ACC-2', 'NET-1', 'KEEP-1'));
    const upgrade = await steps.apply(ismsId, house.pair(1, 3));
    expect(await linked(ismsId)).toEqual(
      [of(3, 'ACC-1'), of(3, 'AUTH-1'), of(1, 'NET-1'), of(3, 'VIS-1')].sort((a, b) =>
        (a[0] ?? '') < (b[0] ?? '') ? -1 : 1,
      ),
    );
    // NET-1 was split and put together again under another text; nobody said that it came back as it was.
    expect(
      upgrade.tasks.nodes.filter((task) => task.kind === 'INTERSECTS_ONLY').flatMap((task) => ids(task.sources)),
    ).toEqual(of(1, 'NET-1'));
  });

  it('goes back too: what was merged is split, what was new is gone', async () => {
    const house = await rules([1, 2]);
    const { ismsId } = await implemented(...house.of(2, 'AUTH-1', 'AI-1', 'KEEP-1'));
    const plan = await steps.plan(ismsId, undefined, house.pair(2, 1));
    expect(plan.counts).toEqual({ added: 1, removed: 1, merged: 1, split: 1, unchanged: 1, changed: 1 });
    await steps.apply(ismsId, house.pair(2, 1));
    expect(await linked(ismsId)).toEqual([house.of(1, 'ACC-2', 'ACC-3'), house.of(1, 'KEEP-1'), house.of(2, 'AI-1')]);
  });

  it('compares by numbers alone where neither goes back to the other', async () => {
    const house = await rules([1]);
    const branch = (edition: string, table: string) =>
      send(`format=csv&key=${house.key}&edition=${edition}&predecessor=1`, table);
    expect((await branch('2a', houseRules[2])).status).toBe(201);
    expect(
      (await branch('2b', 'number,title,replaces\nACC-1,Accounts,ACC-1;ACC-2\nAUTH-1,Authentication,ACC-3\n')).status,
    ).toBe(201);
    const { ismsId } = await implemented(`${house.key}:2a:AUTH-1`);
    const editions = { from: `${house.key}:2a`, to: `${house.key}:2b` };
    expect(await steps.plan(ismsId, undefined, editions)).toMatchObject({
      counts: { added: 0, removed: 4, merged: 0, split: 0 },
    });
  });

  it('lets the organisation’s own mappings between the editions go before what the import said', async () => {
    const house = await rules([1, 2]);
    const { ismsId } = await implemented(...house.of(1, 'FAX-1', 'ACC-1'));
    const map = (sourceId: string, targetId: string, relationship: string) =>
      scenario.ask(
        'mutation ($input: CreateOwnMappingInput!) { createOwnMapping(input: $input) { ownMapping { id } } }',
        {
          input: { sourceId, targetId, relationship, rationale: 'As our people read it.', provenance: 'House' },
        },
      );
    const [fax = '', account = ''] = house.of(1, 'FAX-1', 'ACC-1');
    const [assistant = '', later = ''] = house.of(2, 'AI-1', 'ACC-1');
    await map(assistant, fax, 'SUPERSET');
    await map(account, later, 'INTERSECT');
    const plan = await steps.plan(ismsId, undefined, house.pair(1, 2));
    expect(plan.counts).toMatchObject({ added: 0, removed: 0 });
    await steps.apply(ismsId, house.pair(1, 2));
    expect(await linked(ismsId)).toEqual([[account], [assistant]]);
  });

  it('reads of OSCAL where withdrawn controls went', async () => {
    const key = `oscal-${newId().slice(-12)}`;
    const control = (id: string, more: object = {}) => ({ id, title: `Control ${id}`, ...more });
    const gone = (href: string, rel: string) => ({
      props: [{ name: 'status', value: 'withdrawn' }],
      links: [{ href, rel }],
    });
    const catalog = (...controls: object[]) =>
      JSON.stringify({
        catalog: {
          uuid: '74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724',
          metadata: { title: 'T', 'last-modified': '2026-01-01T00:00:00Z', version: '1', 'oscal-version': '1.1.2' },
          controls,
        },
      });
    const oscal = async (edition: number, body: string) =>
      expect((await send(`format=oscal&key=${key}&edition=${edition}`, body)).status).toBe(201);
    await oscal(1, catalog(control('a-1'), control('a-2'), control('a-3'), control('a-4')));
    await oscal(
      2,
      catalog(
        control('a-1'),
        control('a-2', gone('#a-1_smt.c', 'incorporated-into')),
        control('a-3', gone('#a-1', 'related')),
        control('a-5'),
        control('a-4', gone('#a-5', 'moved-to')),
      ),
    );
    const { ismsId } = await implemented(...[2, 3, 4].map((number) => `${key}:1:a-${number}`));
    const plan = await steps.plan(ismsId, undefined, { from: `${key}:1`, to: `${key}:2` });
    expect(plan.counts).toEqual({ added: 0, removed: 1, merged: 1, split: 0, unchanged: 0, changed: 1 });
    await steps.apply(ismsId, { from: `${key}:1`, to: `${key}:2` });
    expect(await linked(ismsId)).toEqual([[`${key}:1:a-3`], [`${key}:2:a-1`], [`${key}:2:a-5`]]);
  });
});

describe('an upgrade of an own catalogue', () => {
  it('is made by one of two that begin it side by side', async () => {
    const house = await rules([1, 2]);
    const { ismsId } = await implemented(...house.of(1, 'ACC-1', 'ACC-2', 'KEEP-1'));
    const input = { ismsId, ...house.pair(1, 2) };
    const answers = await Promise.all([steps.callApply(input), steps.callApply(input)]);
    expect(answers.map((answer) => error(answer)?.code).sort()).toEqual(['STATE_CONFLICT', undefined]);
    expect(await linked(ismsId)).toEqual([house.of(2, 'ACC-1'), house.of(2, 'AUTH-1'), house.of(2, 'KEEP-1')]);
    const { upgradeTasks } = await scenario.ask<{ upgradeTasks: { totalCount: number } }>(
      'query ($ismsId: UUID) { upgradeTasks(ismsId: $ismsId) { totalCount } }',
      { ismsId },
    );
    // CHANGED of ACC-1 and NEW_CONTROL of AI-1, once.
    expect(upgradeTasks.totalCount).toBe(2);
  });

  it('leaves no implementation of an edition that is taken away meanwhile', async () => {
    const house = await rules([1, 2]);
    const { ismsId } = await implemented(...house.of(1, 'KEEP-1'));
    const { catalogues } = await scenario.ask<{ catalogues: { id: string; key: string; edition: string }[] }>(
      '{ catalogues { id key edition } }',
    );
    const target = catalogues.find((one) => one.key === house.key && one.edition === '2')?.id;
    const [applied, removed] = await Promise.all([
      steps.callApply({ ismsId, ...house.pair(1, 2) }),
      scenario.call('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
        input: { id: target },
      }),
    ]);
    // One of the two gives way, whichever comes second.
    expect([error(applied)?.code, error(removed)?.code].filter(Boolean)).toHaveLength(1);
    const [controls = []] = await linked(ismsId);
    expect(controls).toEqual(error(applied) ? house.of(1, 'KEEP-1') : house.of(2, 'KEEP-1'));
  });

  it('is not undone once the edition that it left is gone', async () => {
    const house = await rules([1, 2]);
    const { ismsId } = await implemented(...house.of(1, 'KEEP-1'));
    const upgrade = await steps.apply(ismsId, house.pair(1, 2));
    const { catalogues } = await scenario.ask<{ catalogues: { id: string; key: string; edition: string }[] }>(
      '{ catalogues { id key edition } }',
    );
    await scenario.ask('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
      input: { id: catalogues.find((one) => one.key === house.key && one.edition === '1')?.id },
    });
    expect(error(await steps.callUndo({ id: upgrade.id }))).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { controls: house.of(1, 'KEEP-1') },
    });
    // What it did is still told, by the ids.
    const { upgrade: shown } = await scenario.ask<{ upgrade: { from: object; implementations: object[] } }>(
      'query ($id: UUID!) { upgrade(id: $id) { from { id title size } implementations { before { id title number } } } }',
      { id: upgrade.id },
    );
    expect(shown).toMatchObject({
      from: { id: `${house.key}:1`, title: `${house.key}:1`, size: 0 },
      implementations: [{ before: [{ id: house.of(1, 'KEEP-1')[0], title: null, number: 'KEEP-1' }] }],
    });
  });

  it('stays within one catalogue, names the editions there are, and knows those of its tenant alone', async () => {
    const [house, other] = [await rules([1, 2]), await rules([1])];
    const { ismsId } = await implemented(...house.of(1, 'KEEP-1'));
    const faults = async (input: object) => error(await steps.callApply({ ismsId, ...input }));
    expect(await faults({ from: `${house.key}:1`, to: `${other.key}:1` })).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.to', allowed: `must be another edition of ${house.key}: ${house.key}:2` }],
    });
    expect(await faults({ from: `${other.key}:1`, to: `${other.key}:2` })).toMatchObject({
      faults: [{ field: 'input.to', allowed: `must be another edition of ${other.key}: and there is none yet` }],
    });
    expect(await faults({ from: `${house.key}:9`, to: `${house.key}:2` })).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.from' }],
    });
    expect(await faults({ from: 'iso27001:2013', to: `${house.key}:2` })).toMatchObject({
      faults: [{ field: 'input.to', allowed: 'must be another edition of iso27001: iso27001:2022' }],
    });
    const tenant = scenario.test.tenants[1];
    const theirs = await scenario.createIsms({}, { tenant });
    expect(error(await steps.callApply({ ismsId: theirs, ...house.pair(1, 2) }, { tenant }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ field: 'input.from' }],
    });
  });
});
