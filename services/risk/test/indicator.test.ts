import type { EventRow } from '@annex/schema';
import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import { errorOf } from './assets.ts';
import { type Register, startRegister } from './register.ts';
import { treating } from './treatment.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

interface IndicatorView {
  id: string;
  version: number;
  reference: string;
  name: string;
  status: string;
  value: number | null;
  valuedAt: string | null;
  unit: string;
  state: string;
  explanation: string;
  risks: { id: string }[];
  readings: { nodes: { value: number | null; state: string; explanation: string }[]; totalCount: number };
}

const fields = `id version reference name status value valuedAt unit state explanation risks { id }
  readings { nodes { value state explanation } totalCount }`;
const call = (name: string, input: object, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { riskIndicator { ${fields} } } }`,
    { input },
    caller,
  );
async function does(name: string, input: object): Promise<IndicatorView> {
  const { data, errors } = await call(name, input);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as Record<string, { riskIndicator: IndicatorView }>)[name]?.riskIndicator as IndicatorView;
}
const limits = { name: 'Risks above the criteria', warning: 1, critical: 2 };
const create = (input: object) => does('createRiskIndicator', { ...limits, ismsId: register.ismsId, ...input });
const read = async (id: string, caller: TestCaller = {}) =>
  (
    await register.ask<{ riskIndicator: IndicatorView }>(
      `query ($id: UUID!) { riskIndicator(id: $id) { ${fields} } }`,
      { id },
      caller,
    )
  ).riskIndicator;
const close = (riskId: string) =>
  register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', { input: { riskId } });
async function assess(id: string): Promise<void> {
  const { version } = await register.readRisk(id);
  await register.ask('mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { risk { id } } }', {
    input: { riskId: id, expectedVersion: version },
  });
}
async function triggersOf(id: string): Promise<string[]> {
  const { risk } = await register.ask<{
    risk: { triggers: { nodes: { kind: string; status: string; linkKind: string }[] } };
  }>('query ($id: UUID!) { risk(id: $id) { triggers { nodes { kind status linkKind } } } }', { id });
  return risk.triggers.nodes.map(({ kind, status }) => `${kind} ${status}`).sort();
}
const told = async (id: string) =>
  (await register.recorded('annex.risk.indicator.changed.v1'))
    .flatMap((data) => data.rows)
    .filter((row) => row.id === id)
    .map((row) => `${row.version} ${row.state}`);

type Attainment = EventRow<'annex.evidence.attainment.changed.v1'>;
async function says(id: string, version: number, more: Partial<Attainment> = {}, tenant?: string): Promise<void> {
  const row: Attainment = {
    ...{ id, ismsId: register.ismsId, version, reference: 'M-0007', title: 'Days to patch', state: 'FRESH' },
    ...{ value: 1, attainment: 1, freshness: 1, measuredAt: '2026-02-01T00:00:00.000Z' },
    ...{ validUntil: '2026-03-01T00:00:00.000Z', ...more },
  };
  await register.emit('annex.evidence.attainment.changed.v1', { rows: [row] }, tenant ? { tenant } : {});
  await register.settle();
}
async function addMeasure(ismsId = register.ismsId, tenant?: string): Promise<string> {
  const id = newId();
  const row = {
    id,
    ismsId,
    version: 1,
    reference: 'M-0007',
    title: 'Days to patch',
    unit: 'days',
    worst: 9,
    target: 0,
  };
  await register.emit('annex.evidence.measure.changed.v1', { rows: [row] }, tenant ? { tenant } : {});
  await register.settle();
  return id;
}

describe('an indicator of the register', () => {
  it('is read live, and keeps and tells what it says whenever a risk moves it', async () => {
    const ismsId = await register.addIsms();
    const made = await create({ ismsId, figure: 'RISKS_ABOVE_CRITERIA' });
    expect(made).toMatchObject({ version: 1, reference: 'KRI-0001', state: 'GREEN', value: 0, unit: 'risks' });
    const one = await register.createRisk({ ismsId });
    const two = await register.createRisk({ ismsId });
    const red = await read(made.id);
    expect(red).toMatchObject({
      ...{ version: 3, value: 2, state: 'RED' },
      explanation: '2 of 2 open risks are above the criteria, which has reached the critical limit of 2.',
    });
    await register.createRisk({ ismsId });
    expect(await read(made.id)).toMatchObject({ version: 3, value: 3, state: 'RED' });
    for (const risk of [one, two]) await close(risk.id);
    const { version, state, readings } = await read(made.id);
    expect({ version, state }).toEqual({ version: 4, state: 'AMBER' });
    expect(readings.nodes.map((node) => `${node.value} ${node.state}`)).toEqual([
      ...['1 AMBER', '2 RED', '3 RED', '2 RED', '1 AMBER', '0 GREEN'],
    ]);
    expect(await told(made.id)).toEqual(['1 GREEN', '2 AMBER', '3 RED', '4 AMBER']);
  });

  it('looks at its linked risks alone where it has any, and adds up what they cost', async () => {
    const ismsId = await register.addIsms();
    const [one, two] = [await register.createRisk({ ismsId }), await register.createRisk({ ismsId })];
    const all = await create({ ismsId, figure: 'EXPECTED_ANNUAL_LOSS', critical: 1e15 });
    const linked = await create({ ismsId, figure: 'EXPECTED_ANNUAL_LOSS', critical: 1e15, riskIds: [one.id] });
    expect(linked.value).toBeGreaterThan(0);
    expect(all.value).toBe(2 * (linked.value ?? 0));
    expect(linked).toMatchObject({ unit: 'minor units of EUR', risks: [{ id: one.id }] });
    await close(two.id);
    expect((await read(all.id)).value).toBe(linked.value);
    expect((await read(linked.id)).readings.totalCount).toBe(1);
  });

  it('is UNKNOWN where there is nothing to take a share of, and moves with time alone', async () => {
    const ismsId = await register.addIsms();
    await register.test.setClock(new Date('2026-02-01T12:00:00Z'));
    const made = await create({ ismsId, figure: 'SHARE_NOT_ASSESSED', warning: 0.5, critical: 1 });
    expect(made).toMatchObject({ state: 'UNKNOWN', value: null, explanation: 'There is no open risk to assess.' });
    const risk = await register.createRisk({ ismsId });
    expect(await read(made.id)).toMatchObject({ state: 'RED', value: 1 });
    await assess(risk.id);
    expect(await read(made.id)).toMatchObject({ state: 'GREEN', value: 0 });
    await register.test.setClock(new Date('2027-02-01T11:00:00Z'));
    await register.settle();
    expect(await read(made.id)).toMatchObject({ state: 'GREEN' });
    await register.test.setClock(new Date('2027-02-01T13:00:00Z'));
    await register.settle();
    expect(await read(made.id)).toMatchObject({ state: 'RED', value: 1, readings: { totalCount: 3 } });
    await register.test.setClock(new Date('2027-02-02T00:00:01Z'));
    await register.settle();
    expect(await read(made.id)).toMatchObject({ state: 'RED', readings: { totalCount: 4 } });
    expect((await told(made.id)).at(-1)).toBe('4 RED');
  });

  it('counts what is overdue of approved treatments', async () => {
    const ismsId = await register.addIsms();
    const made = await create({ ismsId, figure: 'OVERDUE_ACTIONS' });
    const { drafted, propose, approve } = treating(register);
    const { treatment } = await drafted({}, { ismsId });
    await approve(await propose(treatment));
    expect(await read(made.id)).toMatchObject({ state: 'GREEN', value: 0 });
    await register.test.setClock(new Date('2099-01-01T00:00:00Z'));
    await register.settle();
    expect(await told(made.id)).not.toEqual(['1 GREEN']);
    expect((await read(made.id)).explanation).toMatch(
      /^\d+ actions? of approved treatments of 1 open risk (is|are) overdue/,
    );
  });

  it('shows what it said at a past moment', async () => {
    const ismsId = await register.addIsms();
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const made = await create({ ismsId, figure: 'RISKS_ABOVE_CRITERIA' });
    await register.test.setClock(new Date('2026-03-01T00:00:00Z'));
    await register.createRisk({ ismsId });
    const asOf = new Date('2026-02-15T00:00:00Z');
    expect(await read(made.id, { asOf })).toMatchObject({
      version: 1,
      state: 'GREEN',
      value: 0,
      readings: { totalCount: 1 },
    });
    expect(await read(made.id)).toMatchObject({ version: 2, state: 'AMBER', value: 1, readings: { totalCount: 2 } });
  });

  it('sees both of two risks that come at the same moment', async () => {
    const ismsId = await register.addIsms();
    const made = await create({ ismsId, figure: 'RISKS_ABOVE_CRITERIA' });
    await Promise.all([register.createRisk({ ismsId }), register.createRisk({ ismsId })]);
    expect((await told(made.id)).at(-1)).toBe('3 RED');
  });
});

describe('an indicator of a measure', () => {
  it('follows the measure, and is UNKNOWN before the first measurement and once it is stale', async () => {
    const measureId = await addMeasure();
    const made = await create({ measureId, warning: 5, critical: 10 });
    expect(made).toMatchObject({
      state: 'UNKNOWN',
      value: null,
      explanation: 'M-0007 Days to patch was never measured.',
    });
    await says(measureId, 2, { value: 7 });
    expect(await read(made.id)).toMatchObject({
      ...{ version: 2, state: 'AMBER', value: 7, unit: 'days', valuedAt: '2026-02-01T00:00:00.000Z' },
      explanation:
        'M-0007 Days to patch says 7 days, which has reached the warning limit of 5 and not the critical one of 10.',
    });
    await says(measureId, 3, { value: 7, state: 'LATE' });
    expect(await read(made.id)).toMatchObject({ version: 2, state: 'AMBER' });
    await says(measureId, 4, { value: 7, state: 'STALE', freshness: 0 });
    expect(await read(made.id)).toMatchObject({
      ...{ state: 'UNKNOWN', value: 7 },
      explanation: 'M-0007 Days to patch was measured last on 2026-02-01, and that holds no longer since 2026-03-01.',
    });
  });

  it('ignores news that is older than what is known', async () => {
    const measureId = await addMeasure();
    await says(measureId, 5, { value: 3 });
    const made = await create({ measureId, direction: 'LOWER_IS_WORSE', warning: 4, critical: 2 });
    expect(made).toMatchObject({ state: 'AMBER', value: 3 });
    await says(measureId, 4, { value: 1 });
    expect(await read(made.id)).toMatchObject({ version: 1, state: 'AMBER', value: 3, readings: { totalCount: 1 } });
  });

  it('asks for its risks to be assessed again when it turns red, once while that is open', async () => {
    const measureId = await addMeasure();
    const [one, two] = [await register.createRisk(), await register.createRisk()];
    const made = await create({ measureId, warning: 5, critical: 10, riskIds: [one.id] });
    await says(measureId, 2, { value: 10 });
    expect(await triggersOf(one.id)).toEqual(['INDICATOR_RED OPEN']);
    await says(measureId, 3, { value: 1 });
    await says(measureId, 4, { value: 11 });
    expect(await triggersOf(one.id)).toEqual(['INDICATOR_RED OPEN']);
    await assess(one.id);
    const red = await read(made.id);
    await does('updateRiskIndicator', { id: made.id, expectedVersion: red.version, riskIds: [one.id, two.id] });
    expect(await triggersOf(one.id)).toEqual(['INDICATOR_RED CLOSED']);
    expect(await triggersOf(two.id)).toEqual(['INDICATOR_RED OPEN']);
    const list = await register.ask<{ risk: { indicators: unknown }; riskIndicators: unknown }>(
      `query ($id: UUID!) { risk(id: $id) { indicators { reference state measure { id } } }
         riskIndicators(filter: { riskId: $id, state: RED }) { nodes { id } totalCount } }`,
      { id: two.id },
    );
    expect(list).toEqual({
      risk: { indicators: [{ reference: made.reference, state: 'RED', measure: { id: measureId } }] },
      riskIndicators: { nodes: [{ id: made.id }], totalCount: 1 },
    });
  });
});

describe('changing an indicator', () => {
  it('reads it by its limits of now, in the version that was read, and keeps a retired one as it was', async () => {
    const ismsId = await register.addIsms();
    await register.createRisk({ ismsId });
    const made = await create({ ismsId, figure: 'RISKS_ABOVE_CRITERIA' });
    const step = { id: made.id, expectedVersion: 1 };
    const changed = await does('updateRiskIndicator', {
      ...step,
      warning: 5,
      critical: 9,
      description: 'Ask the owners',
    });
    expect(changed).toMatchObject({ version: 2, state: 'GREEN', value: 1 });
    expect(errorOf(await call('updateRiskIndicator', { ...step, name: 'Late' })).code).toBe('VERSION_CONFLICT');
    const same = await does('updateRiskIndicator', { id: made.id, expectedVersion: 2, warning: 5 });
    expect(same.version).toBe(2);
    const retired = await does('retireRiskIndicator', { id: made.id, expectedVersion: 2 });
    expect(retired).toMatchObject({ version: 3, status: 'RETIRED', value: 1 });
    await register.createRisk({ ismsId });
    expect(await read(made.id)).toMatchObject({ version: 3, value: 1, readings: { totalCount: 2 } });
    const again = { id: made.id, expectedVersion: 3 };
    for (const name of ['updateRiskIndicator', 'retireRiskIndicator'])
      expect(errorOf(await call(name, again)).code).toBe('STATE_CONFLICT');
    expect(await told(made.id)).toEqual(['1 AMBER', '2 GREEN', '3 GREEN']);
    const forged = register.handle(
      register.test.scope(),
      async (tx) => void (await tx.query(`update indicator_reading set state = 'GREEN'`)),
    );
    await expect(forged).rejects.toThrow(/permission denied/);
  });

  it('is refused with what is wrong', async () => {
    const other = register.test.tenants[1];
    const measureId = await addMeasure();
    const elsewhere = await addMeasure(await register.addIsms());
    const foreign = await addMeasure(register.otherIsmsId, other);
    const figure = 'RISKS_ABOVE_CRITERIA';
    for (const wrong of [
      { figure, warning: 3 },
      { figure, direction: 'LOWER_IS_WORSE' },
      { figure, name: ' ' },
      { figure, measureId },
      {},
      { measureId: newId() },
      { measureId: elsewhere },
      { measureId: foreign },
      { figure, riskIds: [newId()] },
    ]) {
      const answer = await call('createRiskIndicator', { ...limits, ismsId: register.ismsId, ...wrong });
      expect([wrong, errorOf(answer).code]).toEqual([wrong, 'BAD_INPUT']);
    }
    const notANumber = await call('createRiskIndicator', {
      ...limits,
      ismsId: register.ismsId,
      figure,
      warning: 'NaN',
    });
    expect(notANumber.errors).toHaveLength(1);
  });
});

it('announces every indicator again on request', async () => {
  const made = await create({ ismsId: register.ismsId, figure: 'RISKS_ABOVE_CRITERIA', critical: 1e9 });
  const before = await told(made.id);
  await register.handle(register.test.scope(), (tx) => register.service.definition.announce(tx));
  expect(await told(made.id)).toEqual([...before, before.at(-1)]);
});
