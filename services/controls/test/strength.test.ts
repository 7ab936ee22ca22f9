import { newId } from '@annex/service';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let ismsId: string;

beforeAll(async () => {
  scenario = await startScenario();
  ismsId = await scenario.createIsms();
});
afterAll(() => scenario?.close());

/** An implemented control with a sound design and one measure that says `attainment`. */
async function measured(attainment: number) {
  const [id, measureId] = [await scenario.implement({ ismsId }), newId()];
  await scenario.assess(id, 1, { personId: anna });
  await scenario.link(id, measureId, {}, { personId: anna });
  await scenario.tell(ismsId, measureId, attainment);
  return { id, measureId };
}

it('is verified at 1 for an implemented control, a design assessed as sound and one fresh measure at its target', async () => {
  const { id } = await measured(1);
  expect(await scenario.strength(id)).toMatchObject({
    verified: 1,
    claimed: 1,
    assuranceGap: 0,
    verification: 'VERIFIED',
  });
});

it('falls when a measure falls, ends with the validity of the measurement, and recovers', async () => {
  const { id, measureId } = await measured(1);
  await scenario.tell(ismsId, measureId, 0.2);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.2, claimed: 0.2 });
  await scenario.tell(ismsId, measureId, 0.2, { state: 'STALE', freshness: 0 });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0, claimed: 0.2, verification: 'PARTLY_VERIFIED' });
  await scenario.tell(ismsId, measureId, null);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0, claimed: 1 });
  await scenario.tell(ismsId, measureId, 0.9);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.9, claimed: 0.9, verification: 'VERIFIED' });
});

it('follows status, share, assessments and claims', async () => {
  const { id } = await measured(0.5);
  const update = (input: object) =>
    scenario.ask(
      'mutation ($input: UpdateImplementationInput!) { updateImplementation(input: $input) { implementation { id } } }',
      {
        input: { id, ...input },
      },
    );
  await update({ status: 'PARTIAL', share: 0.5 });
  expect((await scenario.strength(id)).verified).toBe(0.25);
  await scenario.assess(id, 0.5);
  expect((await scenario.strength(id)).verified).toBe(0.125);
  await update({ status: 'PLANNED' });
  expect(await scenario.strength(id)).toMatchObject({ verified: 0, claimed: 0 });
  const bare = await scenario.implement({ ismsId, claimedDesign: 0.8, claimedOperation: 0.5 });
  expect(await scenario.strength(bare)).toMatchObject({ verified: 0, claimed: 0.4, verification: 'NOT_VERIFIED' });
});

it('comes out the same in whatever order link, measure and attainment arrive', async () => {
  const steps = ['link', 'name', 'tell'] as const;
  const orders = steps.flatMap((first) => steps.filter((s) => s !== first).map((second) => [first, second]));
  for (const [first, second] of orders) {
    const [id, measureId] = [await scenario.implement({ ismsId }), newId()];
    await scenario.assess(id, 1);
    const act = {
      link: () => scenario.link(id, measureId),
      name: () => scenario.name(ismsId, measureId),
      tell: () => scenario.tell(ismsId, measureId, 0.7),
    };
    for (const step of [first, second, ...steps.filter((s) => s !== first && s !== second)])
      await act[step ?? 'link']();
    expect((await scenario.strength(id)).verified).toBe(0.7);
  }
});

it('ignores older news of a measure that arrives late', async () => {
  const { id, measureId } = await measured(1);
  await scenario.tell(ismsId, measureId, 0.4, { version: 9 });
  await scenario.tell(ismsId, measureId, 1, { version: 8 });
  expect((await scenario.strength(id)).verified).toBe(0.4);
});

it('does not bring a deleted measure back by older news', async () => {
  const { id, measureId } = await measured(1);
  await scenario.name(ismsId, measureId, { version: 5, deleted: true });
  expect((await scenario.strength(id)).verified).toBe(0);
  await scenario.name(ismsId, measureId, { version: 4 });
  expect((await scenario.strength(id)).verified).toBe(0);
});

it('announces only what moved, once a change', async () => {
  const { id, measureId } = await measured(0.5);
  const announced = async () =>
    (await scenario.recorded('annex.controls.strength.changed.v1'))
      .flatMap((event) => event.rows)
      .filter((row) => row.id === id)
      .map((row) => [row.version, row.verified]);
  const before = await announced();
  await scenario.tell(ismsId, measureId, 0.5 + 1e-12);
  await scenario.tell(ismsId, measureId, 0.5, { value: 99, state: 'LATE' });
  expect(await announced()).toEqual(before);
  await scenario.tell(ismsId, measureId, 0.6);
  expect(await announced()).toEqual([...before, [(before.at(-1)?.[0] ?? 0) + 1, 0.6]]);
});

it('is explained by its factors and by every measure that counts or counted', async () => {
  const { id, measureId } = await measured(0.5);
  await scenario.name(ismsId, measureId);
  const { implementation } = await scenario.ask<{
    implementation: { strength: { explanation: Record<string, unknown> } };
  }>(
    `query ($id: UUID!) { implementation(id: $id) { strength { explanation { sentence formula
       factors { name verified claimed verification source }
       inputs { measureId reference title state value attainment freshness weight role standing verified claimed verification note } } } } }`,
    { id },
  );
  expect(implementation.strength.explanation).toMatchObject({
    sentence: '“Reviewed code” has a verified strength of 0.5, all that is claimed for it.',
    formula:
      'verified = implementation 1 × design 1 × operation 0.5 = 0.5; claimed = implementation 1 × design 1 × operation 0.5 = 0.5',
    factors: [
      { name: 'IMPLEMENTATION', verified: 1, source: 'status IMPLEMENTED' },
      { name: 'DESIGN', verified: 1, source: expect.stringContaining(`person:${anna}`) },
      { name: 'OPERATION', verified: 0.5, source: '1 measure linked' },
    ],
    inputs: [
      {
        measureId,
        reference: 'M-0001',
        state: 'LINKED',
        value: 5,
        attainment: 0.5,
        freshness: 1,
        weight: 1,
        role: 'PERFORMANCE',
        standing: 'ORDINARY',
        verified: 0.5,
      },
    ],
  });
});

it('does not rise when a bad measure is unlinked, until another person has looked, and the link is kept', async () => {
  const { id, measureId: good } = await measured(1);
  const bad = newId();
  await scenario.link(id, bad, { standing: 'KEY', weight: 3 }, { personId: anna });
  await scenario.tell(ismsId, bad, 0.2);
  expect((await scenario.strength(id)).verified).toBe(0.2);
  await scenario.unlink(id, bad, { personId: anna });
  await scenario.tell(ismsId, good, 1);
  expect(await scenario.strength(id)).toMatchObject({ verified: 0.2, claimed: 1 });
  await scenario.assess(id, 1, { personId: anna });
  expect((await scenario.strength(id)).verified).toBe(0.2);
  const { implementation } = await scenario.ask<{ implementation: { measureLinks: object[]; present: object[] } }>(
    `query ($id: UUID!) { implementation(id: $id) { present: measureLinks { measureId }
       measureLinks(selection: ALL) { measureId unlinkedBy unlinkedReason } } }`,
    { id },
  );
  expect(implementation.present).toEqual([{ measureId: good }]);
  expect(implementation.measureLinks).toContainEqual({
    measureId: bad,
    unlinkedBy: `person:${anna}`,
    unlinkedReason: 'It measured something else.',
  });
  await scenario.assess(id, 1, { personId: ben });
  expect((await scenario.strength(id)).verified).toBe(1);
});

it('is told as of any moment, with the explanation of that moment', async () => {
  await scenario.at('2026-03-01T00:00:00Z');
  const { id, measureId } = await measured(1);
  await scenario.at('2026-03-02T00:00:00Z');
  await scenario.tell(ismsId, measureId, 0.1);
  await scenario.at('2026-03-03T00:00:00Z');
  await scenario.unlink(id, measureId);
  await scenario.test.setClock(null);
  const read = (asOf?: string) =>
    scenario.ask<{ implementation: { strength: { verified: number; explanation: { inputs: object[] } } } }>(
      'query ($id: UUID!) { implementation(id: $id) { strength { verified explanation { inputs { state verified } } } } }',
      { id },
      asOf ? { asOf: new Date(asOf) } : {},
    );
  expect((await read('2026-03-01T12:00:00Z')).implementation.strength).toEqual({
    verified: 1,
    explanation: { inputs: [{ state: 'LINKED', verified: 1 }] },
  });
  expect((await read('2026-03-02T12:00:00Z')).implementation.strength).toEqual({
    verified: 0.1,
    explanation: { inputs: [{ state: 'LINKED', verified: 0.1 }] },
  });
  expect((await read()).implementation.strength).toEqual({
    verified: 0,
    explanation: { inputs: [{ state: 'HELD', verified: 0.1 }] },
  });
  const before = await scenario.call(
    'query ($id: UUID!) { implementation(id: $id) { id } }',
    { id },
    { asOf: new Date('2026-02-01') },
  );
  expect(before.errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
});
