import { isDeepStrictEqual } from 'node:util';
import { assembleCatalog, type CatalogPart, writeCatalog } from '../src/index.ts';
import {
  catalogOf,
  collected,
  faults,
  itWithReal,
  itWithSchemas,
  metadata,
  readReal,
  readWhole,
  realJson,
} from './world.ts';

const low = 'sp800-53r5-low-baseline-catalog.json';

/** How many items every array of this name has, anywhere. */
function tally(value: unknown, counts: Record<string, number> = {}): Record<string, number> {
  if (Array.isArray(value)) for (const item of value) tally(item, counts);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (Array.isArray(inner)) counts[name] = (counts[name] ?? 0) + inner.length;
      tally(inner, counts);
    }
  }
  return counts;
}
const written = async (document: Parameters<typeof writeCatalog>[0], parts: Iterable<CatalogPart>) =>
  JSON.parse((await collected(writeCatalog(document, parts))).join(''));

describe('a real catalog', () => {
  itWithReal(low)('is read whole: every group, control, param, part, prop and link', async () => {
    const raw = realJson(low);
    const { document, parts, end } = await readWhole(readReal(low));
    expect(end).toMatchObject({ groups: 18, controls: 149 });
    const counts = tally({ parts: [], ...{ read: parts } });
    const groups = parts.filter(({ kind }) => kind === 'group').length;
    const controls = parts.filter(({ kind }) => kind === 'control').length;
    const { groups: rawGroups, controls: rawControls, ...others } = tally(raw.catalog);
    expect({ groups, controls }).toEqual({ groups: rawGroups, controls: rawControls });
    const { read: _read, ...ofParts } = counts;
    const ofDocument = tally(document);
    for (const name of Object.keys(others)) {
      expect([name, (ofParts[name] ?? 0) + (ofDocument[name] ?? 0)]).toEqual([name, others[name]]);
    }
  });

  itWithReal(low)('comes out as it went in, but for the version', async () => {
    const raw = realJson(low);
    const { document, parts } = await readWhole(readReal(low));
    raw.catalog.metadata['oscal-version'] = '1.2.1';
    const out = assembleCatalog(document, parts);
    expect(isDeepStrictEqual(JSON.parse(JSON.stringify(out)), raw)).toBe(true);
    expect(isDeepStrictEqual(await written(document, parts), raw)).toBe(true);
    const again = await readWhole(out);
    expect(isDeepStrictEqual(again.parts, parts)).toBe(true);
  });

  itWithReal(low)('reads the same whatever the chunks are', async () => {
    const whole = await readWhole(readReal(low), {}, 2 ** 30);
    const small = await readWhole(readReal(low), {}, 7);
    expect(isDeepStrictEqual(whole, small)).toBe(true);
  });

  itWithReal(low)('reports its dangling links as warnings', async () => {
    const { end } = await readWhole(readReal(low));
    expect(end.warnings).toHaveLength(125);
    expect(end.warnings[0]).toMatchObject({
      code: 'DANGLING_LINK',
      given: '#pm-9',
      pointer: '/catalog/groups/0/controls/0/links/7/href',
    });
  });

  itWithReal(low)('is valid by the schema of 1.2.1 when it is exported', async () => {
    const { document, parts } = await readWhole(readReal(low));
    expect(faults('catalog', assembleCatalog(document, parts))).toEqual([]);
  });
});

describe('reading a catalog', () => {
  const control = (id: string, more: object = {}) => ({ id, title: `Title of ${id}`, ...more });

  it('gives nested controls as parts of their own, parents first, with their places', async () => {
    const { parts } = await readWhole(
      catalogOf({
        controls: [control('z-1')],
        groups: [{ id: 'g', title: 'G', controls: [control('a-1', { controls: [control('a-1.1')] }), control('a-2')] }],
      }),
    );
    expect(parts).toEqual([
      expect.objectContaining({ kind: 'control', id: 'z-1', parent: { kind: 'catalog', id: null }, position: 0 }),
      expect.objectContaining({ kind: 'group', id: 'g', key: 'g', parent: null, position: 0 }),
      expect.objectContaining({ id: 'a-1', parent: { kind: 'group', id: 'g' }, position: 0 }),
      expect.objectContaining({ id: 'a-1.1', parent: { kind: 'control', id: 'a-1' }, position: 0 }),
      expect.objectContaining({ id: 'a-2', parent: { kind: 'group', id: 'g' }, position: 1 }),
    ]);
  });

  it('takes members in any order and still gives the document and parents first', async () => {
    const json = `{"catalog":{"back-matter":{"resources":[]},"groups":[{"controls":[{"controls":[{"title":"B","id":"b"}],
      "title":"A","id":"a"}],"title":"G","id":"g"}],"metadata":${JSON.stringify(metadata())},
      "uuid":"11111111-1111-4111-8111-000000000001"}}`;
    const { document, parts } = await readWhole(json);
    expect(document.metadata.title).toBe('Controls of a harbour');
    expect(parts.map((part) => ('id' in part ? part.id : part.kind))).toEqual(['back-matter', 'g', 'a', 'b']);
  });

  it('gives parts before the text is complete once more is held than may be', async () => {
    const groups = [{ id: 'g', title: 'G', controls: Array.from({ length: 50 }, (_, at) => control(`c-${at}`)) }];
    const { parts } = await readWhole(catalogOf({ groups }), { heldBytes: 200 });
    expect(parts).toHaveLength(51);
    expect(parts[0]).toMatchObject({ kind: 'group', id: 'g' });
  });

  it('keeps members that OSCAL does not know, also __proto__, wherever they stand', async () => {
    const json = `{"catalog":{"uuid":"11111111-1111-4111-8111-000000000001","metadata":${JSON.stringify(metadata())},
      "x-own":1,"groups":[{"id":"g","title":"G","x-group":{"a":[1,{"b":null}]},"controls":[{"id":"c","title":"C",
      "__proto__":{"polluted":true},"groups":"of an extension","parts":[{"name":"statement","x-part":true}]}]}]}}`;
    const { document, parts } = await readWhole(json);
    expect(JSON.parse(JSON.stringify(assembleCatalog(document, parts)))).toEqual(JSON.parse(json));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('gives a group without an id a key that no id can be, and exports it without one', async () => {
    const json = catalogOf({ groups: [{ title: 'G', groups: [{ title: 'H', controls: [control('c')] }] }] });
    const { document, parts } = await readWhole(json);
    expect(parts).toMatchObject([
      { key: '/catalog/groups/0', id: null, parent: null },
      { key: '/catalog/groups/0/groups/0', id: null, parent: '/catalog/groups/0' },
      { id: 'c', parent: { kind: 'group', id: '/catalog/groups/0/groups/0' } },
    ]);
    expect(assembleCatalog(document, parts)).toEqual(json);
  });

  it.each(['1.0.4', '1.0.6', '1.1.0', '1.1.3', '1.2.0', '1.2.1'])('reads version %s', async (version) => {
    const { document } = await readWhole(catalogOf({ metadata: metadata({ 'oscal-version': version }) }));
    expect(document.metadata['oscal-version']).toBe(version);
  });
});

describe('assembling a catalog', () => {
  const old = catalogOf({
    metadata: metadata({
      title: 'Two\n lines',
      'oscal-version': '1.1.2',
      published: '2026-05-01T08:00:00+05:15',
      parties: [
        {
          uuid: '11111111-1111-4111-8111-000000000009',
          type: 'organization',
          addresses: [{ city: 'Kiel ' }],
          'location-uuids': ['11111111-1111-4111-8111-000000000008'],
        },
      ],
    }),
    groups: [
      {
        title: 'Both',
        controls: [
          {
            id: 'c',
            title: 'C',
            params: [{ id: 'p', label: '', values: ['a'], select: { 'how-many': 'one', choice: ['a', 'b'] } }],
            links: [{ href: 'files/a b.pdf' }, { href: '#ä' }],
            props: [],
          },
        ],
        groups: [{ title: 'Inner', controls: [{ id: 'd', title: 'D' }] }],
      },
    ],
    'back-matter': {
      resources: [
        { uuid: '11111111-1111-4111-8111-000000000007', base64: { filename: 'a b.txt', value: 'QUJD\nREVG' } },
      ],
    },
  });

  itWithSchemas('brings what older versions allowed up to the schema of 1.2.1', async () => {
    const { document, parts } = await readWhole(old);
    expect(faults('catalog', assembleCatalog(document, parts))).toEqual([]);
  });

  it('loses nothing on the way up: controls beside groups get a group, a choice becomes guidance', async () => {
    const { document, parts } = await readWhole(old);
    const { catalog } = assembleCatalog(document, parts);
    expect(catalog.metadata).toMatchObject({
      title: 'Two lines',
      'oscal-version': '1.2.1',
      published: '2026-05-01T02:45:00.000Z',
    });
    expect(catalog.groups).toMatchObject([
      {
        title: 'Both',
        groups: [
          { title: 'Inner' },
          {
            title: 'Both',
            controls: [{ id: 'c', params: [{ values: ['a'], guidelines: [{ prose: 'Choice (one): a; b' }] }] }],
          },
        ],
      },
    ]);
    expect(catalog.groups).not.toMatchObject([{ controls: expect.anything() }]);
  });

  it('writes as a stream what it assembles', async () => {
    const { document, parts } = await readWhole(old);
    const groups = parts.filter(({ kind }) => kind === 'group');
    const [c, d] = parts
      .filter(({ kind }) => kind === 'control')
      .toSorted((one) => ('id' in one && one.id === 'c' ? -1 : 1));
    const [both, inner] = groups;
    const ordered = [both, inner, d, c, ...parts.filter(({ kind }) => kind === 'back-matter')] as CatalogPart[];
    expect(await written(document, ordered)).toEqual(JSON.parse(JSON.stringify(assembleCatalog(document, parts))));
  });

  it('refuses a part whose parent is not there, and one that is there twice', async () => {
    const { document, parts } = await readWhole(old);
    const controls = parts.filter(({ kind }) => kind === 'control');
    expect(() => assembleCatalog(document, controls)).toThrow('must be among the parts');
    expect(() => assembleCatalog(document, [...parts, ...controls])).toThrow('must be among the parts once');
    await expect(written(document, controls)).rejects.toThrow('must come before what stands in it');
  });
});
