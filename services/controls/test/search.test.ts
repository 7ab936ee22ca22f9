import { systemScope, systemTenant } from '@annex/service';
import { libraryDocuments, loadLibrary } from '../src/search/search.library.ts';
import { indexDocuments, removeDocuments, type SearchDocument } from '../src/search/search.store.ts';
import { type Scenario, startScenario } from './scenario.ts';

interface Answer {
  readonly total: number;
  readonly hits: readonly {
    readonly id: string;
    readonly kind: string;
    readonly title: string;
    readonly snippet: string | null;
    readonly rank: number;
    readonly control: { readonly id: string } | null;
  }[];
  readonly facets: readonly { readonly name: string; readonly values: { value: string; count: number }[] }[];
}

let scenario: Scenario;
let [ours, theirs] = ['', ''];
beforeAll(async () => {
  scenario = await startScenario();
  [ours, theirs] = scenario.test.tenants;
});
afterAll(() => scenario?.close());

const document = `query ($text: String, $kinds: [LibraryKind!], $facets: [LibraryFacetInput!], $framework: ID, $first: Int, $offset: Int) {
  searchLibrary(text: $text, kinds: $kinds, facets: $facets, framework: $framework, first: $first, offset: $offset) {
    total hits { id kind title snippet rank control { id } } facets { name values { value count } } } }`;

const search = async (variables: object, caller: object = {}): Promise<Answer> =>
  (await scenario.ask<{ searchLibrary: Answer }>(document, { ...variables }, caller)).searchLibrary;
const ids = ({ hits }: Answer) => hits.map((hit) => hit.id);
const code = async (variables: object) =>
  (await scenario.call(document, { ...variables })).errors?.[0]?.extensions.code;

const item = (number: string, more: Partial<SearchDocument> = {}): SearchDocument => ({
  id: `own:1:${number}`,
  kind: 'CATALOGUE_ITEM',
  framework: 'own:1',
  number,
  title: `Requirement ${number}`,
  body: 'Zeppelins are moored by two people.',
  facets: ['area=AIRFIELD'],
  ...more,
});
const index = (tenant: string, documents: readonly SearchDocument[]) =>
  scenario.service.database.write(systemScope('controls', tenant), (tx) => indexDocuments(tx, documents));
const remove = (tenant: string, framework: string) =>
  scenario.service.database.write(systemScope('controls', tenant), (tx) => removeDocuments(tx, framework));

describe('a sentence', () => {
  const sentence = 'preventive controls for identity, confidentiality';

  it('finds the controls whose attributes it names', async () => {
    const found = await search({ text: sentence });
    expect(ids(found).slice(0, 3)).toContain('iso27001:2022:A.5.16');
    expect(ids(found)).toEqual(
      expect.arrayContaining(['iso27001:2022:A.5.15', 'iso27001:2022:A.5.17', 'iso27001:2022:A.8.5']),
    );
    for (const { kind, id, control } of found.hits.slice(0, 5)) {
      expect(kind).toBe('CONTROL');
      expect(control?.id).toBe(id);
    }
  });

  it('is answered the same twice and as of any moment', async () => {
    const found = await search({ text: sentence });
    expect(await search({ text: sentence })).toEqual(found);
    expect(await search({ text: sentence }, { asOf: new Date('2026-01-01') })).toEqual(found);
  });

  it('is taken as people type it', async () => {
    const plain = await search({ text: '"secure coding"' });
    expect(ids(plain)[0]).toBe('iso27001:2022:A.8.28');
    for (const text of ['“secure coding”', '„secure\u00A0coding“', '  "SECURE   CODING" '])
      expect(ids(await search({ text }))).toEqual(ids(plain));
    for (const text of ['A.8.28', 'a 8.28', 'A8.28', '8.28', 'ISO/IEC 27001:2022 A.8.28', 'coding – secure'])
      expect(ids(await search({ text }))).toContain('iso27001:2022:A.8.28');
    expect(ids(await search({ text: 'ISO/IEC 27005:2022' }))[0]).toBe('iso27005:2022');
    expect(ids(await search({ text: 'residual risk term' }))[0]).toBe('term:residual-risk');
    expect(ids(await search({ text: 'top management’s commitment' }))).toContain('iso27001:2022:5.1');
  });

  it('is shown where it stands, in plain text', async () => {
    const { hits } = await search({ text: 'leavers accounts', kinds: ['CONTROL'] });
    const shown = hits.find(({ id }) => id === 'iso27001:2022:A.5.16')?.snippet ?? '';
    expect(shown).toMatch(/account/i);
    expect(shown.length).toBeLessThan(400);
    for (const { snippet } of hits) expect(snippet ?? '').not.toMatch(/<\/?b>/);
  });
});

describe('facets', () => {
  const countOf = ({ facets }: Answer, name: string, value: string) =>
    facets.find((facet) => facet.name === name)?.values.find((one) => one.value === value)?.count;

  it('are counted over everything that was found and say what narrowing leaves', async () => {
    const all = await search({ text: 'access', first: 2 });
    expect(all.total).toBeGreaterThan(10);
    for (const [name, value] of [
      ['controlTypes', 'PREVENTIVE'],
      ['theme', 'TECHNOLOGICAL'],
      ['kind', 'CONTROL'],
      ['framework', 'iso27001:2022'],
    ] as const) {
      const narrowed = await search({ text: 'access', facets: [{ name, value }], first: 100 });
      expect(narrowed.total).toBe(countOf(all, name, value));
      expect(countOf(narrowed, name, value)).toBe(narrowed.total);
    }
    expect((await search({ text: 'access', kinds: ['CONTROL'] })).total).toBe(countOf(all, 'kind', 'CONTROL'));
    expect((await search({ text: 'access', framework: 'iso27001:2022' })).total).toBe(
      countOf(all, 'framework', 'iso27001:2022'),
    );
  });

  it('list by identifier, page by page, where no words are given', async () => {
    const facets = [{ name: 'theme', value: 'PEOPLE' }];
    const all = await search({ text: '', facets });
    expect(ids(all)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `iso27001:2022:A.6.${number}`));
    expect(ids(await search({ text: ' ', facets, first: 3, offset: 6 }))).toEqual(ids(all).slice(6));
    expect((await search({ text: '' })).total).toBe(libraryDocuments().length);
  });

  it('find nothing where they exclude each other or do not exist', async () => {
    const kinds = ['TERM'];
    expect(await search({ kinds, facets: [{ name: 'kind', value: 'CONTROL' }] })).toEqual({
      total: 0,
      hits: [],
      facets: [],
    });
    expect((await search({ facets: [{ name: "x'); drop table isms; --", value: '{"}' }] })).total).toBe(0);
  });
});

describe('whatever is typed', () => {
  it.each([
    "'; drop table controls.search_document; --",
    `' or 1=1 --`,
    '& | ! ( ) <-> :* \\',
    '"',
    '- -- or or',
    'the of and',
    '%_\\%',
    '💥 \u202E',
    '\ud800',
  ])('%j is a text and nothing else', async (text) => {
    const { total } = await search({ text });
    expect(total).toBeLessThan(libraryDocuments().length / 2);
    expect((await search({ text: 'residual risk' })).total).toBeGreaterThan(0);
  });

  it.each([
    ['a text that is too long', { text: 'x'.repeat(201) }],
    ['NUL', { text: 'a\0b' }],
    ['NUL in a facet', { facets: [{ name: 'a', value: 'b\0' }] }],
    ['NUL in a framework', { framework: 'iso\0' }],
    ['too many facets', { facets: Array.from({ length: 21 }, () => ({ name: 'a', value: 'b' })) }],
    ['no hits at all', { first: 0 }],
    ['too many hits', { first: 101 }],
    ['a place before the first', { offset: -1 }],
    ['a place too far', { offset: 10_001 }],
  ])('%s is refused', async (_, variables) => {
    expect(await code(variables)).toBe('BAD_INPUT');
  });
});

describe('a tenant’s own documents', () => {
  afterEach(async () => {
    for (const tenant of [ours, theirs]) await remove(tenant, 'own:1');
  });

  it('are found by it, with their attributes, and by nobody else', async () => {
    await index(ours, [item('1')]);
    const found = await search({ text: 'zeppelin' });
    expect(found.hits).toEqual([expect.objectContaining({ id: 'own:1:1', kind: 'CATALOGUE_ITEM', control: null })]);
    expect(found.facets).toContainEqual({ name: 'area', values: [{ value: 'AIRFIELD', count: 1 }] });
    expect(await search({ text: 'zeppelin' }, { tenant: theirs })).toEqual({ total: 0, hits: [], facets: [] });
    expect((await search({ text: '', facets: [{ name: 'area', value: 'AIRFIELD' }] }, { tenant: theirs })).total).toBe(
      0,
    );
  });

  it('are found by nobody else by naming that one', async () => {
    const name = `tenant ${theirs.replaceAll('-', '')}`;
    await index(ours, [item('1', { title: name, body: `zeppelin ${name} '${name}'` })]);
    expect((await search({ text: 'zeppelin' }, { tenant: theirs })).total).toBe(0);
    expect((await search({ text: `zeppelin or ${ours.replaceAll('-', '')}` }, { tenant: theirs })).total).toBe(0);
  });

  it('are brought up to date, and are gone when they are removed', async () => {
    await index(ours, [item('1'), item('2')]);
    await index(ours, [item('1', { body: 'Balloons.' })]);
    expect(ids(await search({ text: 'zeppelin' }))).toEqual(['own:1:2']);
    await remove(ours, 'own:1');
    expect((await search({ text: 'zeppelin or balloons' })).total).toBe(0);
  });

  it('cannot be written for another, nor for all', async () => {
    for (const tenant of [theirs, systemTenant]) {
      const write = scenario.service.database.write(systemScope('controls', ours), (tx) =>
        indexDocuments({ query: (text, values) => tx.query(text, values), tenant }, [item('1')]),
      );
      await expect(write).rejects.toThrow(/row-level security/);
    }
  });
});

describe('the function', () => {
  it('refuses a tenant that is not that of the transaction', async () => {
    const asked = (tenant: string | null) =>
      scenario.service.database.read(systemScope('controls', ours), (tx) =>
        tx.query('select * from controls.search_library($1, $2, null, null, null, 20, 0)', [tenant, 'risk']),
      );
    expect((await asked(ours)).rows).toHaveLength(1);
    for (const tenant of [theirs, systemTenant, null]) await expect(asked(tenant)).rejects.toThrow(/alone/);
  });

  it('is no one’s but the service’s', async () => {
    const { rows } = await scenario.test.admin((client) =>
      client.query<{ acl: string }>(
        `select array_to_string(proacl, ' ') as acl from pg_proc where oid = 'controls.search_library'::regproc`,
      ),
    );
    expect(
      rows[0]?.acl
        .split(' ')
        .map((one) => one.split('=')[0])
        .sort(),
    ).toEqual(['annex_controls', 'annex_controls_owner']);
  });

  it('asks the index for one tenant’s documents among those of others, and reads no table through', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => item(`${n}`, { body: `Zeppelin number ${n} of the airship fleet` }));
    await index(ours, many(20));
    await index(theirs, many(5000));
    const plans: string[] = [];
    const total = await scenario.test.admin(async (client) => {
      client.on('notice', ({ message }) => plans.push(message ?? ''));
      await client.query('analyze controls.search_document');
      await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
        set auto_explain.log_analyze = on; set auto_explain.log_level = notice; set client_min_messages = notice`);
      await client.query(`select set_config('annex.tenant', $1, false)`, [ours]);
      const { rows } = await client.query<{ total: string }>(
        'select total from controls.search_library($1, $2, null, null, null, 20, 0)',
        [ours, 'airship fleet'],
      );
      return Number(rows[0]?.total);
    });
    expect(total).toBe(20);
    const plan = plans.find((text) => text.includes('matched')) ?? '';
    expect(plan).toMatch(/Bitmap Index Scan on search_document_search[^\n]*rows=20(\.00)? /);
    expect(plan).not.toMatch(/Seq Scan on search_document/);
    await remove(theirs, 'own:1');
    await remove(ours, 'own:1');
  });
});

describe('what comes with Annex', () => {
  const stored = () =>
    scenario.test.admin(async (client) => {
      const { rows } = await client.query<{ id: string; version: string }>(
        'select id, xmin::text as version from controls.search_document where tenant_id = $1 order by id',
        [systemTenant],
      );
      return new Map(rows.map((row) => [row.id, row.version]));
    });

  it('is all there: standards, clauses and controls of both editions, terms', async () => {
    const documents = libraryDocuments();
    expect([...(await stored()).keys()].sort()).toEqual(documents.map((one) => one.id).sort());
    const counts = Map.groupBy(documents, (one) => one.kind);
    expect([counts.get('STANDARD'), counts.get('CONTROL'), counts.get('TERM')].map((all) => all?.length)).toEqual([
      33, 207, 147,
    ]);
  });

  it('is loaded once, however many start at once, and only what changed is written', async () => {
    const { database } = scenario.service;
    const before = await stored();
    expect(await loadLibrary(database)).toBe(false);
    const [first, ...others] = libraryDocuments();
    if (!first) throw new Error('There is no document');
    const changed = [{ ...first, title: 'Of another title' }, ...others.slice(1)];
    const loads = await Promise.all(Array.from({ length: 6 }, () => loadLibrary(database, changed)));
    expect(loads.filter((wrote) => wrote)).toHaveLength(1);
    const after = await stored();
    expect([...after.keys()].sort()).toEqual(changed.map((one) => one.id).sort());
    expect([...after].filter(([id, version]) => before.get(id) !== version).map(([id]) => id)).toEqual([first.id]);
    expect(await loadLibrary(database)).toBe(true);
    expect((await stored()).size).toBe(libraryDocuments().length);
  });
});
