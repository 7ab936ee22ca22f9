import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

const call = (edits: readonly object[], caller: Parameters<Scenario['call']>[2] = {}) =>
  scenario.call(
    'mutation ($input: UpdateImplementationsInput!) { updateImplementations(input: $input) { changed implementations { id version title status share controls { id } strength { claimed } } } }',
    { input: { edits } },
    caller,
  );
const error = (answer: Awaited<ReturnType<typeof call>>) => answer.errors?.[0]?.extensions;

async function implementations(count: number, ismsId?: string): Promise<string[]> {
  const isms = ismsId ?? (await scenario.createIsms());
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await scenario.implement({ ismsId: isms, title: `Way ${n}` }));
  return ids;
}

describe('changing many implementations at once', () => {
  it('changes each as the single change would, computes strength again, and announces what changed once', async () => {
    const [one = '', two = '', three = ''] = await implementations(3);
    const before = (await scenario.recorded('annex.controls.implementation.changed.v1')).length;
    const answer = await call([
      { id: three, status: 'PARTIAL', share: 0.25, controlIds: ['A.5.1', 'A.8.28'] },
      { id: one, title: 'Way 0' },
      { id: two, title: 'Renamed', expectedVersion: 1 },
    ]);
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      updateImplementations: {
        changed: 2,
        implementations: [
          {
            ...{ id: three, version: 2, status: 'PARTIAL', share: 0.25, strength: { claimed: 0.25 } },
            controls: [{ id: 'iso27001:2022:A.5.1' }, { id: 'iso27001:2022:A.8.28' }],
          },
          { id: one, version: 1, title: 'Way 0' },
          { id: two, version: 2, title: 'Renamed' },
        ],
      },
    });
    const told = (await scenario.recorded('annex.controls.implementation.changed.v1')).slice(before);
    expect(told.flatMap((event) => event.rows.map((row) => row.id)).sort()).toEqual([two, three].sort());
  });

  it('names every row at fault, of any kind, and keeps nothing of the rest', async () => {
    const [one = '', two = '', three = ''] = await implementations(3);
    const unknown = newId();
    const answer = await call([
      { id: one, title: 'Kept?' },
      { id: two, status: 'PARTIAL' },
      { id: unknown, title: 'x' },
      { id: three, expectedVersion: 9, claimedDesign: 2 },
      { id: one, title: 'Twice' },
      { id: newId(), controlIds: ['A.99.9'] },
    ]);
    expect(error(answer)?.code).toBe('NOT_FOUND');
    expect(error(answer)?.faults?.map((fault) => fault.field)).toEqual([
      'input.edits.2.id',
      'input.edits.5.id',
      'input.edits.4.id',
      'input.edits.1.share',
      'input.edits.3.claimedDesign',
      'input.edits.3.expectedVersion',
    ]);
    const { implementation } = await scenario.ask<{ implementation: object }>(
      'query ($id: UUID!) { implementation(id: $id) { version title } }',
      { id: one },
    );
    expect(implementation).toEqual({ version: 1, title: 'Way 0' });
  });

  it('knows more own controls in all than one implementation may have', async () => {
    const key = `own-${newId().slice(-12)}`;
    const asked = { key, edition: '1', title: 'Own', format: 'TABLE', sha256: '' } as const;
    const items = Array.from({ length: 120 }, (_, n) => ({
      ...{ number: `X-${n}`, kind: 'CONTROL' as const, parent: null, title: `Own ${n}`, text: '', content: null },
    }));
    await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, items));
    const [one = '', two = ''] = await implementations(2);
    const named = (from: number) => items.slice(from, from + 60).map(({ number }) => `${key}:1:${number}`);
    const answer = await call([
      { id: one, controlIds: named(0) },
      { id: two, controlIds: named(60) },
    ]);
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({ updateImplementations: { changed: 2 } });
  });

  it('takes a thousand and refuses one more, or none', async () => {
    const many = Array.from({ length: 1001 }, () => ({ id: newId() }));
    expect(error(await call(many))).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: 'input.edits' }] });
    expect(error(await call([]))).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('changes nothing of another tenant, nor of a retired ISMS', async () => {
    const ismsId = await scenario.createIsms();
    const [one = ''] = await implementations(1, ismsId);
    const [, tenant] = scenario.test.tenants;
    expect(error(await call([{ id: one, title: 'Theirs' }], { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
      input: { id: ismsId, status: 'RETIRED' },
    });
    expect(error(await call([{ id: one, title: 'Late' }]))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('leaves two that change the same rows in opposite order both done, one after the other', async () => {
    const ids = await implementations(5);
    const edit = (title: string, order: readonly string[]) => call(order.map((id) => ({ id, title })));
    const answers = await Promise.all([edit('A', ids), edit('B', [...ids].reverse()), edit('C', ids)]);
    expect(answers.map((answer) => answer.errors)).toEqual([undefined, undefined, undefined]);
    const titles = await scenario.ask<{ implementations: { nodes: { id: string; title: string; version: number }[] } }>(
      '{ implementations(first: 200) { nodes { id title version } } }',
    );
    const own = titles.implementations.nodes.filter((node) => ids.includes(node.id));
    expect(new Set(own.map((node) => node.title)).size).toBe(1);
    expect(own.map((node) => node.version)).toEqual([4, 4, 4, 4, 4]);
  });
});
