import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { faults, itWhere, itWithSchemas, shared } from '@annex/oscal/testing';
import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import fc from 'fast-check';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
let theirs: string;
let url: string;
/** A catalogue of the controls a-1 to a-6, numbered, in two groups. */
let source: { id: string; key: string };
beforeAll(async () => {
  scenario = await startScenario();
  theirs = scenario.test.tenants[1];
  await scenario.service.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(scenario.service.app.server.address() as AddressInfo).port}`;
  const key = fresh();
  const { body } = await post('oscal', catalog, '', undefined, key);
  source = { id: body.id, key };
});
afterAll(() => scenario?.close());

async function http(method: string, path: string, body?: BodyInit, caller?: TestCaller) {
  const token = await scenario.signer.request(scenario.requestInfo(caller)).for('controls');
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    ...(body === undefined ? {} : { body }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
  return { status: answer.status, type: answer.headers.get('content-type'), body: (await answer.json()) as any };
}

let count = 0;
const fresh = () => `own-${++count}`;
const post = (format: string, json: object | string, more = '', caller?: TestCaller, key = fresh()) =>
  http(
    'POST',
    `/catalogues?format=${format}&key=${key}&edition=1${more}`,
    typeof json === 'string' ? json : JSON.stringify(json),
    caller,
  );
const resolve = (json: object | string, more = '') => post('oscal-profile', json, `&catalogue=${source.id}${more}`);
const profileOf = (id: string, caller?: TestCaller) =>
  http('GET', `/catalogues/${id}/oscal?as=profile`, undefined, caller);
const implemented = (ismsId: string, more = '', caller?: TestCaller) =>
  http('GET', `/isms/${ismsId}/profile/oscal${more}`, undefined, caller);

const metadata = { title: 'Doors', 'last-modified': '2026-01-01T00:00:00Z', version: '3', 'oscal-version': '1.2.1' };
const ids = ['a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6'];
const control = (id: string) => ({
  ...{ id, title: `Title of ${id}`, params: [{ id: `${id}_p`, label: 'who' }] },
  props: [{ name: 'label', value: id.toUpperCase() }],
  parts: [{ id: `${id}_s`, name: 'statement', prose: `Do ${id}` }],
});
const catalog = {
  catalog: {
    uuid: '74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724',
    metadata,
    groups: [
      { id: 'g-1', title: 'First', controls: ids.slice(0, 3).map(control) },
      { id: 'g-2', title: 'Second', controls: ids.slice(3).map(control) },
    ],
  },
};
const uuid = () => `${newId().slice(0, 14)}4${newId().slice(15)}`;
const profile = (more: object = {}) => ({
  profile: {
    uuid: uuid(),
    metadata,
    imports: [{ href: 'catalog.json', 'include-controls': [{ 'with-ids': ['a-1', 'a-4'] }] }],
    merge: { 'as-is': true },
    ...more,
  },
});
const kept = () =>
  scenario.test.admin(async (client) => {
    const { rows } = await client.query(
      `select (select count(*)::int from controls.catalogue) as catalogues, (select count(*)::int from controls.catalogue_profile) as profiles`,
    );
    return rows[0];
  });

describe('the profile of a catalogue', () => {
  const low = join(shared, 'inputs/oscal/profile-800-53r5-low.json');
  itWhere(low, 'inputs/oscal/profile-800-53r5-low.json')(
    'of NIST comes out as it went in, valid as 1.2.1',
    async () => {
      const baseline = readFileSync(join(shared, 'inputs/oscal/sp800-53r5-low-baseline-catalog.json'), 'utf8');
      const { body: nist } = await post('oscal', baseline);
      const text = readFileSync(low, 'utf8');
      const { body: resolved } = await post('oscal-profile', text, `&catalogue=${nist.id}`);
      const { status, type, body } = await profileOf(resolved.id);
      expect([status, type]).toEqual([200, expect.stringContaining('application/oscal.profile+json')]);
      const expected = JSON.parse(text);
      expected.profile.metadata['oscal-version'] = '1.2.1';
      // NIST writes a zone of -00:00, which 1.2.1 does not know.
      expected.profile.metadata['last-modified'] = body.profile.metadata['last-modified'];
      expect(new Date(body.profile.metadata['last-modified'])).toEqual(
        new Date(JSON.parse(text).profile.metadata['last-modified']),
      );
      expect(body).toEqual(expected);
      expect(faults('profile', body)).toEqual([]);
      const again = await post('oscal-profile', JSON.stringify(body), `&catalogue=${nist.id}`);
      expect(again.body.counts).toEqual(resolved.counts);
      expect((await profileOf(again.body.id)).body).toEqual(body);
    },
  );

  itWithSchemas('is written as 1.2.1 has it where it was older, with what silence meant', async () => {
    const { body: made } = await resolve(
      profile({ imports: [{ href: 'x' }], merge: {}, metadata: { ...metadata, 'oscal-version': '1.0.4' } }),
    );
    expect(made.counts.controls).toBe(6);
    const { body } = await profileOf(made.id);
    expect(body.profile).toMatchObject({
      metadata: { 'oscal-version': '1.2.1' },
      imports: [{ href: 'x', 'include-all': {} }],
      merge: { flat: {} },
    });
    expect(faults('profile', body)).toEqual([]);
  });

  it('keeps how it combines, which NIST’s schema of 1.2.1 forgets', async () => {
    const { body: made } = await resolve(profile({ merge: { combine: { method: 'use-first' }, 'as-is': true } }));
    expect((await profileOf(made.id)).body.profile.merge).toEqual({ combine: { method: 'use-first' }, 'as-is': true });
  });

  it('is none where the catalogue came from elsewhere, was taken away, or is another tenant’s', async () => {
    expect(await profileOf(source.id)).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    expect(await http('GET', `/catalogues/${source.id}/oscal?as=ssp`)).toMatchObject({
      status: 400,
      body: { code: 'BAD_INPUT' },
    });
    expect(await http('GET', `/catalogues/${source.id}/oscal?as=catalog`)).toMatchObject({ status: 200 });
    const before = await kept();
    const { body: made } = await resolve(profile());
    expect(await profileOf(made.id, { tenant: theirs })).toMatchObject({ status: 404 });
    expect(await profileOf(made.id, { permissions: [] })).toMatchObject({ status: 403 });
    const moment = new Date();
    await scenario.ask('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
      input: { id: made.id },
    });
    expect(await profileOf(made.id)).toMatchObject({ status: 404 });
    expect(await profileOf(made.id, { asOf: moment })).toMatchObject({
      status: 200,
      body: { profile: { imports: [{}] } },
    });
    expect(await kept()).toEqual(before);
  });

  it.each<[string, () => object | string, string]>([
    [
      'a control that there is not',
      () => profile({ imports: [{ href: 'x', 'include-controls': [{ 'with-ids': ['a-9'] }] }] }),
      '/profile/imports/0/include-controls/0/with-ids/0',
    ],
    ['a resource that there is not', () => profile({ imports: [{ href: `#${uuid()}` }] }), '/profile/imports/0/href'],
    ['no imports', () => profile({ imports: [] }), '/profile/imports'],
    [
      'a version that is not read',
      () => profile({ metadata: { ...metadata, 'oscal-version': '2.0.0' } }),
      '/profile/metadata/oscal-version',
    ],
    ['another model', () => catalog, '/catalog'],
  ])('is refused for %s, by pointer, and nothing of it is kept', async (_, json, pointer) => {
    const before = await kept();
    const answer = await resolve(json());
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_OSCAL' } });
    expect(JSON.stringify(answer.body)).toContain(`"${pointer}"`);
    expect(await kept()).toEqual(before);
  });

  it('is refused where it is cut off or has a string of 10 MB, and a dry run keeps nothing', async () => {
    const before = await kept();
    expect((await resolve(JSON.stringify(profile()).slice(0, -1))).body.code).toBe('MALFORMED_JSON');
    const long = await resolve(profile({ metadata: { ...metadata, remarks: 'y'.repeat(10 * 1024 * 1024) } }));
    expect(JSON.stringify(long.body)).toContain('"/profile/metadata/remarks"');
    expect(await resolve(profile(), '&dryRun=true')).toMatchObject({ status: 200, body: { counts: { controls: 2 } } });
    expect(await kept()).toEqual(before);
  });

  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `x${text.replace(/[\s\0]/g, ' ')}x`);
  const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });
  const oneOf = fc.constantFrom(...ids);
  const selection = fc.oneof(
    fc.record(
      { 'with-ids': fc.uniqueArray(oneOf, { minLength: 1 }), 'with-child-controls': fc.constantFrom('yes', 'no') },
      { requiredKeys: ['with-ids'] },
    ),
    fc.record({ matching: some(fc.record({ pattern: fc.constantFrom('a-*', 'a-?', '*-1', '*') })) }),
  );
  const selecting = fc.record(
    { including: fc.option(some(selection)), 'exclude-controls': some(selection) },
    { requiredKeys: ['including'] },
  );
  const alter = fc.record(
    {
      'control-id': oneOf,
      adds: some(
        fc.record({
          position: fc.constantFrom('starting', 'ending'),
          props: some(fc.record({ name: fc.constantFrom('priority', 'owner'), value: line })),
        }),
      ),
    },
    { requiredKeys: ['control-id', 'adds'] },
  );
  const setting = fc.record({ 'param-id': oneOf.map((id) => `${id}_p`), values: some(line) });
  const document = fc
    .record(
      {
        title: line,
        selecting,
        merge: fc.constantFrom({ flat: {} }, { 'as-is': true }),
        modify: fc.record({ 'set-parameters': some(setting), alters: some(alter) }),
        resources: some(fc.record({ title: line })),
      },
      { requiredKeys: ['title', 'selecting'] },
    )
    .map(({ title, selecting: { including, ...excluded }, resources, ...rest }) =>
      profile({
        metadata: { ...metadata, title },
        imports: [
          {
            href: 'catalog.json',
            ...(including ? { 'include-controls': including } : { 'include-all': {} }),
            ...excluded,
          },
        ],
        merge: undefined,
        ...rest,
        ...(resources ? { 'back-matter': { resources: resources.map((one) => ({ ...one, uuid: uuid() })) } } : {}),
      }),
    );

  itWithSchemas('keeps everything on import, export, import, and what goes out is valid', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (generated) => {
        const json = JSON.parse(JSON.stringify(generated));
        const first = await resolve(json);
        expect(first).toMatchObject({ status: 201 });
        const { body: out } = await profileOf(first.body.id);
        expect(out).toEqual(json);
        expect(faults('profile', out)).toEqual([]);
        const second = await resolve(out);
        expect((await profileOf(second.body.id)).body).toEqual(out);
        expect(second.body.counts).toEqual(first.body.counts);
      }),
      { numRuns: 25 },
    );
  });
});

describe('what an ISMS implements', () => {
  itWithSchemas('is a valid profile of the catalogue, which resolves against it', async () => {
    const ismsId = await scenario.createIsms({ name: 'Head\noffice' });
    const at = (number: string) => `${source.key}:1:${number}`;
    await scenario.implement({ ismsId, controlIds: [at('A-5'), at('A-2'), 'A.7.1'] });
    await scenario.implement({ ismsId, controlIds: [at('A-3')], status: 'PLANNED' });
    await scenario.implement({ ismsId: await scenario.createIsms(), controlIds: [at('A-6')] });
    const { status, type, body } = await implemented(ismsId, `?catalogue=${source.id}`);
    expect([status, type]).toEqual([200, expect.stringContaining('application/oscal.profile+json')]);
    expect(faults('profile', body)).toEqual([]);
    expect(body.profile.imports).toEqual([
      { href: expect.stringMatching(/^#/), 'include-controls': [{ 'with-ids': ['a-2', 'a-5'] }] },
    ]);
    expect(body.profile['back-matter'].resources[0].rlinks[0].href).toBe(`urn:annex:framework:${source.key}:1`);
    const resolved = await resolve(body);
    expect(resolved).toMatchObject({ status: 201, body: { counts: { controls: 2, groups: 2 } } });
    expect((await implemented(ismsId, `?catalogue=${source.id}`)).body.profile.uuid).toBe(body.profile.uuid);
    // As it was before, the same; with more of it implemented, another document.
    const moment = new Date();
    await scenario.implement({ ismsId, controlIds: [at('A-1')] });
    const later = (await implemented(ismsId, `?catalogue=${source.id}`)).body.profile;
    expect(later.uuid).not.toBe(body.profile.uuid);
    const past = await implemented(ismsId, `?catalogue=${source.id}`, { asOf: moment });
    expect(past.body.profile.uuid).toBe(body.profile.uuid);
  });

  itWithSchemas('is a valid profile of Annex A where no catalogue is named', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: ['A.8.28', 'A.5.9', 'A.5.10'] });
    const { body } = await implemented(ismsId);
    expect(faults('profile', body)).toEqual([]);
    expect(body.profile.imports[0]['include-controls']).toEqual([{ 'with-ids': ['A.5.9', 'A.5.10', 'A.8.28'] }]);
  });

  it('is no profile where it is nothing, and is found by nobody else', async () => {
    const ismsId = await scenario.createIsms();
    expect(await implemented(ismsId)).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } });
    expect(await implemented(ismsId, '', { tenant: theirs })).toMatchObject({ status: 404 });
    expect(await implemented(ismsId, '', { permissions: [] })).toMatchObject({ status: 403 });
    expect(await implemented(ismsId, `?catalogue=${newId()}`)).toMatchObject({ status: 404 });
    expect(await implemented(ismsId, '?catalogue=acme')).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    expect(await implemented('none')).toMatchObject({ status: 404 });
  });
});
