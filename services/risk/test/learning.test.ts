import type { TestCaller } from '@annex/service/testing';
import { errorOf } from './assets.ts';
import { declare } from './incidents.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
  await register.test.setClock(new Date('2026-06-01T00:00:00Z'));
});
afterAll(() => register.close());

const two = { from: '2024-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' };

interface Belief {
  shape: number;
  rate: number;
  mean: number;
  low: number;
  high: number;
}
interface ObservedView {
  years: number;
  count: number;
  incidents: { reference: string }[];
  partlyInside: { reference: string }[];
  unconfirmed: { reference: string }[];
  bandSeen: { name: string };
  bandRated: { name: string };
  agreement: string;
  adoptedUntil: string | null;
  frequency: { prior: Belief; posterior: Belief; yearsBeforeControls: number; shift: number } | null;
  losses: { category: string; observed: { minorUnits: number }[]; posterior: { weight: number }; shift: number }[];
  explanation: string[];
}
const call = (id: string, args: object, caller: TestCaller = {}) =>
  register.call(
    `query ($id: UUID!, $from: DateTime!, $until: DateTime, $priorYears: Float, $priorEvents: Float) { risk(id: $id) {
       observed(from: $from, until: $until, priorYears: $priorYears, priorEvents: $priorEvents) {
         years count incidents { reference } partlyInside { reference } unconfirmed { reference } bandSeen { name } bandRated { name } agreement
         adoptedUntil frequency { prior { shape rate mean low high } posterior { shape rate mean low high } yearsBeforeControls shift }
         losses { category observed { minorUnits } posterior { weight } shift } explanation } } }`,
    { id, ...args },
    caller,
  );
async function observed(id: string, args: object = two, caller: TestCaller = {}): Promise<ObservedView> {
  const answer = await call(id, args, caller);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as { risk: { observed: ObservedView } }).risk.observed;
}

async function quantified(frequency: object = { kind: 'POISSON', rate: 2 }, links: object[] = []) {
  const risk = await register.createRisk({ links });
  const lossForms = [{ category: 'response', loss: { kind: 'LOGNORMAL', low: 100_000, high: 10_000_000 } }];
  await register.ask('mutation ($input: QuantifyRiskInput!) { quantifyRisk(input: $input) { risk { id } } }', {
    input: { riskId: risk.id, frequency, lossForms, rationale: 'Estimated' },
  });
  return risk.id;
}
const happened = (riskId: string, occurred: string, minorUnits?: number) =>
  declare(register, {
    riskIds: [riskId],
    occurred,
    ...(minorUnits === undefined ? {} : { losses: [{ category: 'response', minorUnits }] }),
  });
const adopt = (riskId: string, input: object = {}, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: AdoptObservedInput!) { adoptObserved(input: $input) { risk {
       quantification { version rationale meanFrequency frequency { kind low high } lossForms { category loss { kind low high } } } } } }`,
    { input: { riskId, expectedVersion: 1, reason: 'Reviewed in June.', ...two, ...input } },
    caller,
  );

describe('what incidents say of a risk', () => {
  it('counts those of the window, tells apart those that may be in it, and names the band that they fall in', async () => {
    const risk = await register.createRisk({ inherentLikelihood: 3 });
    const inside = await happened(risk.id, '2024');
    const also = await happened(risk.id, '2025-12-31');
    await happened(risk.id, '2023-12');
    const found = await observed(risk.id);
    expect(found).toMatchObject({
      ...{ count: 2, frequency: null, losses: [], adoptedUntil: null, agreement: 'ABOVE' },
      incidents: [{ reference: inside.reference }, { reference: also.reference }],
      ...{ bandSeen: { name: 'Likely' }, bandRated: { name: 'Possible' } },
    });
    const half = await observed(risk.id, { from: '2024-06-01T00:00:00Z', until: two.until });
    expect(half).toMatchObject({ count: 1, partlyInside: [{ reference: inside.reference }] });
    expect(half.explanation.join(' ')).toContain(`${inside.reference} may have happened in the window or outside it`);
    expect(found.explanation[0]).toContain('above the rated Possible');
  });

  it('moves what is believed by the closed form, and shows both with their intervals', async () => {
    const id = await quantified();
    for (const occurred of ['2024-02', '2024-03', '2025']) await happened(id, occurred, 2_000_000);
    const { frequency, losses, explanation } = await observed(id);
    const years = 731 / 365.25;
    expect(frequency?.prior).toMatchObject({ shape: 2, rate: 1, mean: 2 });
    expect(frequency?.posterior.shape).toBe(5);
    expect(frequency?.posterior.rate).toBeCloseTo(1 + years, 9);
    expect(frequency?.shift).toBeCloseTo(5 / (1 + years) / 2, 9);
    // A gamma of a whole shape: the tail is a Poisson sum.
    const { high = 0, rate = 0 } = frequency?.posterior ?? {};
    let term = Math.exp(-high * rate);
    let tail = 0;
    for (let k = 0; k < 5; k++) {
      tail += term;
      term *= (high * rate) / (k + 1);
    }
    expect(tail).toBeCloseTo(0.05, 8);
    expect(losses).toMatchObject([{ category: 'response', observed: [{}, {}, {}], posterior: { weight: 6 } }]);
    // Median 1,000,000 worth three and 2,000,000 worth three: the geometric middle.
    expect(losses[0]?.shift).toBeCloseTo(Math.SQRT2, 6);
    expect(explanation.join(' ')).toContain('Its mean falls from 2 a year to 1.67 a year');
  });

  it('lowers the frequency where nothing happened, and leaves losses alone', async () => {
    const found = await observed(await quantified());
    expect(found.count).toBe(0);
    expect(found.frequency?.shift).toBeLessThan(1);
    expect(found.losses).toMatchObject([{ observed: [], shift: 1 }]);
  });

  it('counts years by what the linked controls leave: incidents happen with them, the quantification is before them', async () => {
    const implementationId = await register.addImplementation(1);
    const id = await quantified(undefined, [{ implementationId, likelihoodEffect: 0.75, consequenceEffect: 0 }]);
    const found = await observed(id);
    expect(found.frequency?.yearsBeforeControls).toBeCloseTo(found.years / 4, 9);
    expect(found.explanation.join(' ')).toContain('leave 25 % of the events');
  });

  it.each([
    [{ from: two.until, until: two.from }, 'from'],
    [{ from: two.from, until: '2027-01-01T00:00:00Z' }, 'until'],
    [{ from: '1800-01-01T00:00:00Z' }, 'from'],
    [{ ...two, priorYears: 0 }, 'priorYears'],
    [{ ...two, priorEvents: 1e9 }, 'priorEvents'],
  ])('is refused for %j', async (args, field) => {
    const answer = errorOf(await call((await register.createRisk()).id, { priorYears: 1, priorEvents: 3, ...args }));
    expect(answer.code).toBe('BAD_INPUT');
    expect(answer.text).toContain(field);
  });
});

describe('adopting what was observed', () => {
  it('makes it the quantification, with a rationale that names the incidents; nothing changes before', async () => {
    const id = await quantified();
    const incident = await happened(id, '2025-04-01', 5_000_000);
    const before = await observed(id);
    expect((await observed(id)).frequency).toEqual(before.frequency);
    const answer = await adopt(id);
    const { quantification } = (answer.data as { adoptObserved: { risk: { quantification: Record<string, unknown> } } })
      .adoptObserved.risk;
    expect(quantification).toMatchObject({ version: 2, frequency: { kind: 'LOGNORMAL' } });
    expect(quantification.meanFrequency).toBeCloseTo(before.frequency?.posterior.mean ?? 0, 6);
    expect(quantification.rationale).toContain(`Reviewed in June. Learned from what was observed`);
    expect(quantification.rationale).toContain(incident.reference);
  });

  it('counts no incident twice, and goes on from what was learned', async () => {
    const id = await quantified();
    await happened(id, '2024-04-01', 5_000_000);
    await happened(id, '2025-04-01', 5_000_000);
    const atOnce = await observed(id);
    const year = '2025-01-01T00:00:00Z';
    expect((await adopt(id, { until: year })).errors).toBeUndefined();
    const again = errorOf(await adopt(id, { expectedVersion: 2 }));
    expect(again.code).toBe('STATE_CONFLICT');
    expect(again.text).toContain('none counts twice');
    expect((await observed(id)).explanation.at(-1)).toContain('would count them twice');
    const next = await observed(id, { from: year, until: two.until });
    expect(next.adoptedUntil).toBe('2025-01-01T00:00:00.000Z');
    // Year by year is as at once.
    expect(next.frequency?.posterior.shape).toBeCloseTo(atOnce.frequency?.posterior.shape ?? 0, 5);
    expect(next.frequency?.posterior.rate).toBeCloseTo(atOnce.frequency?.posterior.rate ?? 0, 5);
    expect(next.losses[0]?.posterior.weight).toBe(5);
    expect((await adopt(id, { from: year, expectedVersion: 2 })).errors).toBeUndefined();
  });

  it('is refused for a stale version, without a reason, and for a risk that is only rated', async () => {
    const id = await quantified();
    expect(errorOf(await adopt(id, { expectedVersion: 7 })).code).toBe('VERSION_CONFLICT');
    expect(errorOf(await adopt(id, { reason: ' ' })).code).toBe('BAD_INPUT');
    const rated = await register.createRisk();
    expect(errorOf(await adopt(rated.id, { expectedVersion: 0 })).code).toBe('STATE_CONFLICT');
    const answers = await Promise.all([adopt(id), adopt(id)]);
    expect(answers.map((answer) => errorOf(answer).code).sort()).toEqual(['VERSION_CONFLICT', undefined]);
  });

  it('is seen as of a past moment as it was before it', async () => {
    const id = await quantified();
    const asOf = new Date('2026-06-01T12:00:00Z');
    await register.test.setClock(new Date('2026-06-02T00:00:00Z'));
    await happened(id, '2025');
    expect((await adopt(id)).errors).toBeUndefined();
    expect(await observed(id, two, { asOf })).toMatchObject({ count: 0, adoptedUntil: null });
    expect(await observed(id)).toMatchObject({ count: 1, adoptedUntil: '2026-01-01T00:00:00.000Z' });
  });
});
