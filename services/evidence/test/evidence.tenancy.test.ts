import { log, startWorld, type World } from './world.ts';

let world: World;
let own: { evidence: string; import: string; measure: string; implementation: string };
let other: { tenant: string };
let otherIsms: string;

beforeAll(async () => {
  world = await startWorld();
  other = { tenant: world.test.tenants[1] };
  otherIsms = await world.isms(other.tenant);
  const implementation = await world.implementation();
  own = {
    implementation,
    measure: await world.measure({ collector: 'SARIF_OPEN_FINDINGS' }),
    evidence: (await world.upload({ title: 'Ours', implementationIds: implementation }, 'ours')).body.id,
    import: (await world.import('shared-name', log(3))).body.id,
  };
});
afterAll(() => world.close());

describe('another tenant', () => {
  it('finds none of it by id, now or as of the past', async () => {
    await world.at('2026-01-02T00:00:00Z');
    for (const caller of [other, { ...other, asOf: new Date('2026-01-01T12:00:00Z') }]) {
      const seen = await world.ask(
        `query($evidence: UUID!, $import: UUID!, $measure: UUID!) {
          evidence(id: $evidence) { id } import(id: $import) { id } measure(id: $measure) { id } }`,
        own,
        caller,
      );
      expect(seen).toEqual({ evidence: null, import: null, measure: null });
    }
  });

  it('lists none of it', async () => {
    const seen = await world.ask(
      'query { evidences { totalCount } imports { totalCount } measures { totalCount } checkSeries { totalCount } }',
      {},
      other,
    );
    expect(Object.values(seen)).toEqual([{ totalCount: 0 }, { totalCount: 0 }, { totalCount: 0 }, { totalCount: 0 }]);
  });

  it('gets none of it through entities or streams', async () => {
    const { _entities } = await world.ask<{ _entities: unknown[] }>(
      'query($of: [_Any!]!) { _entities(representations: $of) { ... on Implementation { evidence { id } } ... on Evidence { title } ... on Measure { title } ... on Import { open } } }',
      {
        of: [
          { __typename: 'Implementation', id: own.implementation },
          { __typename: 'Evidence', id: own.evidence },
          { __typename: 'Measure', id: own.measure },
          { __typename: 'Import', id: own.import },
        ],
      },
      other,
    );
    expect(_entities).toEqual([{ evidence: [] }, null, null, null]);
    expect((await world.http('GET', `/imports/${own.import}`, undefined, other)).status).toBe(404);
    expect((await world.http('GET', `/evidence/${own.evidence}/content`, undefined, other)).status).toBe(404);
  });

  it('changes none of it, nor links to it', async () => {
    const refused = await world.call(
      'mutation($input: UpdateEvidenceInput!) { updateEvidence(input: $input) { evidence { id } } }',
      { input: { id: own.evidence, title: 'Theirs' } },
      other,
    );
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    for (const fields of [{ implementationIds: own.implementation }, { measureId: own.measure }]) {
      const answer = await world.upload({ title: 'x', ...fields }, 'f', other);
      expect(answer.body).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: Object.keys(fields)[0] }] });
    }
    expect((await world.upload({ title: 'x', ismsId: world.ismsId }, 'f', other)).status).toBe(404);
  });

  it('imports under the same source name without touching ours', async () => {
    const before = await world.says(own.measure);
    const { body } = await world.import('shared-name', log(9), other);
    expect(body).toMatchObject({ ismsId: otherIsms, counts: { open: 9 } });
    expect(await world.says(own.measure)).toEqual(before);
    expect((await world.import('shared-name', log(3), other)).body.sameAs).toBeNull();
  });
});

describe('several ISMS of one tenant', () => {
  it('must be told apart, and keep their sources apart', async () => {
    const second = await world.isms(world.test.tenants[0]);
    const ambiguous = await world.http('POST', '/imports?format=sarif&source=two', log(1));
    expect(ambiguous.body).toMatchObject({ code: 'BAD_INPUT', faults: [{ field: 'ismsId' }] });
    const before = await world.says(own.measure);
    const answer = await world.http('POST', `/imports?format=sarif&source=shared-name&ismsId=${second}`, log(40));
    expect(answer.body).toMatchObject({ ismsId: second, sameAs: null });
    expect(await world.says(own.measure)).toEqual(before);
  });
});
