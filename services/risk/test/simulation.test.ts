import { newId } from '@annex/service';
import { silent } from '@annex/service/testing';
import { claim, fail, finish } from '../src/simulation/run.operations.ts';
import { Runner } from '../src/simulation/runner.ts';
import { holdSimulation, updateSimulation } from '../src/simulation/simulation.store.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const money = '{ minorUnits currency }';
const figures = `{ expectedLoss ${money} standardError ${money} anyLoss percentiles { percent loss ${money} }
  tails { percent valueAtRisk ${money} tailValueAtRisk ${money} } }`;
const fields = `id version reference title status progress requestedBy { id } startedAt finishedAt failure trials seed currency
  correlations { riskId otherRiskId coefficient }
  results { reading figures ${figures} exceedance { probability loss ${money} } }
  treatmentReturn { reduction ${money} cost ${money} net ${money} ratio explanation }
  drivers { kind riskId implementation { id } category low ${money} high ${money} }
  scenarios { nodes { reference riskVersion basis frequency { kind } risk { id } readings { reading frequencyLeft figures ${figures} } } totalCount }`;

interface Figures {
  expectedLoss: { minorUnits: number };
  standardError: { minorUnits: number };
}
interface Simulation {
  id: string;
  version: number;
  reference: string;
  status: string;
  progress: number;
  seed: number;
  failure: string | null;
  results: { reading: string; figures: Figures; exceedance: { probability: number; loss: { minorUnits: number } }[] }[];
  treatmentReturn: { ratio: number; net: { minorUnits: number }; explanation: string } | null;
  drivers: { kind: string; riskId: string | null; implementation: { id: string } | null }[];
  scenarios: {
    nodes: { reference: string; basis: string; readings: { reading: string; figures: Figures | null }[] }[];
  };
}

const start = (input: Record<string, unknown>, caller = {}) =>
  register.call(
    `mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { simulation { ${fields} } } }`,
    { input: { title: 'Portfolio', trials: 20_000, seed: 7, ...input } },
    caller,
  );

const read = async (id: string, caller = {}) =>
  (
    await register.ask<{ simulation: Simulation }>(
      `query ($id: UUID!) { simulation(id: $id) { ${fields} } }`,
      { id },
      caller,
    )
  ).simulation;

/** Waits until a process has ended it; the work is done beside, so there is nothing else to wait for. */
async function ended(id: string): Promise<Simulation> {
  for (;;) {
    await register.settle();
    const found = await read(id);
    if (found.status !== 'QUEUED' && found.status !== 'RUNNING') return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function started(input: Record<string, unknown>, caller = {}): Promise<Simulation> {
  const answer = await start(input, caller);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (JSON.parse(JSON.stringify(answer.data)) as { startSimulation: { simulation: Simulation } }).startSimulation
    .simulation;
}

const error = (answer: { errors?: readonly { extensions?: unknown }[] }) => {
  const [first] = answer.errors ?? [];
  return { code: (first?.extensions as { code?: string } | undefined)?.code, text: JSON.stringify(first ?? null) };
};

const quantify = (riskId: string, rate: number) =>
  register.ask('mutation ($input: QuantifyRiskInput!) { quantifyRisk(input: $input) { risk { id } } }', {
    input: {
      riskId,
      frequency: { kind: 'POISSON', rate },
      lossForms: [{ category: 'response', loss: { kind: 'PERT', low: 1e6, mode: 2e6, high: 9e6 } }],
      rationale: 'Counted',
    },
  });

async function organisation() {
  const ismsId = await register.addIsms();
  const implementationId = await register.addImplementation(0.5, { ismsId });
  const links = [{ implementationId, likelihoodEffect: 0.8, consequenceEffect: 0 }];
  const quantified = await register.createRisk({ ismsId, links });
  await quantify(quantified.id, 2);
  const rated = await register.createRisk({ ismsId, inherentLikelihood: 3, inherentConsequence: 2 });
  return { ismsId, implementationId, quantified, rated };
}

describe('a simulation', () => {
  it('freezes quantified and rated risks, runs beside, and keeps its results with inputs and seed', async () => {
    const { ismsId, implementationId, quantified, rated } = await organisation();
    const begun = await started({ ismsId });
    expect(begun).toMatchObject({ reference: 'S-0001', status: 'QUEUED', progress: 0, results: [], drivers: [] });
    const done = await ended(begun.id);
    expect(done).toMatchObject({
      status: 'DONE',
      progress: 1,
      seed: 7,
      requestedBy: { id: register.person },
      treatmentReturn: null,
      scenarios: {
        totalCount: 2,
        nodes: [
          {
            reference: quantified.reference,
            basis: 'QUANTIFIED',
            frequency: { kind: 'POISSON' },
            risk: { id: quantified.id },
          },
          { reference: rated.reference, basis: 'RATED', frequency: { kind: 'LOGNORMAL' } },
        ],
      },
    });
    expect(done.results.map(({ reading }) => reading)).toEqual(['INHERENT', 'CURRENT']);
    // 2 events a year of (1 + 4 × 2 + 9) / 6 million; with the control 0.6 of them.
    for (const [reading, expected] of [
      [0, 6e6],
      [1, 6e6 * 0.6],
    ] as const) {
      const own = done.scenarios.nodes[0]?.readings[reading]?.figures;
      const [mean, deviation] = [own?.expectedLoss.minorUnits ?? 0, own?.standardError.minorUnits ?? 0];
      expect(Math.abs(mean - expected)).toBeLessThan(4 * deviation);
    }
    expect(done.drivers.map(({ kind }) => kind)).toContain('CONTROL');
    expect(done.drivers.find(({ kind }) => kind === 'CONTROL')?.implementation).toEqual({ id: implementationId });
    const told = (await register.recorded('annex.risk.simulation.changed.v1')).flatMap((data) => data.rows);
    expect(told.filter((row) => row.id === begun.id).map(({ status, readings }) => [status, readings.length])).toEqual([
      ['QUEUED', 0],
      ['RUNNING', 0],
      ['DONE', 2],
    ]);
  });

  it('gives the same results to the last digit for the same inputs and seed, others for another', async () => {
    const { ismsId, quantified, rated } = await organisation();
    const correlations = [{ riskId: quantified.id, otherRiskId: rated.id, coefficient: 0.6 }];
    const runs = [];
    for (const seed of [3, 3, 4]) runs.push(await ended((await started({ ismsId, seed, correlations })).id));
    const [first, second, third] = runs.map(({ results, scenarios }) => JSON.stringify([results, scenarios]));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('tries out a treatment and says what it is worth', async () => {
    const { ismsId, implementationId, quantified } = await organisation();
    const treatment = {
      title: 'Immutable backups',
      annualCost: 1e6,
      strengths: [{ implementationId, strength: 1 }],
      effects: [{ riskId: quantified.id, likelihoodEffect: 0, consequenceEffect: 0.5 }],
    };
    const done = await ended((await started({ ismsId, riskIds: [quantified.id], treatment })).id);
    expect(done.results.map(({ reading }) => reading)).toEqual(['INHERENT', 'CURRENT', 'RESIDUAL']);
    // From 0.6 × 6 million to 0.2 × 6 million × 0.5, for one million.
    expect(Math.abs((done.treatmentReturn?.ratio ?? 0) - 2)).toBeLessThan(0.15);
    expect(done.treatmentReturn?.explanation).toContain('“Immutable backups” lowers the expected loss of a year');
    const [inherent, current, residual] = done.results.map(({ exceedance }) =>
      exceedance.map(({ loss }) => loss.minorUnits),
    );
    current?.forEach((loss, index) => {
      expect(loss).toBeLessThanOrEqual(inherent?.[index] ?? 0);
      expect(residual?.[index] ?? 0).toBeLessThanOrEqual(loss);
    });
  });

  it('is what was known when it was started, and is read as of past moments', async () => {
    const { ismsId, quantified } = await organisation();
    await register.test.setClock(new Date('2126-12-01T00:00:00Z'));
    // So long that it cannot have ended before the clock moves on; whether a process has taken it by then is chance.
    const begun = await started({ ismsId, riskIds: [quantified.id], trials: 1_000_000 });
    await quantify(quantified.id, 200);
    await register.test.setClock(new Date('2126-12-02T00:00:00Z'));
    const done = await ended(begun.id);
    expect(done.results[0]?.figures.expectedLoss.minorUnits ?? 0).toBeLessThan(7e6);
    const then = { asOf: new Date('2126-12-01T12:00:00Z') };
    expect(await read(begun.id, then)).toMatchObject({
      status: expect.stringMatching(/^(QUEUED|RUNNING)$/),
      results: [],
      scenarios: { nodes: [{ readings: [{ figures: null }, { figures: null }] }] },
    });
    const list = (caller = {}) =>
      register.ask<{ simulations: { nodes: { id: string }[] } }>(
        'query ($isms: UUID) { simulations(ismsId: $isms) { nodes { id } totalCount } }',
        { isms: ismsId },
        caller,
      );
    expect((await list(then)).simulations).toEqual({ nodes: [{ id: begun.id }], totalCount: 1 });
    // The ISMS itself was not known here on that day.
    await expect(list({ asOf: new Date('2020-01-01T00:00:00Z') })).rejects.toThrow(/NOT_FOUND/);
  });

  it('ends without a result when it is cancelled, waiting or running, and once only', async () => {
    const { ismsId } = await organisation();
    const cancel = (simulation: { id: string; version?: number }) =>
      register.call(
        'mutation ($input: CancelSimulationInput!) { cancelSimulation(input: $input) { simulation { status } } }',
        {
          input: {
            simulationId: simulation.id,
            ...(simulation.version ? { expectedVersion: simulation.version } : {}),
          },
        },
      );
    // So long that it cannot have ended before it is cancelled.
    const slow = { ismsId, trials: 1_000_000 };
    const many = await Promise.all(
      Array.from({ length: 30 }, () => register.createRisk({ ismsId, inherentLikelihood: 5 })),
    );
    expect(many).toHaveLength(30);
    const waiting = await started(slow);
    expect(error(await cancel({ ...waiting, version: 9 })).code).toBe('VERSION_CONFLICT');
    expect((await cancel(waiting)).errors).toBeUndefined();
    expect(await ended(waiting.id)).toMatchObject({ status: 'CANCELLED', results: [] });
    expect(error(await cancel({ id: waiting.id })).code).toBe('STATE_CONFLICT');
    const running = await started(slow);
    await register.settle();
    expect((await read(running.id)).status).toBe('RUNNING');
    expect((await cancel({ id: running.id })).errors).toBeUndefined();
    expect(await ended(running.id)).toMatchObject({ status: 'CANCELLED', results: [] });
    // The process leaves it within seconds, and takes the next.
    const next = await ended((await started({ ismsId })).id);
    expect(next.status).toBe('DONE');
  });
});

describe('a simulation whose process was lost', () => {
  const lease = (simulationId: string, sql: string) =>
    register.test.admin((client) => client.query(sql, [simulationId]));

  /** So many that none is done before its run is made to look lost. */
  const trials = 300_000;

  /** A run that a process took and then died with; the ticker may have had another begin it meanwhile. */
  async function lost(ismsId: string, runs: number): Promise<string> {
    const begun = await started({ ismsId, trials });
    await lease(
      begun.id,
      `with taken as (update risk.simulation set status = 'RUNNING', attempt = 50, lost = ${runs - 1}, version = version + 1 where id = $1 returning *),
         gone as (delete from risk.due where subject_id = $1::text and kind = 'simulation.run'),
         watched as (insert into risk.due (tenant_id, kind, subject_id, due_at) select tenant_id, 'simulation.watch', id::text, now() - interval '1 minute' from taken
           on conflict (tenant_id, kind, subject_id) do update set due_at = excluded.due_at)
       insert into risk.simulation_run (tenant_id, id, isms_id, simulation_id, attempt, began_at, beat_at)
         select tenant_id, gen_random_uuid(), isms_id, id, attempt, now(), now() - interval '31 seconds' from taken`,
    );
    return begun.id;
  }

  it('is begun again from the start by the next, with the same results', async () => {
    const { ismsId } = await organisation();
    const whole = await ended((await started({ ismsId, trials })).id);
    const again = await ended(await lost(ismsId, 1));
    expect(again.status).toBe('DONE');
    expect(again.results).toEqual(whole.results);
  });

  it('is given up after three', async () => {
    const { ismsId } = await organisation();
    expect(await ended(await lost(ismsId, 3))).toMatchObject({
      status: 'FAILED',
      failure: 'Each of 3 processes that simulated it was lost before it ended',
    });
  });

  it('is not changed by a run that comes back after it was given to another, or cancelled', async () => {
    const { ismsId } = await organisation();
    const id = await lost(ismsId, 1);
    const own = { simulationId: id, tenant: register.test.tenants[0], attempt: 49 };
    const late = () =>
      register.handle(register.test.scope(), async (tx) => {
        await finish(tx, own, { members: [], readings: [], drivers: [] });
        await fail(tx, own, 'Too late');
      });
    await late();
    expect((await read(id)).status).toBe('RUNNING');
    await lease(
      id,
      `update risk.simulation set status = 'CANCELLED', attempt = 49, version = version + 1 where id = $1`,
    );
    await late();
    expect(await read(id)).toMatchObject({ status: 'CANCELLED', failure: null });
  });

  it('is left alone while its run gives signs of life', async () => {
    const { ismsId } = await organisation();
    const id = await lost(ismsId, 1);
    await lease(id, 'update risk.simulation_run set beat_at = clock_timestamp() where simulation_id = $1');
    await register.settle();
    expect((await read(id)).status).toBe('RUNNING');
  });
});

describe('a simulation whose process stops in order', () => {
  it('is given back, uses up no attempt, and is taken by the next', async () => {
    const { ismsId } = await organisation();
    const { id } = await started({ ismsId, trials: 1_000_000 });
    const { database } = register.service;
    const own = new Runner({ name: 'risk', database, log: silent });
    await register.handle(register.test.scope(), async (tx) => {
      const present = await holdSimulation(tx, id);
      // The service may have taken it already; then its lease is given up for this one.
      if (present?.status === 'RUNNING') await updateSimulation(tx, present, { status: 'QUEUED' });
      const claimed = await claim(tx, id);
      if (!claimed) throw new Error('It could not be claimed');
      tx.afterCommit(() => own.begin(claimed));
    });
    await own.stop();
    expect(own.free).toBe(false);
    const row = (
      await register.test.admin((client) => client.query('select lost from risk.simulation where id = $1', [id]))
    ).rows[0];
    expect(row).toEqual({ lost: 0 });
    const statuses = (await register.recorded('annex.risk.simulation.changed.v1'))
      .flatMap((data) => data.rows)
      .flatMap((told) => (told.id === id ? [told.status] : []));
    expect(statuses.join(' ')).toMatch(/RUNNING QUEUED/);
    expect((await ended(id)).status).toBe('DONE');
  });
});

describe('a simulation that cannot be run', () => {
  it('fails with a reference to the log and nothing of its inside', async () => {
    const { ismsId, quantified } = await organisation();
    await register.test.admin((client) =>
      client.query('update risk.quantification set forms = $2 where risk_id = $1', [
        quantified.id,
        JSON.stringify([{ category: 'x', probability: 1, loss: { kind: 'SPOILT' } }]),
      ]),
    );
    const failed = await ended((await started({ ismsId })).id);
    expect(failed).toMatchObject({ status: 'FAILED', results: [] });
    expect(failed.failure).toMatch(/^Something unforeseen went wrong: reference [0-9a-f-]{36}$/);
  });
});

describe('bad input of a simulation', () => {
  it('is named, and nothing is started', async () => {
    const { ismsId, quantified, rated } = await organisation();
    const closed = await register.createRisk({ ismsId });
    await register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
      input: { riskId: closed.id },
    });
    const pair = (a: string, b: string, coefficient: number) => ({ riskId: a, otherRiskId: b, coefficient });
    const third = await register.createRisk({ ismsId });
    for (const [input, field] of [
      [{ trials: 1_000_000_000 }, 'input.trials'],
      [{ trials: 10 }, 'input.trials'],
      [{ seed: -1 }, 'input.seed'],
      [{ title: ' ' }, 'input.title'],
      [{ riskIds: [] }, 'input.riskIds'],
      [{ riskIds: [closed.id] }, 'input.riskIds[0]'],
      [{ riskIds: [quantified.id, newId()] }, 'input.riskIds[1]'],
      [{ correlations: [pair(quantified.id, closed.id, 0.1)] }, 'input.correlations[0].otherRiskId'],
      [{ correlations: [pair(quantified.id, rated.id, 1.5)] }, 'input.correlations[0].coefficient'],
      [
        {
          correlations: [
            pair(quantified.id, rated.id, 0.9),
            pair(rated.id, third.id, 0.9),
            pair(quantified.id, third.id, -0.9),
          ],
        },
        `the leading minor of order 3 is -2.888`,
      ],
      [
        { treatment: { title: 'x', annualCost: 1, strengths: [{ implementationId: newId(), strength: 1 }] } },
        'input.treatment.strengths[0].implementationId',
      ],
    ] as [Record<string, unknown>, string][]) {
      const answer = error(await start({ ismsId, ...input }));
      expect([field, answer.code]).toEqual([field, 'BAD_INPUT']);
      expect(answer.text).toContain(field);
    }
    const { simulations } = await register.ask<{ simulations: { totalCount: number } }>(
      'query ($isms: UUID) { simulations(ismsId: $isms) { totalCount } }',
      { isms: ismsId },
    );
    expect(simulations.totalCount).toBe(0);
    expect(error(await start({ ismsId: await register.addIsms() })).text).toContain('an open risk');
  });
});

describe('the picture of a simulation', () => {
  const get = async (id: string, permissions = ['risk:read'] as never[]) =>
    register.service.app.inject({
      method: 'GET',
      url: `/simulations/${id}/loss-exceedance.svg`,
      headers: {
        authorization: `Bearer ${await register.signer.request(register.requestInfo({ permissions })).for('risk')}`,
      },
    });

  it('is an SVG once it is done, a conflict before, and for those who may read risks', async () => {
    const { ismsId } = await organisation();
    const begun = await started({ ismsId, title: 'Fire & flood' });
    expect((await get(begun.id)).json()).toMatchObject({ code: 'STATE_CONFLICT' });
    await ended(begun.id);
    const answer = await get(begun.id);
    expect(answer.headers['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(answer.body).toContain('Fire &#38; flood');
    expect(answer.body.match(/<path /g)).toHaveLength(3);
    expect((await get(begun.id, [])).json()).toMatchObject({ code: 'FORBIDDEN' });
    expect((await get(newId())).json()).toMatchObject({ code: 'NOT_FOUND' });
  });
});
