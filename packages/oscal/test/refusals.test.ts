import { type CatalogLimits, OscalError } from '../src/index.ts';
import { catalogOf, metadata, readWhole, refusal } from './world.ts';

const control = (id: unknown, more: object = {}) => ({ id, title: 'T', ...more });
const text = (json: object) => JSON.stringify(json);
const good = text(catalogOf({ controls: [control('c')] }));
const deep = (levels: number): object =>
  levels === 0 ? { name: 'item' } : { name: 'item', parts: [deep(levels - 1)] };

const cases: [what: string, given: string | object, pointer: string, limits?: Partial<CatalogLimits>][] = [
  ['text that is not JSON', good.replace('"controls":', '"controls"'), '/catalog/controls'],
  ['a file that is cut off', good.slice(0, -20), '/catalog/controls/0/id'],
  ['nothing at all', '', ''],
  ['a byte order mark', `\uFEFF${good}`, ''],
  ['text after the document', `${good} {}`, ''],
  ['a comma too many', good.replace('}]}}', '},]}}'), '/catalog/controls/0'],
  ['an unknown literal', '{"catalog":nothing}', '/catalog'],
  ['a number with a leading zero', '{"catalog":{"uuid":01}}', '/catalog/uuid'],
  [
    'a number that a double cannot hold',
    text(catalogOf({ x: 1 })).replace('"x":1', '"x":12345678901234567890'),
    '/catalog/x',
  ],
  ['a raw line break in a string', good.replace('"T"', '"T\n"'), '/catalog/controls/0/title'],
  ['an unknown escape', good.replace('"T"', '"\\x"'), '/catalog/controls/0/title'],
  ['a lone surrogate', good.replace('"T"', '"\\ud800"'), '/catalog/controls/0/title'],
  ['U+0000', good.replace('"T"', '"\\u0000"'), '/catalog/controls/0/title'],
  ['an array', '[]', ''],
  ['a string', '"catalog"', ''],
  ['another model', '{"profile":{}}', '/profile'],
  ['no catalog', '{"$schema":"x"}', '/catalog'],
  ['a catalog that is an array', '{"catalog":[]}', '/catalog'],
  ['a catalog that is null', '{"catalog":null}', '/catalog'],
  ['a member given twice', good.replace('"id":"c"', '"id":"c","id":"d"'), '/catalog/controls/0/id'],
  [
    'a nested member given twice',
    text(catalogOf({})).replace('"version"', '"title":"U","version"'),
    '/catalog/metadata/title',
  ],
  ['a missing uuid', { catalog: { metadata: metadata() } }, '/catalog/uuid'],
  ['a uuid that is none', catalogOf({ uuid: '1' }), '/catalog/uuid'],
  ['missing metadata', { catalog: { uuid: '11111111-1111-4111-8111-000000000001' } }, '/catalog/metadata'],
  [
    'a missing title of the catalog',
    catalogOf({ metadata: metadata({ title: undefined }) }),
    '/catalog/metadata/title',
  ],
  [
    'a time without a zone',
    catalogOf({ metadata: metadata({ 'last-modified': '2026-05-01T08:00:00' }) }),
    '/catalog/metadata/last-modified',
  ],
  ...['1.0.3', '1.0.0', '1.2.2', '1.3.0', '2.0.0', '1.1', 'latest'].map((version): [string, object, string] => [
    `version ${version}`,
    catalogOf({ metadata: metadata({ 'oscal-version': version }) }),
    '/catalog/metadata/oscal-version',
  ]),
  ['no version', catalogOf({ metadata: metadata({ 'oscal-version': undefined }) }), '/catalog/metadata/oscal-version'],
  ['a control without an id', catalogOf({ controls: [control(undefined)] }), '/catalog/controls/0/id'],
  ['a control whose id is a number', catalogOf({ controls: [control(5)] }), '/catalog/controls/0/id'],
  ['a control whose id is not a token', catalogOf({ controls: [control('5.1')] }), '/catalog/controls/0/id'],
  ['a control without a title', catalogOf({ controls: [{ id: 'c' }] }), '/catalog/controls/0/title'],
  ['a group without a title', catalogOf({ groups: [{ id: 'g' }] }), '/catalog/groups/0/title'],
  ['controls that are an object', catalogOf({ controls: {} }), '/catalog/controls'],
  ['controls that are null', catalogOf({ controls: null }), '/catalog/controls'],
  ['a control that is a string', catalogOf({ controls: ['c'] }), '/catalog/controls/0'],
  ['a control that is an array', catalogOf({ controls: [[]] }), '/catalog/controls/0'],
  ['params that are an object', catalogOf({ controls: [control('c', { params: {} })] }), '/catalog/controls/0/params'],
  [
    'a prop without a value',
    catalogOf({ controls: [control('c', { props: [{ name: 'label' }] })] }),
    '/catalog/controls/0/props/0/value',
  ],
  [
    'a link without a href',
    catalogOf({ controls: [control('c', { links: [{ rel: 'x' }] })] }),
    '/catalog/controls/0/links/0/href',
  ],
  [
    'a nested part without a name',
    catalogOf({ controls: [control('c', { parts: [{ name: 'statement', parts: [{}] }] })] }),
    '/catalog/controls/0/parts/0/parts/0/name',
  ],
  [
    'a choice of two or more',
    catalogOf({ controls: [control('c', { params: [{ id: 'p', select: { 'how-many': 'two' } }] })] }),
    '/catalog/controls/0/params/0/select/how-many',
  ],
  [
    'a resource without a uuid',
    catalogOf({ 'back-matter': { resources: [{}] } }),
    '/catalog/back-matter/resources/0/uuid',
  ],
  [
    'a control id for the second time',
    catalogOf({
      controls: [control('c')],
      groups: [{ title: 'G', controls: [control('d', { controls: [control('c')] })] }],
    }),
    '/catalog/groups/0/controls/0/controls/0/id',
  ],
  [
    'a group id for the second time',
    catalogOf({
      groups: [
        { id: 'g', title: 'G' },
        { id: 'g', title: 'H' },
      ],
    }),
    '/catalog/groups/1/id',
  ],
  [
    'a parameter id for the second time',
    catalogOf({ params: [{ id: 'p' }], controls: [control('c', { params: [{ id: 'p' }] })] }),
    '/catalog/controls/0/params/0/id',
  ],
  [
    'a string over 4 MiB',
    catalogOf({ controls: [control('c', { 'x/y~z': 'a'.repeat(4 * 1024 * 1024 + 1) })] }),
    '/catalog/controls/0/x~1y~0z',
  ],
  ['a long string in an array', catalogOf({ x: ['a', 'b'.repeat(101)] }), '/catalog/x/1', { stringBytes: 100 }],
  [
    'more than 100 levels',
    catalogOf({ controls: [control('c', { parts: [deep(60)] })] }),
    `/catalog/controls/0${'/parts/0'.repeat(48)}/parts`,
  ],
  [
    'too many controls',
    catalogOf({ controls: [control('a'), control('b'), control('c')] }),
    '/catalog/controls/2',
    { controls: 2 },
  ],
  [
    'a control with too many bytes',
    catalogOf({ controls: [control('a', { x: ['a'.repeat(90), 'b'.repeat(90), 'c'] })] }),
    '/catalog/controls/0',
    { partBytes: 150 },
  ],
  [
    'a control with too many values',
    catalogOf({ controls: [control('a', { x: Array(30).fill(1) })] }),
    '/catalog/controls/0',
    { partValues: 20 },
  ],
  [
    'a title after more controls than are held back',
    `{"catalog":{"uuid":"11111111-1111-4111-8111-000000000001","metadata":${text(metadata())},
      "groups":[{"title":"G","controls":[{"id":"a","title":"A"},{"id":"b","title":"B"}],"class":"late"}]}}`,
    '/catalog/groups/0/class',
    { heldBytes: 10 },
  ],
];

describe('a catalog is refused at the place', () => {
  // Not it.each: Jest would print the documents of several MiB to find a title.
  for (const [what, given, pointer, limits] of cases) {
    it(`of ${what}`, async () => {
      const error = await refusal(readWhole(given, limits));
      expect(error.pointer).toBe(pointer);
      expect(error.allowed).not.toBe('');
    });
  }

  it('with line and column where the text is not JSON', async () => {
    const error = await refusal(readWhole('{\n  "catalog": {\n    "uuid" 5\n  }\n}'));
    expect(error).toMatchObject({ pointer: '/catalog/uuid', position: { line: 3, column: 12 } });
    expect(error.message).toContain('line 3, column 12');
  });

  it('with what was given, shortened', async () => {
    const error = await refusal(readWhole(catalogOf({ uuid: 'x'.repeat(5_000) })));
    expect(String(error.given)).toHaveLength(100);
    expect(error).toBeInstanceOf(OscalError);
  });

  it('of bytes that are not UTF-8', async () => {
    const bytes = Buffer.from(good.replace('"T"', '"T?"'));
    bytes[bytes.indexOf('T?') + 1] = 0xff;
    expect((await refusal(readWhole(bytes))).pointer).toBe('/catalog/controls/0/title');
  });
});

it('the control number 200,001 is refused', async () => {
  const error = await refusal(
    readWhole(catalogOf({ controls: Array.from({ length: 200_001 }, (_, at) => control(`c-${at}`)) }), {}, 65_536),
  );
  expect(error.pointer).toBe('/catalog/controls/200000');
});
