import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const money = '{ minorUnits currency }';
const distribution = '{ kind rate low mode high values }';
const rating = '{ likelihood likelihoodName consequence consequenceName level rank frequency loss { minorUnits } }';
const reading = `{ agreement explanation percentile95Loss ${money} percentile95Band { level name } expectedAnnualLoss ${money} rating ${rating} rated ${rating} }`;
const fields = `id version frequency ${distribution} lossForms { category probability loss ${distribution} } currency meanFrequency
  meanLoss ${money} medianLoss ${money} percentile95Loss ${money} percentileBasis rationale quantifiedBy { id } quantifiedAt
  inherent ${reading} current ${reading}`;

interface Reading {
  agreement: string;
  explanation: string;
  rating: { level: string; frequency: number; loss: { minorUnits: number } };
}
interface Quantification {
  id: string;
  version: number;
  meanFrequency: number;
  inherent: Reading | null;
  current: Reading | null;
  [more: string]: unknown;
}

const input = (riskId: string, change: Record<string, unknown> = {}) => ({
  riskId,
  frequency: { kind: 'POISSON', rate: 0.3 },
  lossForms: [{ category: 'response', loss: { kind: 'LOGNORMAL', low: 4e6, high: 1e8 } }],
  rationale: 'Three cases in ten years, with invoices',
  ...change,
});

const call = (name: string, given: Record<string, unknown>, caller = {}) =>
  register.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { risk { id quantification { ${fields} } } } }`,
    { input: given },
    caller,
  );
const quantify = (riskId: string, change: Record<string, unknown> = {}, caller = {}) =>
  call('quantifyRisk', input(riskId, change), caller);

const read = async (id: string, caller = {}) =>
  (
    await register.ask<{ risk: { quantification: Quantification | null } }>(
      `query ($id: UUID!) { risk(id: $id) { quantification { ${fields} } } }`,
      { id },
      caller,
    )
  ).risk.quantification;

const error = (answer: { errors?: readonly { message: string; extensions?: unknown }[] }) => {
  const [first] = answer.errors ?? [];
  const extensions = (first?.extensions ?? {}) as { code?: string };
  return { code: extensions.code, text: JSON.stringify(first) };
};

describe('a risk', () => {
  it('is only rated until it is quantified, and then read two ways from the same controls', async () => {
    const implementationId = await register.addImplementation(1);
    const risk = await register.createRisk({
      links: [{ implementationId, likelihoodEffect: 0.9, consequenceEffect: 0 }],
    });
    expect(await read(risk.id)).toBeNull();
    expect((await quantify(risk.id)).errors).toBeUndefined();
    const found = await read(risk.id);
    expect(found).toMatchObject({
      version: 1,
      frequency: { kind: 'POISSON', rate: 0.3, low: null, values: null },
      lossForms: [{ category: 'response', probability: 1, loss: { kind: 'LOGNORMAL', low: 4e6, high: 1e8 } }],
      medianLoss: { minorUnits: 2e7, currency: 'EUR' },
      percentile95Loss: { minorUnits: 1e8, currency: 'EUR' },
      percentileBasis: 'EXACT',
      quantifiedBy: { id: register.person },
      inherent: {
        agreement: 'BOTH',
        rating: { likelihoodName: 'Possible', consequenceName: 'Moderate', level: 'Medium' },
        rated: { likelihoodName: 'Likely', consequenceName: 'Major', level: 'High' },
        percentile95Band: { name: 'Major' },
      },
      current: { rating: { likelihoodName: 'Unlikely', frequency: 0.03 }, rated: { likelihoodName: 'Possible' } },
    });
    expect(found?.inherent?.explanation).toContain('So the level is Medium when quantified and High when rated.');
    await register.setStrength(implementationId, 0, 2);
    expect((await read(risk.id))?.current?.rating.frequency).toBe(0.3);
    // The level of the register is the rated one, and did not move with the quantification.
    expect(await register.readRisk(risk.id)).toMatchObject({ current: { level: 'High', frequency: 1 } });
  });

  it('is told to others with what its numbers come to, and to a consumer that comes later', async () => {
    const ismsId = await register.addIsms();
    const risk = await register.createRisk({ ismsId });
    await quantify(risk.id);
    const told = async () =>
      (await register.recorded('annex.risk.quantification.changed.v1'))
        .flatMap((data) => data.rows)
        .filter((row) => row.riskId === risk.id);
    expect(await told()).toMatchObject([
      { ismsId, version: 1, meanFrequency: 0.3, currency: 'EUR', personId: register.person },
    ]);
    await register.handle(register.test.scope(), (tx) => register.service.definition.announce(tx));
    expect((await told()).map(({ version }) => version)).toEqual([1, 1]);
    const version = (await read(risk.id))?.version;
    expect((await call('removeQuantification', { riskId: risk.id, expectedVersion: version })).errors).toBeUndefined();
    expect((await told()).at(-1)).toMatchObject({ version: 2, deleted: true });
    expect(await read(risk.id)).toBeNull();
  });

  it('has what was believed of it at a past moment', async () => {
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const risk = await register.createRisk();
    await quantify(risk.id);
    await register.test.setClock(new Date('2026-03-01T00:00:00Z'));
    await quantify(risk.id, { frequency: { kind: 'PERT', low: 1, mode: 2, high: 9 } });
    await register.test.setClock(new Date('2026-04-01T00:00:00Z'));
    await call('removeQuantification', { riskId: risk.id, expectedVersion: 2 });
    expect((await read(risk.id, { asOf: new Date('2026-02-15T00:00:00Z') }))?.meanFrequency).toBe(0.3);
    expect((await read(risk.id, { asOf: new Date('2026-03-15T00:00:00Z') }))?.meanFrequency).toBe(3);
    expect(await read(risk.id)).toBeNull();
  });

  it('is not read in a currency that its numbers are not in', async () => {
    const ismsId = await register.addIsms();
    const risk = await register.createRisk({ ismsId });
    await quantify(risk.id);
    const { riskCriteria } = await register.ask<{ riskCriteria: Record<string, unknown> }>(
      `query ($id: UUID) { riskCriteria(ismsId: $id) { version name currency floorFrequency floorLoss appetite matrix
         likelihoods { name lower upper representative } consequences { name lower upper representative } levels { name rule authority } } }`,
      { id: ismsId },
    );
    const { version, ...criteria } = riskCriteria;
    await register.ask(
      'mutation ($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { id } } }',
      { input: { ...criteria, ismsId, expectedVersion: version, currency: 'SEK' } },
    );
    expect(await read(risk.id)).toMatchObject({ currency: 'EUR', inherent: null, current: null });
    await quantify(risk.id);
    expect(await read(risk.id)).toMatchObject({ currency: 'SEK', inherent: { agreement: 'BOTH' } });
  });
});

describe('quantifying', () => {
  it('is of what was read: a stale version is refused, an absent one is 0', async () => {
    const risk = await register.createRisk();
    expect(error(await quantify(risk.id, { expectedVersion: 1 })).code).toBe('VERSION_CONFLICT');
    expect((await quantify(risk.id, { expectedVersion: 0 })).errors).toBeUndefined();
    expect(error(await quantify(risk.id, { expectedVersion: 0 })).code).toBe('VERSION_CONFLICT');
    expect((await quantify(risk.id, { expectedVersion: 1 })).errors).toBeUndefined();
    expect(error(await call('removeQuantification', { riskId: risk.id, expectedVersion: 1 })).code).toBe(
      'VERSION_CONFLICT',
    );
  });

  it('by several at once leaves one quantification, and one wins of those who read the same', async () => {
    const risk = await register.createRisk();
    const answers = await Promise.all(
      [1, 2, 3].map((rate) => quantify(risk.id, { expectedVersion: 0, frequency: { kind: 'POISSON', rate } })),
    );
    expect(answers.filter((answer) => !answer.errors)).toHaveLength(1);
    expect((await read(risk.id))?.version).toBe(1);
  });

  it('names each field at fault', async () => {
    const risk = await register.createRisk();
    const bad = await quantify(risk.id, {
      frequency: { kind: 'PERT', low: 3, mode: 2, high: -1 },
      lossForms: [{ category: 'x', probability: 2, loss: { kind: 'LOGNORMAL', low: 0, high: 1 } }],
    });
    for (const field of ['input.frequency.high', 'input.lossForms[0].probability', 'input.lossForms[0].loss.low'])
      expect(error(bad).text).toContain(field);
    expect(error(await quantify(risk.id, { rationale: ' ' })).text).toContain('input.rationale');
    expect(await read(risk.id)).toBeNull();
  });

  it('is refused for a closed risk, in a retired ISMS, and where there is nothing', async () => {
    const ismsId = await register.addIsms();
    const risk = await register.createRisk({ ismsId });
    const step = 'mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }';
    await register.ask(step, { input: { riskId: risk.id } });
    expect(error(await quantify(risk.id))).toMatchObject({ code: 'STATE_CONFLICT' });
    const open = await register.createRisk({ ismsId });
    await register.emit('annex.controls.isms.changed.v1', {
      rows: [{ id: ismsId, version: 9, name: 'Old', status: 'RETIRED' }],
    });
    await register.settle();
    expect(error(await quantify(open.id)).text).toContain('retired');
    expect(error(await quantify(ismsId)).code).toBe('NOT_FOUND');
    expect(
      error(await call('removeQuantification', { riskId: (await register.createRisk()).id, expectedVersion: 1 })).code,
    ).toBe('NOT_FOUND');
  });
});
