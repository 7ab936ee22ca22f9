import { type Scenario, startScenario } from './scenario.ts';
import { error, from, to, upgrading } from './upgrading.ts';

let scenario: Scenario;
let steps: ReturnType<typeof upgrading>;
beforeAll(async () => {
  scenario = await startScenario();
  steps = upgrading(scenario);
});
afterAll(() => scenario?.close());

describe('an upgrade', () => {
  const nothing = '0190aaaa-0000-7000-8000-0000000000ff';

  it('keeps what is of the new edition already, and joins what becomes one', async () => {
    const ismsId = await scenario.createIsms();
    const both = await scenario.implement({ ismsId, controlIds: ['iso27001:2013:A.5.1.1', 'A.5.1', 'A.8.28'] });
    const made = await steps.apply(ismsId);
    expect((await steps.implementations(ismsId)).get(both)?.controls).toEqual([
      'iso27001:2022:A.5.1',
      'iso27001:2022:A.8.28',
    ]);
    // A.8.28 is new in 2022 and implemented already, so that nobody is asked for it.
    expect(made.tasks.nodes.filter((point) => point.kind === 'NEW_CONTROL')).toHaveLength(10);
    await steps.callUndo({ id: made.id });
    expect((await steps.implementations(ismsId)).get(both)?.controls).toHaveLength(3);
  });

  it('touches no other ISMS', async () => {
    const [one, other] = [await scenario.createIsms(), await scenario.createIsms()];
    for (const ismsId of [one, other]) await scenario.implement({ ismsId, controlIds: [`${from}:A.14.2.1`] });
    const before = await steps.implementations(other);
    await steps.apply(one);
    expect(await steps.implementations(other)).toEqual(before);
  });

  it('refuses editions that there are not, and one and the same, naming the field', async () => {
    const ismsId = await scenario.createIsms();
    const faults = async (input: object) => error(await steps.callApply({ ismsId, ...input }));
    const at = (field: string) => ({ code: 'BAD_INPUT', faults: [expect.objectContaining({ field })] });
    expect(await faults({ from: 'iso27001:1999' })).toMatchObject(at('input.from'));
    // Places of it are known from a mapping, and its controls cannot be implemented.
    expect(await faults({ to: 'csf:2.0' })).toMatchObject(at('input.to'));
    expect(await faults({ to: from })).toMatchObject(at('input.to'));
    const asked = await scenario.call('{ upgradePlan(from: "iso27001:1999", to: "iso27001:2022") { added { id } } }');
    expect(error(asked)).toMatchObject(at('from'));
  });

  it('refuses an ISMS with nothing to carry over, and a retired one', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: ['A.5.1'] });
    expect(error(await steps.callApply({ ismsId }))).toMatchObject({ code: 'STATE_CONFLICT' });
    await scenario.implement({ ismsId, controlIds: [`${from}:A.14.2.1`] });
    const made = await steps.apply(ismsId);
    await scenario.implement({ ismsId, controlIds: [`${from}:A.14.2.1`] });
    await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
      input: { id: ismsId, status: 'RETIRED' },
    });
    const retired = { code: 'STATE_CONFLICT', details: { present: 'RETIRED' } };
    expect(error(await steps.callApply({ ismsId }))).toMatchObject(retired);
    expect(error(await steps.callUndo({ id: made.id }))).toMatchObject(retired);
  });

  it('is made once an idempotency key', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: [`${from}:A.14.2.1`] });
    const key = { idempotencyKey: 'upgrade once' };
    const [one, again] = [await steps.callApply({ ismsId }, key), await steps.callApply({ ismsId }, key)];
    expect(one.errors).toBeUndefined();
    expect(again.data).toEqual(one.data);
  });

  it('is made by one of two that begin it side by side', async () => {
    const ismsId = await scenario.createIsms();
    for (let n = 0; n < 5; n++) await scenario.implement({ ismsId, controlIds: [`${from}:A.14.2.1`] });
    const answers = await Promise.all([steps.callApply({ ismsId }), steps.callApply({ ismsId })]);
    expect(answers.map((answer) => error(answer)?.code).sort()).toEqual(['STATE_CONFLICT', undefined]);
    for (const now of (await steps.implementations(ismsId)).values()) {
      expect(now).toEqual({ version: 2, controls: ['iso27001:2022:A.8.25'] });
    }
  });

  it('is neither seen nor made nor undone by another tenant', async () => {
    const tenant = scenario.test.tenants[1];
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: [`${from}:A.14.2.1`] });
    expect(error(await steps.callApply({ ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    const made = await steps.apply(ismsId);
    const before = await steps.implementations(ismsId);
    expect(error(await steps.callUndo({ id: made.id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(error(await steps.callUndo({ id: nothing }))).toMatchObject({ code: 'NOT_FOUND' });
    for (const document of [
      `{ upgrade(id: "${made.id}") { id } }`,
      `{ upgrades(ismsId: "${ismsId}") { id } }`,
      `{ upgradePlan(ismsId: "${ismsId}", from: "${from}", to: "${to}") { implementationCount } }`,
    ]) {
      expect(error(await scenario.call(document, {}, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await steps.implementations(ismsId)).toEqual(before);
  });
});
