import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults, generatedDefinition, itWhere, itWithSchemas, shared } from '@annex/oscal/testing';
import { newId, requestResync } from '@annex/service';
import fc from 'fast-check';
import {
  component,
  definition,
  implementation,
  madeBy,
  metadata,
  problemOf,
  startComponents,
  uuid,
} from './components.ts';

type Steps = Awaited<ReturnType<typeof startComponents>>;
let scenario: Steps['scenario'];
let theirs: string;
let http: Steps['http'];
let fresh: Steps['fresh'];
let send: Steps['send'];
let exported: Steps['exported'];
let kept: Steps['kept'];
let componentsOf: Steps['componentsOf'];
let implement: Steps['implement'];
let drop: Steps['drop'];
beforeAll(async () => {
  ({ scenario, theirs, http, fresh, send, exported, kept, componentsOf, implement, drop } = await startComponents());
});
afterAll(() => scenario?.close());

describe('an import', () => {
  const example = join(shared, 'inputs/oscal/component-definition-example.json');
  itWhere(example, 'inputs/oscal/component-definition-example.json')(
    'of NIST’s example keeps all of it, and knows whose controls it names',
    async () => {
      const text = readFileSync(example, 'utf8');
      const answer = await send(text);
      expect(answer).toMatchObject({
        status: 201,
        body: {
          title: 'MongoDB Component Definition Example',
          counts: { components: 1, capabilities: 0, claims: 3 },
          sources: [{ framework: 'sp800-53:r5', claims: 3 }],
          warnings: [{ message: 'Another object of the document has this UUID' }],
        },
      });
      expect(answer.body.sources[0].title).toContain('Moderate Baseline');
      const [mongo] = await componentsOf(answer.body.id);
      expect(mongo).toMatchObject({
        ...{ title: 'MongoDB', type: 'service', purpose: 'Provides a NoSQL database service', claimCount: 3 },
        claims: {
          nodes: [
            { controlId: 'sc-8', place: { id: 'sp800-53:r5:SC-8' }, control: null, statementCount: 1 },
            { controlId: 'sc-8.1', control: null },
            { controlId: 'sa-4.9', control: null },
          ],
        },
      });
      const { type, body } = await exported(answer.body.id);
      expect(type).toContain('application/oscal.component-definition+json');
      const expected = JSON.parse(text);
      expected['component-definition'].metadata['oscal-version'] = '1.2.1';
      expect(body).toEqual(expected);
      if (existsSync(join(shared, 'reference/oscal-1.2.1'))) expect(faults('component', body)).toEqual([]);
      const again = await send(body);
      expect((await exported(again.body.id)).body).toEqual(body);
      await drop(again.body.id);
      await drop(answer.body.id);
    },
  );

  it('tells of itself in lists and events, and keeps nothing in a dry run', async () => {
    const json = definition([component([implementation('urn:annex:framework:iso27001:2022', 'a.8.28', 'A.99')])], {
      capabilities: [{ uuid: uuid(), name: 'Closing', description: 'Doors close' }],
    });
    const before = await kept();
    const key = fresh('doors');
    const counts = { components: 1, capabilities: 1, claims: 2, known: 1 };
    const dry = await send(json, '&dryRun=true', undefined, key);
    expect(dry).toMatchObject({ status: 200, body: { id: null, dryRun: true, counts } });
    expect(await kept()).toEqual(before);
    const { status, body } = await send(json, '', undefined, key);
    expect({ status, counts: body.counts }).toEqual({ status: 201, counts });
    const { componentDefinition } = await scenario.ask<{ componentDefinition: object }>(
      `query ($id: UUID!) { componentDefinition(id: $id) { key title documentVersion oscalVersion oscalUuid componentCount capabilityCount claimCount
         sources { href title framework } components { totalCount nodes { title } } } }`,
      { id: body.id },
    );
    expect(componentDefinition).toEqual({
      ...{ key, title: 'Doors', documentVersion: '3', oscalVersion: '1.1.2' },
      oscalUuid: json['component-definition'].uuid,
      ...{ componentCount: 1, capabilityCount: 1, claimCount: 2 },
      sources: [
        {
          href: 'urn:annex:framework:iso27001:2022',
          title: 'urn:annex:framework:iso27001:2022',
          framework: 'iso27001:2022',
        },
      ],
      components: { totalCount: 1, nodes: [{ title: 'Lock' }] },
    });
    const rowsOf = async (
      type: 'annex.controls.component-definition.changed.v1' | 'annex.controls.component.changed.v1',
    ) => (await scenario.recorded(type)).flatMap((event): { id: string }[] => [...event.rows]);
    const [{ id: componentId } = { id: '' }] = await componentsOf(body.id);
    await drop(body.id, 1);
    expect(
      (await rowsOf('annex.controls.component-definition.changed.v1')).filter((row) => row.id === body.id),
    ).toEqual([
      expect.objectContaining({ version: 1, key, title: 'Doors', components: 1, claims: 2, sha256: body.sha256 }),
      expect.objectContaining({ version: 2, deleted: true }),
    ]);
    expect((await rowsOf('annex.controls.component.changed.v1')).filter((row) => row.id === componentId)).toEqual([
      expect.objectContaining({ version: 1, definitionId: body.id, title: 'Lock', type: 'software', claims: 2 }),
      expect.objectContaining({ version: 2, deleted: true }),
    ]);
    expect(await kept()).toEqual(before);
  });

  const twin = '11111111-1111-4111-8111-000000000001';
  const long = 'y'.repeat(10 * 1024 * 1024);
  // Not it.each: Jest would print the documents of several MiB to find a title.
  const cases: [string, () => object | string, string][] = [
    [
      'two components of one UUID',
      () => definition([component([], { uuid: twin }), component([], { uuid: twin })]),
      '/component-definition/components/1/uuid',
    ],
    [
      'a source that is not there',
      () => definition([component([implementation(`#${twin}`, 'ac-1')])]),
      '/component-definition/components/0/control-implementations/0/source',
    ],
    [
      'a component that is not there',
      () =>
        definition([], {
          capabilities: [
            {
              ...{ uuid: uuid(), name: 'C', description: '' },
              'incorporates-components': [{ 'component-uuid': twin, description: '' }],
            },
          ],
        }),
      '/component-definition/capabilities/0/incorporates-components/0/component-uuid',
    ],
    [
      'a version that is not read',
      () => definition([], { metadata: { ...metadata, 'oscal-version': '1.0.3' } }),
      '/component-definition/metadata/oscal-version',
    ],
    [
      'a string of 10 MB',
      () => definition([component([], { remarks: long })]),
      '/component-definition/components/0/remarks',
    ],
    ['another model', () => ({ catalog: {} }), '/catalog'],
    ['what is no object', () => '[]', '/'],
    ['a U+0000', () => definition([component([], { title: 'a\0b' })]), '/component-definition/components/0/title'],
    [
      'more claims than may be',
      () =>
        definition([
          component([
            {
              ...{ uuid: uuid(), source: 'x', description: '' },
              'implemented-requirements': Array.from({ length: 20_001 }, () => ({
                ...{ uuid: twin, 'control-id': 'a', description: '' },
              })),
            },
          ]),
        ]),
      '/component-definition/components',
    ],
  ];
  for (const [what, json, pointer] of cases) {
    it(`is refused for ${what}, by pointer, and nothing of it is kept`, async () => {
      const before = await kept();
      const answer = await send(json());
      expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_OSCAL' } });
      expect(answer.body.errors?.[0]?.field ?? answer.body.faults?.[0]?.field).toBe(pointer);
      expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
      expect(await kept()).toEqual(before);
    });
  }

  it.each([
    ['key=A&format=oscal', 'BAD_INPUT', 'query.key'],
    ['format=oscal', 'BAD_INPUT', 'query.key'],
    ['key=good&format=oscal&dryRun=perhaps', 'BAD_INPUT', 'query.dryRun'],
    ['key=good&format=oscal&source=nowhere:1', 'BAD_INPUT', 'query.source'],
    ['key=good&format=oscal&source=nowhere', 'BAD_INPUT', 'query.source'],
    ['key=good&format=csv', 'UNSUPPORTED_FORMAT', 'query.format'],
  ])('is not taken with %s', async (query, code, field) => {
    const answer = await http('POST', `/component-definitions?${query}`, JSON.stringify(definition([])));
    expect(answer.body.code).toBe(code);
    expect(JSON.stringify(answer.body)).toContain(field);
  });

  it('is refused where it is cut off, or larger than 16 MiB', async () => {
    const text = JSON.stringify(definition([component([implementation('x', 'ac-1')])]));
    for (const length of [1, 40, text.length - 1]) {
      expect(await send(text.slice(0, length))).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } });
    }
    expect(await send(' '.repeat(16 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });

  it('under a key that is taken is refused, by two at once done by one, and for an idempotency key done once', async () => {
    const json = definition([component([])]);
    const key = fresh('twice');
    const both = await Promise.all([1, 2].map(() => send(json, '', undefined, key)));
    expect(both.map((answer) => answer.status).sort()).toEqual([201, 409]);
    const id = both.find((answer) => answer.status === 201)?.body.id;
    const again = await send(json, '', undefined, key);
    expect(again).toMatchObject({ status: 409, body: { code: 'ALREADY_EXISTS' } });
    expect(JSON.stringify(again.body)).toContain(id);
    const caller = { idempotencyKey: newId() };
    const once = await send(json, '', caller, fresh('once'));
    expect(await send(json, '', caller, once.body.key)).toEqual(once);
    // Another tenant has keys of its own.
    expect(await send(json, '', { tenant: theirs }, key)).toMatchObject({ status: 201 });
  });

  it('and an export are for those who may, and of one’s own tenant', async () => {
    const { body } = await send(definition([component([])]));
    expect(await send(definition([]), '', { permissions: ['controls:read'] })).toMatchObject({ status: 403 });
    expect(await exported(body.id, { permissions: [] })).toMatchObject({ status: 403 });
    expect(await exported(body.id, { tenant: theirs })).toMatchObject({ status: 404 });
    expect(await exported(newId())).toMatchObject({ status: 404 });
    expect(await exported('none')).toMatchObject({ status: 404 });
  });
});

describe('a component', () => {
  it('is found in the library by its words and its type, by its own tenant, until its definition is gone', async () => {
    const query = `query ($text: String, $facets: [LibraryFacetInput!]) { searchLibrary(text: $text, facets: $facets, kinds: [COMPONENT]) {
      total hits { kind framework title snippet component { id title definition { key } } } } }`;
    const found = async (variables: Record<string, unknown>, caller: object = {}) =>
      (await scenario.ask<{ searchLibrary: { total: number; hits: unknown[] } }>(query, variables, caller))
        .searchLibrary;
    const key = fresh('turnstile');
    const lock = component([], {
      title: 'Turnstile',
      description: 'Lets one at a time through.',
      purpose: 'No tailgating',
    });
    const { body } = await send(definition([lock]), '', undefined, key);
    const [{ id } = { id: '' }] = await componentsOf(body.id);
    const hit = {
      ...{
        kind: 'COMPONENT',
        framework: `component:${key}`,
        title: 'Turnstile',
        snippet: expect.stringContaining('tailgating'),
      },
      component: { id, title: 'Turnstile', definition: { key } },
    };
    expect(await found({ text: 'tailgating' })).toEqual({ total: 1, hits: [hit] });
    const typed = { text: 'turnstile', facets: [{ name: 'componentType', value: 'software' }] };
    expect((await found(typed)).total).toBe(1);
    expect((await found({ text: 'tailgating' }, { tenant: theirs })).total).toBe(0);
    await drop(body.id, 1);
    expect((await found({ text: 'tailgating' })).total).toBe(0);
  });
});

describe('a definition', () => {
  it('is taken away at the version that was read, with all that it has; the past keeps it', async () => {
    const { body } = await send(definition([component([implementation('x', 'ac-1')])]));
    expect(problemOf(await drop(body.id, 2))).toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(problemOf(await drop(body.id, 1, { tenant: theirs }))).toMatchObject({ code: 'NOT_FOUND' });
    const moment = new Date();
    expect((await drop(body.id, 1)).errors).toBeUndefined();
    expect(problemOf(await drop(body.id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await componentsOf(body.id)).toEqual([]);
    expect(await componentsOf(body.id, { asOf: moment })).toMatchObject([{ claims: { totalCount: 1 } }]);
    expect(await exported(body.id, { asOf: moment })).toMatchObject({
      body: { 'component-definition': { metadata: { title: 'Doors' } } },
    });
  });

  it('without components is one, too', async () => {
    const json = definition([], { 'import-component-definitions': [{ href: 'other.json' }] });
    const { body } = await send(json);
    expect(body.counts).toEqual({ components: 0, capabilities: 0, claims: 0, known: 0 });
    expect((await exported(body.id)).body['component-definition']).toMatchObject({
      'import-component-definitions': [{ href: 'other.json' }],
    });
  });

  it('of many components keeps their order', async () => {
    const components = Array.from({ length: 250 }, (_, n) => component([], { title: `Part ${n}` }));
    const { body } = await send(definition(components));
    const out = (await exported(body.id)).body['component-definition'].components;
    expect(out).toEqual(components);
  });

  it('is announced again with its components and what was started from them', async () => {
    const { body } = await send(
      definition([component([implementation('urn:annex:framework:iso27001:2022', 'A.7.1')])]),
    );
    const [{ id: componentId } = { id: '' }] = await componentsOf(body.id);
    const made = await implement({ componentId, ismsId: await scenario.createIsms() });
    const ids = [body.id, componentId, madeBy(made)];
    const types = [
      'annex.controls.component-definition.changed.v1',
      'annex.controls.component.changed.v1',
      'annex.controls.component-use.changed.v1',
    ] as const;
    const rows = async () =>
      (await Promise.all(types.map((type) => scenario.recorded(type))))
        .flatMap((events) => events.flatMap((event): { id: string }[] => [...event.rows]))
        .filter((row) => ids.includes(row.id));
    const before = await rows();
    expect(before).toHaveLength(3);
    await scenario.service.database.write(scenario.test.scope(), (tx) => requestResync(tx));
    await scenario.settle();
    const after = await rows();
    expect(after).toHaveLength(6);
    for (const row of before) expect(after.filter((one) => one.id === row.id)).toEqual([row, row]);
  });
});

describe('import, export, import', () => {
  itWithSchemas('keeps everything, and what goes out is valid', async () => {
    await fc.assert(
      fc.asyncProperty(generatedDefinition, async (generated) => {
        const json = JSON.parse(JSON.stringify(generated));
        const first = await send(json);
        expect(first).toMatchObject({ status: 201 });
        const { body: out } = await exported(first.body.id);
        expect(out).toEqual(json);
        expect(faults('component', out)).toEqual([]);
        const second = await send(out);
        expect((await exported(second.body.id)).body).toEqual(out);
        expect(second.body.counts).toEqual(first.body.counts);
        expect(second.body.sources).toEqual(first.body.sources);
        for (const { body } of [first, second]) await drop(body.id);
      }),
      { numRuns: 25 },
    );
  });
});
