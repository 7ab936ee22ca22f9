import type { AddressInfo } from 'node:net';
import { faults, itWithSchemas } from '@annex/oscal/testing';
import { newId, requestResync } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import fc from 'fast-check';
import { importItems } from '../src/library/library.operations.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let theirs: string;
let url: string;
/** A catalogue of the controls C0 to C9. */
let framework: string;
beforeAll(async () => {
  scenario = await startScenario();
  theirs = scenario.test.tenants[1];
  await scenario.service.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(scenario.service.app.server.address() as AddressInfo).port}`;
  const asked = { key: 'acme', edition: '1', title: 'House rules', format: 'TABLE', sha256: '' } as const;
  const items = Array.from(
    { length: 10 },
    (_, n) =>
      ({ number: `C${n}`, kind: 'CONTROL', parent: null, title: `Rule ${n}`, text: '', content: null }) as const,
  );
  await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, items));
  framework = 'acme:1';
});
afterAll(() => scenario?.close());

async function http(method: string, path: string, body?: string, caller?: TestCaller) {
  const token = await scenario.signer.request(scenario.requestInfo(caller)).for('controls');
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
  return { status: answer.status, type: answer.headers.get('content-type'), body: (await answer.json()) as any };
}

const send = (json: object, more = '', caller?: TestCaller) =>
  http('POST', `/mappings?format=oscal${more}`, JSON.stringify(json), caller);
const fetched = (source: string, target: string, caller?: TestCaller) =>
  http('GET', `/mappings/oscal?source=${source}&target=${target}`, undefined, caller);

const uuid = () => `${newId().slice(0, 14)}4${newId().slice(15)}`;
const ends = (...ids: string[]) => ids.map((id) => ({ type: 'control', 'id-ref': id }));
const map = (source: string, target: string, more: object = {}) => ({
  ...{ uuid: uuid(), relationship: 'subset-of', sources: ends(source), targets: ends(target) },
  ...more,
});
const resource = (id: string) => ({ type: 'catalog', href: `urn:annex:framework:${id}` });
const provenance = {
  ...{ method: 'human', 'matching-rationale': 'semantic', status: 'complete' },
  'mapping-description': 'Compared by the security team',
};
const collection = (maps: object[], more: object = {}, mapping: object = {}) => ({
  'mapping-collection': {
    uuid: uuid(),
    metadata: { title: 'House rules', 'last-modified': '2026-01-01T00:00:00Z', version: '3', 'oscal-version': '1.2.1' },
    provenance,
    mappings: [
      {
        uuid: uuid(),
        'source-resource': resource(framework),
        'target-resource': resource('iso27001:2022'),
        maps,
        ...mapping,
      },
    ],
    ...more,
  },
});

const kept = () =>
  scenario.test.admin(async (client) => {
    const { rows } = await client.query(
      `select (select count(*)::int from controls.own_mapping) as mappings,
         (select count(*)::int from controls.mapping_collection) as collections`,
    );
    return rows[0];
  });

const list = async (id: string) =>
  (
    await scenario.ask<{ ownMappings: { nodes: { id: string; source: { id: string }; target: { id: string } }[] } }>(
      `query ($id: UUID) { ownMappings(collectionId: $id, first: 200) { nodes { id source { id } target { id } relationship rationale provenance strength collection { title size } } } }`,
      { id },
    )
  ).ownMappings.nodes;

const drop = (id: string, caller?: TestCaller) =>
  scenario.ask(
    'mutation ($input: DeleteMappingCollectionInput!) { deleteMappingCollection(input: $input) { id } }',
    { input: { id } },
    caller,
  );

describe('an import', () => {
  it('makes an own mapping of each pair, and tells of it in events', async () => {
    const answer = await send(
      collection([
        map('C0', 'A.5.1', { remarks: 'Word for word', 'confidence-score': { percentage: 0.9 } }),
        map('c-c1', 'a.5.2', { relationship: 'equal-to', sources: ends('c-c1', 'C2') }),
        map('C3', '6.1.3', { relationship: 'no-relationship' }),
      ]),
    );
    expect(answer).toMatchObject({
      ...{ status: 201, body: { title: 'House rules', counts: { maps: 3, mappings: 3 }, warnings: [] } },
    });
    const common = { provenance: 'House rules, version 3', collection: { title: 'House rules', size: 3 } };
    expect(await list(answer.body.id)).toEqual([
      {
        ...{ id: expect.any(String), source: { id: 'acme:1:C0' }, target: { id: 'iso27001:2022:A.5.1' } },
        ...{ ...common, relationship: 'SUBSET', rationale: 'Word for word', strength: 0.9 },
      },
      expect.objectContaining({
        source: { id: 'acme:1:C1' },
        relationship: 'SUBSET',
        rationale: provenance['mapping-description'],
      }),
      expect.objectContaining({ source: { id: 'acme:1:C2' }, relationship: 'SUBSET', strength: null }),
    ]);
    const rows = (await scenario.recorded('annex.controls.mapping.changed.v1')).flatMap((event) => event.rows);
    expect(rows.filter((row) => row.collectionId === answer.body.id)).toHaveLength(3);
    await drop(answer.body.id);
    const told = (await scenario.recorded('annex.controls.mapping-collection.changed.v1')).flatMap(
      (event) => event.rows,
    );
    const about = { id: answer.body.id, mappings: 3, frameworks: ['acme:1 iso27001:2022'], title: 'House rules' };
    expect(told.filter((row) => row.id === about.id)).toEqual([
      { ...about, version: 1, sha256: answer.body.sha256 },
      { ...about, version: 2, sha256: answer.body.sha256, deleted: true },
    ]);
    expect(await kept()).toEqual({ mappings: 0, collections: 0 });
  });

  it('takes the frameworks from the query where the references are somebody else’s', async () => {
    const foreign = collection(
      [map('C0', 'PR.AA-01')],
      {},
      {
        'source-resource': { type: 'catalog', href: 'rules.json' },
        'target-resource': { type: 'catalog', href: 'https://example.com/csf.json' },
      },
    );
    const without = await send(foreign);
    expect(without).toMatchObject({
      ...{ status: 422, body: { code: 'INVALID_OSCAL' } },
    });
    expect(JSON.stringify(without.body)).toContain('/mapping-collection/mappings/0/target-resource/href');
    const answer = await send(foreign, '&source=acme:1&target=csf:2.0&dryRun=true');
    expect(answer).toMatchObject({ status: 200, body: { id: null, dryRun: true, counts: { mappings: 1 } } });
    const unknown = await send(foreign, '&source=acme:1&target=csf:9');
    expect(unknown).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    expect(await kept()).toEqual({ mappings: 0, collections: 0 });
  });

  it.each<[string, () => object, string]>([
    [
      'a place that there is not',
      () => collection([map('C0', 'A.5.1'), map('C99', 'A.5.2')]),
      '/mapping-collection/mappings/0/maps/1/sources/0/id-ref',
    ],
    [
      'a pair twice',
      () => collection([map('C0', 'A.5.1'), map('C0', 'A.5.1', { relationship: 'equal-to' })]),
      '/mapping-collection/mappings/0/maps/1',
    ],
    [
      'an unknown word',
      () => collection([map('C0', 'A.5.1', { relationship: 'similar-to' })]),
      '/mapping-collection/mappings/0/maps/0/relationship',
    ],
    [
      'a framework that there is not',
      () => collection([map('C0', 'X')], {}, { 'target-resource': resource('x:1') }),
      '/mapping-collection/mappings/0/target-resource/href',
    ],
    [
      'another version',
      () =>
        collection([map('C0', 'A.5.1')], {
          metadata: { title: 'x', 'last-modified': '2026-01-01T00:00:00Z', version: '1', 'oscal-version': '2.0.0' },
        }),
      '/mapping-collection/metadata/oscal-version',
    ],
    [
      'more pairs than may be',
      () =>
        collection([
          map('C0', 'A.5.1', { sources: Array(150).fill(ends('C0')[0]), targets: Array(150).fill(ends('A.5.1')[0]) }),
        ]),
      '/mapping-collection/mappings',
    ],
    ['no mapping collection', () => ({ catalog: {} }), '/catalog'],
  ])('is refused for %s, by pointer, and nothing of it is kept', async (_, json, pointer) => {
    const answer = await send(json());
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_OSCAL' } });
    expect(JSON.stringify(answer.body)).toContain(`"${pointer}"`);
    expect(await kept()).toEqual({ mappings: 0, collections: 0 });
  });

  it('is refused where a pair is mapped already, naming the map, and for a body or format that is none', async () => {
    const first = await send(collection([map('C0', 'A.5.1')]));
    const again = await send(collection([map('C1', 'A.5.1'), map('C0', 'A.5.1')]));
    expect(again).toMatchObject({ status: 409, body: { code: 'ALREADY_EXISTS' } });
    expect(JSON.stringify(again.body)).toContain('/mapping-collection/mappings/0/maps/1');
    expect(await kept()).toEqual({ mappings: 1, collections: 1 });
    expect((await http('POST', '/mappings?format=oscal', '{')).body.code).toBe('MALFORMED_JSON');
    expect((await http('POST', '/mappings?format=csv', '{}')).body.code).toBe('UNSUPPORTED_FORMAT');
    expect((await http('POST', '/mappings?format=oscal&source=acme', '{}')).body.code).toBe('BAD_INPUT');
    await drop(first.body.id);
  });

  it('is done once for an idempotency key, and by nobody who may only read', async () => {
    const json = collection([map('C0', 'A.5.1')]);
    const caller = { idempotencyKey: newId() };
    const [first, second] = [await send(json, '', caller), await send(json, '', caller)];
    expect(second).toEqual(first);
    expect(await kept()).toEqual({ mappings: 1, collections: 1 });
    await drop(first.body.id);
    expect(await send(json, '', { permissions: ['controls:read'] })).toMatchObject({ status: 403 });
    expect(await fetched('acme:1', 'iso27001:2022', { permissions: [] })).toMatchObject({ status: 403 });
  });

  it('of the same pairs by two at once is done by one', async () => {
    const both = await Promise.all([1, 2].map(() => send(collection([map('C0', 'A.5.1'), map('C1', 'A.5.1')]))));
    expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect(await kept()).toEqual({ mappings: 2, collections: 1 });
    await drop(both.find((answer) => answer.status === 201)?.body.id);
  });
});

describe('an export', () => {
  const create = async (sourceId: string, targetId: string, more: object = {}) =>
    (
      await scenario.ask<{ createOwnMapping: { ownMapping: { id: string } } }>(
        'mutation ($input: CreateOwnMappingInput!) { createOwnMapping(input: $input) { ownMapping { id } } }',
        {
          input: {
            ...{ sourceId, targetId, relationship: 'EQUAL', rationale: 'Alike,\n\nline by line', provenance: 'Anna' },
            ...more,
          },
        },
      )
    ).createOwnMapping.ownMapping.id;
  const remove = (id: string) =>
    scenario.ask('mutation ($input: DeleteOwnMappingInput!) { deleteOwnMapping(input: $input) { id } }', {
      input: { id },
    });

  itWithSchemas('of what was made in Annex is valid, and comes in again as it was', async () => {
    const ids = [
      await create('acme:1:C0', 'A.5.1', { strength: 0.75 }),
      await create('acme:1:C1', 'A.5.1', { relationship: 'INTERSECT' }),
    ];
    const { status, type, body } = await fetched('acme:1', 'iso27001:2022');
    expect([status, type]).toEqual([200, expect.stringContaining('application/oscal.mapping-collection+json')]);
    expect(faults('mapping', body)).toEqual([]);
    const said = (nodes: readonly object[]) => nodes.map((node) => ({ ...node, id: null, collection: null }));
    const before = await scenario.ask<{ ownMappings: { nodes: object[] } }>(
      '{ ownMappings { nodes { source { id } target { id } relationship rationale provenance strength } } }',
    );
    for (const id of ids) await remove(id);
    const again = await send(body);
    expect(again.status).toBe(201);
    expect(said(await list(again.body.id))).toEqual(said(before.ownMappings.nodes));
    expect((await fetched('acme:1', 'iso27001:2022')).body).toEqual(body);
    await drop(again.body.id);
  });

  itWithSchemas(
    'of a collection and of what was made beside it is one valid document with the people of both',
    async () => {
      const party = { uuid: uuid(), type: 'organization', name: 'Acme' };
      const metadata = { ...collection([])['mapping-collection'].metadata, parties: [party] };
      const { body: imported } = await send(collection([map('C0', 'A.5.1')], { metadata }));
      const made = await create('acme:1:C1', 'A.5.2');
      const { body } = await fetched('acme:1', 'iso27001:2022');
      expect(faults('mapping', body)).toEqual([]);
      expect(body['mapping-collection'].metadata.parties).toEqual([party]);
      expect(body['mapping-collection'].mappings).toHaveLength(2);
      expect(body['mapping-collection'].mappings[0]).toMatchObject(provenance);
      await remove(made);
      await drop(imported.id);
    },
  );

  itWithSchemas('tells what people changed of a collection, in a document of its own', async () => {
    const json = collection([
      map('C0', 'A.5.1', { relationship: 'equal-to', sources: ends('C0', 'C1') }),
      map('C2', 'A.5.2'),
    ]);
    const { body: imported } = await send(json);
    const [first, , third] = await list(imported.id);
    await remove(first?.id ?? '');
    await scenario.ask(
      'mutation ($input: UpdateOwnMappingInput!) { updateOwnMapping(input: $input) { ownMapping { version } } }',
      { input: { id: third?.id, relationship: 'INTERSECT', strength: 0.5 } },
    );
    const { body } = await fetched('acme:1', 'iso27001:2022');
    expect(faults('mapping', body)).toEqual([]);
    expect(body['mapping-collection'].uuid).not.toBe(json['mapping-collection'].uuid);
    expect(body['mapping-collection'].mappings[0].maps).toMatchObject([
      { relationship: 'subset-of', sources: ends('C1') },
      { relationship: 'intersects-with', sources: ends('C2'), 'confidence-score': { percentage: 0.5 } },
    ]);
    await drop(imported.id);
  });

  it('of nothing is NOT_FOUND, as is what another tenant has', async () => {
    const { body: imported } = await send(collection([map('C0', 'A.5.1')]));
    expect(await fetched('iso27001:2022', 'acme:1')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await fetched('acme:1', 'iso27001:2022', { tenant: theirs })).toMatchObject({ status: 404 });
    await expect(drop(imported.id, { tenant: theirs })).rejects.toThrow('NOT_FOUND');
    expect(await http('GET', '/mappings/oscal?source=acme:1')).toMatchObject({ status: 400 });
    await drop(imported.id);
  });
});

describe('import, export, import', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `x${text.replace(/[\s\0]/g, ' ')}x`);
  const prose = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\0', ''));
  const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 2 });
  const token = fc.stringMatching(/^[a-z_][a-z0-9._-]{0,8}$/);
  const prop = fc.record(
    { name: token, value: line, class: token, remarks: prose },
    { requiredKeys: ['name', 'value'] },
  );
  const confidence = fc.oneof(
    fc.record({ category: line }),
    fc.record({ percentage: fc.integer({ min: 0, max: 100 }).map((n) => n / 100) }),
  );
  const qualifier = fc.record({
    subject: fc.constantFrom('source', 'target', 'both'),
    predicate: fc.constantFrom('has-requirement', 'has-incompatibility'),
    category: fc.constantFrom('restricted', 'addressable', 'blocked'),
    description: prose,
  });
  const told = {
    'matching-rationale': fc.constantFrom('syntactic', 'semantic', 'functional'),
    'confidence-score': confidence,
    coverage: fc.record({ 'target-coverage': fc.constantFrom(0, 0.5, 1) }),
    props: some(prop),
    remarks: prose,
  };
  const word = fc.constantFrom(
    ...['equal-to', 'equivalent-to', 'subset-of', 'superset-of', 'intersects-with', 'no-relationship'],
  );
  const oneMap = fc.record(
    {
      ...{ relationship: word, qualifiers: some(qualifier), ...told },
      others: fc.record({ sources: fc.integer({ min: 1, max: 3 }), targets: fc.integer({ min: 1, max: 2 }) }),
    },
    { requiredKeys: ['relationship', 'others'] },
  );
  const document = fc.record(
    {
      maps: fc.array(oneMap, { minLength: 1, maxLength: 5 }),
      mapping: fc.record(
        { ...told, 'mapping-description': prose, status: fc.constantFrom('draft', 'complete') },
        { requiredKeys: [] },
      ),
      title: line,
      parties: some(fc.record({ name: line })),
      resources: some(fc.record({ title: line, description: prose })),
    },
    { requiredKeys: ['maps', 'mapping', 'title'] },
  );

  /** Places are given afterwards: a pair may stand once in a collection. */
  function written({
    maps,
    mapping,
    title,
    parties,
    resources,
  }: typeof document extends fc.Arbitrary<infer D> ? D : never) {
    const targets = ['A.5.1', 'A.5.2', 'A.6.1', 'A.6.2', 'A.7.1', 'A.7.2', 'A.8.1', 'A.8.2', '4.1', '6.1.3'];
    const placed = maps.map(({ others, ...one }, n) =>
      map('', '', {
        ...one,
        sources: ends(...['C0', 'C1', 'C2'].slice(0, others.sources)),
        targets: ends(...targets.slice(2 * n, 2 * n + others.targets)),
      }),
    );
    const metadata = { ...collection([])['mapping-collection'].metadata, title };
    return collection(
      placed,
      {
        metadata: parties
          ? { ...metadata, parties: parties.map((one) => ({ ...one, uuid: uuid(), type: 'person' })) }
          : metadata,
        ...(resources ? { 'back-matter': { resources: resources.map((one) => ({ ...one, uuid: uuid() })) } } : {}),
      },
      mapping,
    );
  }

  itWithSchemas('keeps everything, and what goes out is valid', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (generated) => {
        const json = written(generated);
        const first = await send(json);
        expect(first).toMatchObject({ status: 201 });
        const { body: out } = await fetched('acme:1', 'iso27001:2022');
        const mappings = await list(first.body.id);
        await drop(first.body.id);
        expect(out).toEqual(json);
        expect(faults('mapping', out)).toEqual([]);
        const second = await send(out);
        const again = await list(second.body.id);
        expect((await fetched('acme:1', 'iso27001:2022')).body).toEqual(out);
        await drop(second.body.id);
        const plain = (nodes: readonly object[]) => nodes.map((node) => ({ ...node, id: null }));
        expect(plain(again)).toEqual(plain(mappings));
      }),
      { numRuns: 20 },
    );
  });
});

it('announces collections and mappings again when asked to', async () => {
  const { body } = await send(collection([map('C0', 'A.5.1')]));
  const types = ['annex.controls.mapping.changed.v1', 'annex.controls.mapping-collection.changed.v1'] as const;
  const before = await Promise.all(types.map((type) => scenario.recorded(type)));
  await scenario.service.database.write(scenario.test.scope(), (tx) => requestResync(tx));
  await scenario.settle();
  for (const [index, type] of types.entries()) {
    const events = (await scenario.recorded(type)).slice(before[index]?.length);
    expect(events).toEqual([before[index]?.at(-1)]);
  }
  await drop(body.id);
});
