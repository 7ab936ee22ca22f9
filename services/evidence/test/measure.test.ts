import { log, type Said, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const record = (input: object) =>
  world.call(
    'mutation($input: RecordMeasurementInput!) { recordMeasurement(input: $input) { measurement { id value number lateFrom validUntil } measure { attainment { state attainment } } } }',
    { input },
  );
const update = (input: object) =>
  world.call(
    'mutation($input: UpdateMeasureInput!) { updateMeasure(input: $input) { measure { version attainment { attainment value state } } } }',
    { input },
  );
const rule = async (name: string) => {
  const all = (await world.recorded('annex.evidence.conformity.changed.v1')).flatMap((data) => data.rows);
  return all.filter((row) => row.rule === name).at(-1);
};
const asOf = (id: string, moment: string): Promise<Said> => world.says(id, { asOf: new Date(moment) });

describe('an ISMS without measures', () => {
  it('has a gap at 9.1: nothing is measured', async () => {
    expect(await rule('evidence.measured-in-time')).toMatchObject({
      clause: '9.1',
      basis: 'REQUIREMENT',
      verdict: 'GAP',
      reason: 'Nothing is measured: there is no measure.',
      ismsId: world.ismsId,
    });
  });
});

describe('a measure that counts open findings', () => {
  it('follows imports, keeps its history, and turns late and stale by itself', async () => {
    await world.at('2026-02-01T08:00:00Z');
    const id = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['a', 'b'] });
    expect(await world.says(id)).toMatchObject({
      state: 'NEVER_MEASURED',
      value: null,
      attainment: null,
      freshness: 0,
    });
    expect(await rule('evidence.measured-in-time')).toMatchObject({ verdict: 'GAP', facts: { total: 1, failing: 1 } });

    await world.at('2026-02-02T08:00:00Z');
    await world.import('a', log(5));
    expect(await world.says(id)).toMatchObject({ state: 'UNKNOWN', value: 5, attainment: null, freshness: 1 });
    expect(await rule('evidence.measured-in-time')).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });

    await world.at('2026-02-03T08:00:00Z');
    await world.import('b', log(5));
    expect(await world.says(id)).toMatchObject({
      state: 'FRESH',
      value: 10,
      attainment: 0.8,
      // As old as its oldest import.
      validUntil: '2026-02-10T00:48:00.000Z',
      valueExplanation: '10: 5 of a (complete) + 5 of b (complete).',
    });
    expect(await rule('evidence.measured-in-time')).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { failing: 0 } });

    await world.at('2026-02-09T08:00:00Z');
    await world.settle();
    expect((await world.attainments(id)).at(-1)).toMatchObject({ state: 'LATE', freshness: 1 });
    await world.at('2026-02-10T00:48:00Z');
    await world.settle();
    expect((await world.attainments(id)).at(-1)).toMatchObject({ state: 'STALE', freshness: 0, value: 10 });
    expect(await rule('evidence.measured-in-time')).toMatchObject({
      verdict: 'GAP',
      facts: { total: 1, failing: 1 },
      links: [{ kind: 'Measure', id, reference: 'M-0001' }],
    });
    const states = (await world.attainments(id)).map((row) => [row.version, row.state]);
    expect(states).toEqual([
      [1, 'NEVER_MEASURED'],
      [2, 'UNKNOWN'],
      [3, 'FRESH'],
      [4, 'LATE'],
      [5, 'STALE'],
    ]);

    expect(await asOf(id, '2026-02-02T09:00:00Z')).toMatchObject({ state: 'UNKNOWN', value: 5 });
    expect(await asOf(id, '2026-02-03T09:00:00Z')).toMatchObject({ state: 'FRESH', value: 10 });
    expect(await asOf(id, '2026-02-09T09:00:00Z')).toMatchObject({ state: 'LATE', value: 10 });
    expect(await asOf(id, '2026-02-01T09:00:00Z')).toMatchObject({ state: 'NEVER_MEASURED', value: null });
  });

  it('is unknown, never clean, while the latest run of a source is partial or failed', async () => {
    await world.at('2026-03-01T08:00:00Z');
    const id = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['c'] });
    await world.import('c', log(0, { success: false }));
    expect(await world.says(id)).toMatchObject({ state: 'UNKNOWN', value: 0, attainment: null });
    await world.import('c', log(0));
    expect(await world.says(id)).toMatchObject({ state: 'FRESH', value: 0, attainment: 1 });
    await world.import('c', log(0, { results: undefined }).replace(/,"results":\[\]/, ''));
    expect(await world.says(id)).toMatchObject({ state: 'UNKNOWN', attainment: null });
  });

  it('shows its latest measurement however often the same is asked', async () => {
    const id = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['a', 'b'] });
    await world.import('a', log(0));
    const ask = () =>
      world.call(
        'query($id: UUID!) { measure(id: $id) { attainment { measurement { id value recordedBy valueExplanation import { id } } } } }',
        { id },
      );
    const first = await ask();
    expect(first.data?.measure).toMatchObject({
      attainment: { measurement: { value: expect.any(Number), import: { id: expect.any(String) } } },
    });
    // Documents are compiled when they come again.
    for (const again of [await ask(), await ask(), await ask()]) expect(again).toEqual(first);
  });

  it('made after the imports is measured at once', async () => {
    await world.at('2026-03-02T08:00:00Z');
    await world.import('d', log(25));
    const id = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['d'] });
    expect(await world.says(id)).toMatchObject({ state: 'FRESH', value: 25, attainment: 0.5 });
  });

  it('takes no measurements of people', async () => {
    const id = await world.measure({ collector: 'SARIF_OPEN_FINDINGS', sources: ['none'] });
    const { errors } = await record({ measureId: id, value: 1 });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'STATE_CONFLICT' });
  });
});

describe('a measure that people take', () => {
  it('counts the measurement of the latest moment, whenever it was recorded', async () => {
    await world.at('2026-04-10T08:00:00Z');
    const id = await world.measure({ unit: '%', target: 100, worst: 0, frequency: 'P1M' });
    await record({ measureId: id, value: 60 });
    const answer = await record({ measureId: id, value: 20, measuredAt: '2026-04-01T00:00:00Z' });
    expect(answer.errors).toBeUndefined();
    expect(await world.says(id)).toMatchObject({
      state: 'FRESH',
      value: 60,
      attainment: 0.6,
      validUntil: '2026-05-13T08:00:00.000Z',
    });
    const { measure } = await world.ask<{ measure: { measurements: { totalCount: number; nodes: unknown[] } } }>(
      'query($id: UUID!) { measure(id: $id) { measurements(first: 1) { totalCount nodes { value number recordedBy } } } }',
      { id },
    );
    expect(measure.measurements).toMatchObject({ totalCount: 2, nodes: [{ value: 60, number: 1 }] });
  });

  it('tells of the same state once', async () => {
    await world.at('2026-04-11T08:00:00Z');
    const id = await world.measure({ frequency: 'P1M' });
    await record({ measureId: id, value: 1 });
    const before = await world.attainments(id);
    await record({ measureId: id, value: 3, measuredAt: '2026-04-01T00:00:00Z' });
    expect(await world.attainments(id)).toEqual(before);
  });

  it('is read anew when its target or worst changes, and nothing is told when nothing does', async () => {
    await world.at('2026-04-12T08:00:00Z');
    const id = await world.measure({ target: 0, worst: 10 });
    await record({ measureId: id, value: 5 });
    expect(await world.says(id)).toMatchObject({ attainment: 0.5 });
    const changed = await update({ id, worst: 20, expectedVersion: 1 });
    expect(changed.data).toMatchObject({
      updateMeasure: { measure: { version: 2, attainment: { attainment: 0.75 } } },
    });
    expect((await world.attainments(id)).at(-1)).toMatchObject({ attainment: 0.75 });
    const before = await world.attainments(id);
    expect((await update({ id, worst: 20 })).data).toMatchObject({ updateMeasure: { measure: { version: 2 } } });
    expect(await world.attainments(id)).toEqual(before);
    const stale = await update({ id, worst: 30, expectedVersion: 1 });
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT' });
    const events = (await world.recorded('annex.evidence.measure.changed.v1')).flatMap((data) => data.rows);
    expect(events.filter((row) => row.id === id).map((row) => [row.version, row.worst])).toEqual([
      [1, 10],
      [2, 20],
    ]);
  });

  it('reports every faulty field of its input', async () => {
    const { errors } = await world.call(
      'mutation($input: CreateMeasureInput!) { createMeasure(input: $input) { measure { id } } }',
      { input: { title: ' ', unit: '%', target: 1, worst: 1, frequency: 'monthly', grace: 'P0D', sources: ['a b'] } },
    );
    const faults = errors?.[0]?.extensions?.faults ?? [];
    expect(faults.map((fault) => fault.field).sort()).toEqual([
      'input.frequency',
      'input.grace',
      'input.sources',
      'input.sources.0',
      'input.title',
    ]);
    const equal = await world.call(
      'mutation($input: CreateMeasureInput!) { createMeasure(input: $input) { measure { id } } }',
      { input: { title: 't', unit: '%', target: 1, worst: 1, frequency: 'P1M' } },
    );
    expect(equal.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: 'input.worst' }] });
  });

  it('is not measured in the future, nor by evidence that is not there', async () => {
    const id = await world.measure({});
    const future = await record({ measureId: id, value: 1, measuredAt: '2031-01-01T00:00:00Z' });
    expect(future.errors?.[0]?.extensions).toMatchObject({ faults: [{ field: 'input.measuredAt' }] });
    const absent = await record({ measureId: id, value: 1, evidenceId: id });
    expect(absent.errors?.[0]?.extensions).toMatchObject({ faults: [{ field: 'input.evidenceId' }] });
    const unknown = await record({ measureId: world.ismsId, value: 1 });
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is done once for an idempotency key', async () => {
    const id = await world.measure({});
    const twice = () =>
      world.ask<{ recordMeasurement: { measurement: { id: string } } }>(
        'mutation($input: RecordMeasurementInput!) { recordMeasurement(input: $input) { measurement { id } } }',
        { input: { measureId: id, value: 2 } },
        { idempotencyKey: 'measured once' },
      );
    expect(await twice()).toEqual(await twice());
  });
});

describe('evidence behind a measurement', () => {
  it('ends the measurement when it expires', async () => {
    await world.at('2026-05-01T08:00:00Z');
    const proof = await world.upload({ title: 'Counted by hand', validUntil: '2026-05-03' }, 'seven');
    const id = await world.measure({ frequency: 'P1M' });
    expect((await record({ measureId: id, value: 7, evidenceId: proof.body.id })).errors).toBeUndefined();
    expect(await world.says(id)).toMatchObject({ state: 'FRESH', validUntil: '2026-05-03T00:00:00.000Z' });
    await world.at('2026-05-03T00:00:00Z');
    await world.settle();
    expect((await world.attainments(id)).at(-1)).toMatchObject({ state: 'STALE', freshness: 0 });
    const refused = await record({ measureId: id, value: 7, evidenceId: proof.body.id });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ faults: [{ field: 'input.evidenceId' }] });
  });

  it('brings the measurement back when its validity is extended', async () => {
    await world.at('2026-06-01T08:00:00Z');
    const proof = await world.upload({ title: 'Counted again', validUntil: '2026-06-03' }, 'eight');
    const id = await world.measure({ frequency: 'P1M' });
    await record({ measureId: id, value: 7, evidenceId: proof.body.id });
    await world.at('2026-06-04T00:00:00Z');
    await world.settle();
    expect(await world.says(id)).toMatchObject({ state: 'STALE' });
    await world.ask(
      'mutation($input: UpdateEvidenceInput!) { updateEvidence(input: $input) { evidence { validity } } }',
      {
        input: { id: proof.body.id, validUntil: '2026-06-20T00:00:00Z' },
      },
    );
    expect((await world.attainments(id)).at(-1)).toMatchObject({
      state: 'FRESH',
      validUntil: '2026-06-20T00:00:00.000Z',
    });
  });
});

describe('resync', () => {
  it('tells the present state of everything again, with the versions it has', async () => {
    const before = await world.recorded('annex.evidence.attainment.changed.v1');
    const newest = new Map(before.flatMap((data) => data.rows).map((row) => [row.id, row]));
    await world.service.database.write(world.test.scope(), (tx) => world.service.definition.announce(tx));
    const after = (await world.recorded('annex.evidence.attainment.changed.v1')).slice(before.length);
    expect(after.flatMap((data) => data.rows).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  });
});
