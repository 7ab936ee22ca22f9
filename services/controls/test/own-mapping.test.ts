import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import { importItems } from '../src/library/library.operations.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let theirs: string;
beforeAll(async () => {
  scenario = await startScenario();
  theirs = scenario.test.tenants[1];
});
afterAll(() => scenario?.close());

const said = { relationship: 'SUBSET', rationale: 'Both name fences.', provenance: 'The security team' };
const create =
  'mutation ($input: CreateOwnMappingInput!) { createOwnMapping(input: $input) { ownMapping { id version } } }';
const update =
  'mutation ($input: UpdateOwnMappingInput!) { updateOwnMapping(input: $input) { ownMapping { version relationship rationale provenance strength } } }';

const map = async (sourceId: string, targetId: string, more: object = {}, caller?: TestCaller) =>
  (
    await scenario.ask<{ createOwnMapping: { ownMapping: { id: string } } }>(
      create,
      { input: { sourceId, targetId, ...said, ...more } },
      caller,
    )
  ).createOwnMapping.ownMapping.id;
const refused = async (document: string, input: object, caller?: TestCaller) =>
  (await scenario.call(document, { input }, caller)).errors?.[0]?.extensions;
const remove = (id: string) =>
  scenario.ask('mutation ($input: DeleteOwnMappingInput!) { deleteOwnMapping(input: $input) { id } }', {
    input: { id },
  });

interface Relation {
  readonly relationship: string;
  readonly suggested: boolean;
  readonly place: { id: string; title: string | null };
  readonly through: { id: string } | null;
  readonly ownMapping: { id: string } | null;
}

const relations = async (id: string, args = '', caller?: TestCaller) =>
  (
    await scenario.ask<{ frameworkPlace: { relations: Relation[] } }>(
      `query ($id: ID!) { frameworkPlace(id: $id) { relations${args} { relationship suggested provenance rationale strength place { id title } through { id } ownMapping { id } } } }`,
      { id },
      caller,
    )
  ).frameworkPlace.relations;
const own = (all: readonly Relation[]) => all.filter((one) => one.ownMapping !== null);

/** A catalogue of the controls A and B. */
async function catalogue() {
  const key = `own-${newId().slice(-12)}`;
  const asked = { key, edition: '1', title: `Rules of ${key}`, format: 'TABLE', sha256: '' } as const;
  const items = ['A', 'B'].map(
    (number) => ({ number, kind: 'CONTROL', parent: null, title: `Rule ${number}`, text: '', content: null }) as const,
  );
  const { id } = await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, items));
  return { id, framework: `${key}:1` };
}

const coverage = async (framework: string, ismsId: string, caller?: TestCaller) =>
  (
    await scenario.ask<{ coverage: { equal: number; contained: number; touched: number; requirements: object[] } }>(
      `query ($framework: ID!, $ismsId: UUID) { coverage(framework: $framework, ismsId: $ismsId) { equal contained touched missing
         requirements { place { id title } standing because { relationship control { id title } } } } }`,
      { framework, ismsId },
      caller,
    )
  ).coverage;

describe('an own mapping', () => {
  it('is seen from both ends beside what comes with Annex', async () => {
    const { framework } = await catalogue();
    const id = await map(`${framework}:A`, 'A.7.1', { strength: 0.8 });
    expect(await relations(`${framework}:A`)).toEqual([
      {
        ...{ relationship: 'SUBSET', suggested: false, through: null, strength: 0.8, ownMapping: { id } },
        ...{ rationale: said.rationale, provenance: said.provenance },
        place: { id: 'iso27001:2022:A.7.1', title: expect.any(String) },
      },
    ]);
    const back = await relations('A.7.1');
    expect(own(back)).toEqual([
      expect.objectContaining({ relationship: 'SUPERSET', place: { id: `${framework}:A`, title: 'Rule A' } }),
    ]);
    expect(back.length).toBeGreaterThan(1);
    expect(own(await relations('A.7.1', `(framework: "${framework}")`))).toHaveLength(1);
    await remove(id);
    expect(own(await relations('A.7.1'))).toEqual([]);
  });

  it('takes part in suggestions, which stay marked as such', async () => {
    const { framework } = await catalogue();
    await map(`${framework}:A`, 'A.8.25', { relationship: 'EQUAL' });
    await map(`${framework}:B`, `${framework}:A`);
    const direct = await relations(`${framework}:A`, '(framework: "iso27001:2013")');
    expect(direct).toEqual([]);
    const suggested = await relations(`${framework}:A`, '(framework: "iso27001:2013", suggestions: true)');
    // What comes with Annex says that A.14.2.1 of 2013 is A.8.25 of 2022.
    expect(suggested).toContainEqual(
      expect.objectContaining({
        ...{ relationship: 'EQUAL', suggested: true, ownMapping: null },
        place: { id: 'iso27001:2013:A.14.2.1', title: expect.any(String) },
        through: { id: 'iso27001:2022:A.8.25' },
      }),
    );
    const twoOwn = await relations(`${framework}:B`, '(framework: "iso27001:2022", suggestions: true)');
    expect(twoOwn).toEqual([
      expect.objectContaining({ relationship: 'SUBSET', suggested: true, through: { id: `${framework}:A` } }),
    ]);
  });

  it('counts for coverage, and an intersection still covers nothing', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: ['A.7.3'] });
    const { framework } = await catalogue();
    expect(await coverage(framework, ismsId)).toMatchObject({ contained: 0, touched: 0, missing: 2 });
    await map(`${framework}:A`, 'A.7.3');
    await map('A.7.3', `${framework}:B`, { relationship: 'INTERSECT' });
    expect(await coverage(framework, ismsId)).toMatchObject({
      ...{ equal: 0, contained: 1, touched: 1, missing: 0 },
      requirements: [
        {
          place: { id: `${framework}:A`, title: 'Rule A' },
          standing: 'CONTAINED',
          because: [{ relationship: 'SUBSET', control: { id: 'iso27001:2022:A.7.3', title: expect.any(String) } }],
        },
        { place: { id: `${framework}:B` }, standing: 'TOUCHED' },
      ],
    });
    const before = await coverage('csf:2.0', ismsId);
    await map('csf:2.0:PR.AA-06', 'A.7.3');
    expect((await coverage('csf:2.0', ismsId)).contained).toBe(before.contained + 1);
  });

  it('counts for the tenant alone that says so', async () => {
    const ismsId = await scenario.createIsms({}, { tenant: theirs });
    await scenario.implement({ ismsId, controlIds: ['A.7.4'] }, { tenant: theirs });
    const before = await coverage('csf:2.0', ismsId, { tenant: theirs });
    const id = await map('csf:2.0:PR.AA-05', 'A.7.4', { relationship: 'EQUAL' });
    expect(await coverage('csf:2.0', ismsId, { tenant: theirs })).toEqual(before);
    expect(own(await relations('A.7.4', '', { tenant: theirs }))).toEqual([]);
    expect(await refused(update, { id, strength: 1 }, { tenant: theirs })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('changes, each change once, and is told in events without the words of people', async () => {
    const id = await map('A.7.5', 'csf:2.0:PR.IR-02');
    const change = async (input: object) =>
      (await scenario.ask<{ updateOwnMapping: { ownMapping: object } }>(update, { input: { id, ...input } }))
        .updateOwnMapping.ownMapping;
    expect(
      await change({ relationship: 'EQUAL', expectedVersion: 1, provenance: 'A\n document', strength: 1 }),
    ).toEqual({
      ...{ version: 2, relationship: 'EQUAL', rationale: said.rationale, provenance: 'A document', strength: 1 },
    });
    expect(await change({ relationship: 'EQUAL' })).toMatchObject({ version: 2 });
    expect(await change({ strength: null })).toMatchObject({ version: 3, strength: null });
    expect(await refused(update, { id, expectedVersion: 2, strength: 0 })).toMatchObject({ code: 'VERSION_CONFLICT' });
    await remove(id);
    const told = { id, sourceId: 'iso27001:2022:A.7.5', targetId: 'csf:2.0:PR.IR-02', collectionId: null };
    const rows = (await scenario.recorded('annex.controls.mapping.changed.v1')).flatMap((event) => event.rows);
    expect(rows.filter((row) => row.id === id)).toEqual([
      { ...told, version: 1, relationship: 'SUBSET', strength: null },
      { ...told, version: 2, relationship: 'EQUAL', strength: 1 },
      { ...told, version: 3, relationship: 'EQUAL', strength: null },
      { ...told, version: 4, relationship: 'EQUAL', strength: null, deleted: true },
    ]);
  });

  it('is read as of a past moment', async () => {
    await scenario.at('2026-01-01T00:00:00Z');
    const id = await map('A.7.6', 'csf:2.0:PR.IR-01');
    await scenario.at('2026-02-01T00:00:00Z');
    await remove(id);
    expect(own(await relations('A.7.6'))).toEqual([]);
    expect(own(await relations('A.7.6', '', { asOf: new Date('2026-01-15T00:00:00Z') }))).toHaveLength(1);
    expect(own(await relations('A.7.6', '', { asOf: new Date('2025-12-31T00:00:00Z') }))).toEqual([]);
  });

  it('is listed by place and by frameworks, page by page', async () => {
    const { framework } = await catalogue();
    await map(`${framework}:A`, 'A.7.7');
    await map(`${framework}:B`, 'A.7.7');
    await map('A.7.8', `${framework}:B`);
    const list = async (args: string) =>
      (
        await scenario.ask<{ ownMappings: { totalCount: number; nodes: { source: { id: string } }[] } }>(
          `{ ownMappings(${args}) { totalCount nodes { source { id } } pageInfo { hasNextPage } } }`,
        )
      ).ownMappings;
    expect(await list(`source: "${framework}", first: 1`)).toEqual({
      ...{ totalCount: 2, nodes: [{ source: { id: `${framework}:A` } }], pageInfo: { hasNextPage: true } },
    });
    expect((await list(`place: "${framework}:B"`)).totalCount).toBe(2);
    expect((await list(`target: "${framework}"`)).totalCount).toBe(1);
    expect((await list('place: "A.7.7"')).totalCount).toBe(2);
  });
});

describe('what is refused', () => {
  it.each<[string, object, string]>([
    ['a place that there is not', { sourceId: 'A.9.99', targetId: 'A.5.1' }, 'input.sourceId'],
    ['a place of a catalogue that there is not', { sourceId: 'A.5.1', targetId: 'acme:1:X' }, 'input.targetId'],
    ['a place itself', { sourceId: 'A.5.1', targetId: 'iso27001:2022:A.5.1' }, 'input.targetId'],
    ['no rationale', { sourceId: 'A.5.1', targetId: 'A.5.2', rationale: ' ' }, 'input.rationale'],
    ['no provenance', { sourceId: 'A.5.1', targetId: 'A.5.2', provenance: '' }, 'input.provenance'],
    ['a strength of 2', { sourceId: 'A.5.1', targetId: 'A.5.2', strength: 2 }, 'input.strength'],
  ])('%s', async (_, input, field) => {
    expect(await refused(create, { ...said, ...input })).toMatchObject({ code: 'BAD_INPUT', faults: [{ field }] });
  });

  it('both places where neither is there, each by name', async () => {
    const { faults } = (await refused(create, { ...said, sourceId: 'x:1:A', targetId: 'x:1:B' })) ?? {};
    expect(faults).toMatchObject([{ field: 'input.sourceId' }, { field: 'input.targetId' }]);
  });

  it('a pair that is mapped already, from whichever end, also by two at once', async () => {
    const id = await map('A.5.7', 'csf:2.0:ID.RA-02');
    for (const [sourceId, targetId] of [
      ['A.5.7', 'csf:2.0:ID.RA-02'],
      ['csf:2.0:ID.RA-02', 'iso27001:2022:A.5.7'],
    ])
      expect(await refused(create, { ...said, sourceId, targetId, relationship: 'EQUAL' })).toMatchObject({
        code: 'ALREADY_EXISTS',
        details: { id },
      });
    const pair = { sourceId: 'A.5.8', targetId: 'csf:2.0:ID.AM-08', ...said };
    const both = await Promise.all([1, 2].map(() => scenario.call(create, { input: pair })));
    expect(both.map((answer) => answer.errors?.[0]?.extensions.code ?? 'made').sort()).toEqual([
      'ALREADY_EXISTS',
      'made',
    ]);
  });

  it('a framework that there is not, where relations to it are asked for', async () => {
    const { errors } = await scenario.call(
      '{ frameworkPlace(id: "A.5.1") { relations(framework: "acme:9") { relationship } } }',
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT' });
  });
});

it('goes with the catalogue that it leads to, and leaves the others', async () => {
  const [one, other] = [await catalogue(), await catalogue()];
  const gone = await map(`${one.framework}:A`, `${other.framework}:A`);
  const left = await map(`${other.framework}:B`, 'A.5.9');
  await scenario.ask('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
    input: { id: one.id },
  });
  const find = async (id: string) =>
    (await scenario.call('query ($id: UUID!) { ownMapping(id: $id) { id } }', { id })).errors?.[0]?.extensions.code;
  expect([await find(gone), await find(left)]).toEqual(['NOT_FOUND', undefined]);
  const rows = (await scenario.recorded('annex.controls.mapping.changed.v1')).flatMap((event) => event.rows);
  expect(rows).toContainEqual(expect.objectContaining({ id: gone, version: 2, deleted: true }));
});
