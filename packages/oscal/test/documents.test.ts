import {
  assembleComponentDefinition,
  assembleMappingCollection,
  readComponentDefinition,
  readMappingCollection,
} from '../src/index.ts';
import { faults, itWithReal, itWithSchemas, metadata, realJson, refusal, uuid } from './world.ts';

const example = 'component-definition-example.json';

describe('a component definition', () => {
  itWithReal(example)('comes out as it went in, with a warning for the UUID that stands twice', async () => {
    const raw = realJson(example);
    const { definition, warnings } = readComponentDefinition(realJson(example));
    const out = assembleComponentDefinition(definition);
    raw['component-definition'].metadata['oscal-version'] = '1.2.1';
    expect(out).toEqual(raw);
    expect(readComponentDefinition(out).definition).toEqual(out['component-definition']);
    expect(warnings).toMatchObject([
      {
        code: 'DUPLICATE_UUID',
        given: 'bb9219b1-e51c-4680-abb0-616a43bbfbb1',
        pointer:
          '/component-definition/components/0/control-implementations/0/implemented-requirements/1/statements/0/uuid',
      },
    ]);
  });

  itWithReal(example)('is valid by the schema of 1.2.1', async () => {
    const { definition } = readComponentDefinition(realJson(example));
    expect(faults('component', assembleComponentDefinition(definition))).toEqual([]);
  });

  const component = (more: object) => ({
    uuid: uuid(3),
    type: 'software',
    title: 'Crane',
    description: 'Lifts',
    ...more,
  });
  const definition = (more: object) => ({ 'component-definition': { uuid: uuid(1), metadata: metadata(), ...more } });
  const implementation = { uuid: uuid(4), source: 'catalog.json', description: '' };
  const requirement = { uuid: uuid(5), 'control-id': 'a-1', description: '' };
  const claiming = (source: string, more: object = {}) =>
    component({
      'control-implementations': [
        { ...implementation, source, 'implemented-requirements': [{ ...requirement, ...more }] },
      ],
    });

  it('keeps members that OSCAL does not know', () => {
    const json = definition({ 'x-own': [1], components: [component({ 'x-more': { a: null } })] });
    expect(assembleComponentDefinition(readComponentDefinition(json).definition)).toEqual(json);
  });

  it.each<[string, unknown, string]>([
    ['another model', { catalog: {} }, '/catalog'],
    ['nothing in it', { 'component-definition': null }, '/component-definition'],
    [
      'a component without a uuid',
      definition({ components: [component({ uuid: undefined })] }),
      '/component-definition/components/0/uuid',
    ],
    [
      'a uuid of version 1',
      definition({ components: [component({ uuid: '11111111-1111-1111-8111-000000000001' })] }),
      '/component-definition/components/0/uuid',
    ],
    [
      'a component without a type',
      definition({ components: [component({ type: undefined })] }),
      '/component-definition/components/0/type',
    ],
    [
      'a capability without a name',
      definition({ capabilities: [{ uuid: uuid(3), description: '' }] }),
      '/component-definition/capabilities/0/name',
    ],
    [
      'an implementation of nothing',
      definition({ components: [component({ 'control-implementations': [implementation] })] }),
      '/component-definition/components/0/control-implementations/0/implemented-requirements',
    ],
    [
      'an import without a href',
      definition({ 'import-component-definitions': [{}] }),
      '/component-definition/import-component-definitions/0/href',
    ],
    [
      'a component with the uuid of another, in other letters',
      definition({
        components: [
          component({ uuid: 'aaaaaaaa-1111-4111-8111-000000000001' }),
          component({ uuid: 'AAAAAAAA-1111-4111-8111-000000000001' }),
        ],
      }),
      '/component-definition/components/1/uuid',
    ],
    [
      'a capability with the uuid of a component',
      definition({
        components: [component({})],
        capabilities: [{ uuid: uuid(3), name: 'Lifting', description: '' }],
      }),
      '/component-definition/capabilities/0/uuid',
    ],
    [
      'a source that the document does not have',
      definition({ components: [claiming(`#${uuid(70)}`)] }),
      '/component-definition/components/0/control-implementations/0/source',
    ],
    [
      'a component that the definition does not have',
      definition({
        capabilities: [
          {
            uuid: uuid(6),
            name: 'Lifting',
            description: '',
            'incorporates-components': [{ 'component-uuid': uuid(71), description: '' }],
          },
        ],
      }),
      '/component-definition/capabilities/0/incorporates-components/0/component-uuid',
    ],
    [
      'a version that is not read',
      { 'component-definition': { uuid: uuid(1), metadata: metadata({ 'oscal-version': '1.3.0' }) } },
      '/component-definition/metadata/oscal-version',
    ],
  ])('is refused at the place of %s', async (_what, json, pointer) => {
    expect((await refusal(() => readComponentDefinition(json))).pointer).toBe(pointer);
  });
});

describe('what a component definition points at', () => {
  const linking = (more: object) => ({
    'component-definition': { uuid: uuid(1), metadata: metadata(), ...more },
  });
  const thing = { uuid: uuid(3), type: 'software', title: 'Crane', description: 'Lifts' };

  it('may stand anywhere in it; what is nowhere is a warning at the first link to it', () => {
    const { warnings } = readComponentDefinition(
      linking({
        components: [
          {
            ...thing,
            links: [{ href: `#${uuid(40)}` }, { href: `#${uuid(41)}` }, { href: `#${uuid(41)}` }],
            'responsible-roles': [{ 'role-id': 'operator', 'party-uuids': [uuid(42)] }],
          },
        ],
        'back-matter': { resources: [{ uuid: uuid(40) }] },
      }),
    );
    expect(warnings).toMatchObject([
      { code: 'DANGLING_LINK', given: `#${uuid(41)}`, pointer: '/component-definition/components/0/links/1/href' },
      {
        code: 'DANGLING_LINK',
        given: `#${uuid(42)}`,
        pointer: '/component-definition/components/0/responsible-roles/0/party-uuids/0',
      },
    ]);
  });

  it('may be a component of a definition that it imports', () => {
    const { warnings } = readComponentDefinition(
      linking({
        'import-component-definitions': [{ href: 'other.json' }],
        capabilities: [
          {
            uuid: uuid(6),
            name: 'Lifting',
            description: '',
            'incorporates-components': [{ 'component-uuid': uuid(71), description: '' }],
          },
        ],
      }),
    );
    expect(warnings).toMatchObject([{ code: 'DANGLING_LINK', given: uuid(71) }]);
  });
});

describe('parsed JSON is refused at the place', () => {
  const withExtension = (value: unknown) => ({
    'component-definition': { uuid: uuid(1), metadata: metadata(), 'x-own': value },
  });
  const pointerOf = async (value: unknown) =>
    (await refusal(() => readComponentDefinition(withExtension(value)))).pointer;

  it('of more than 100 levels, also where they would exhaust the stack', async () => {
    const nested = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(await pointerOf(nested)).toBe(`/component-definition/x-own${'/0'.repeat(98)}`);
  });

  it('of a string over 4 MiB, with U+0000 or with a lone surrogate', async () => {
    for (const text of ['a'.repeat(4 * 1024 * 1024 + 1), 'a\0', '\ud800']) {
      expect(await pointerOf([text])).toBe('/component-definition/x-own/0');
    }
  });
});

describe('a mapping collection', () => {
  const map = (more: object = {}) => ({
    uuid: uuid(5),
    relationship: 'intersects-with',
    sources: [{ type: 'control', 'id-ref': 'A.5.1' }],
    targets: [{ type: 'control', 'id-ref': 'pl-1' }],
    ...more,
  });
  const mapping = (more: object = {}) => ({
    uuid: uuid(4),
    'source-resource': { type: 'catalog', href: `#${uuid(80)}` },
    'target-resource': { type: 'catalog', href: `#${uuid(81)}` },
    maps: [map()],
    ...more,
  });
  const provenance = {
    method: 'human',
    'matching-rationale': 'semantic',
    status: 'complete',
    'mapping-description': 'How it came about',
    'confidence-score': { percentage: 0.8 },
    coverage: { 'target-coverage': 0.5 },
  };
  const collection = (more: object = {}) => ({
    'mapping-collection': { uuid: uuid(1), metadata: metadata(), provenance, mappings: [mapping()], ...more },
  });

  it('comes out as it went in, with members that OSCAL does not know', () => {
    const json = collection({ mappings: [mapping({ maps: [map({ 'x-own': { a: [null] } })] })] });
    const { collection: read, warnings } = readMappingCollection(json);
    expect(warnings).toEqual([]);
    expect(assembleMappingCollection(read)).toEqual(json);
  });

  it('takes a single mapping for an array of one', () => {
    expect(readMappingCollection(collection({ mappings: mapping() })).collection.mappings).toEqual([mapping()]);
  });

  itWithSchemas('is valid by the schema of 1.2.1, with every relationship and a gap summary', async () => {
    const relationships = [
      'equivalent-to',
      'equal-to',
      'subset-of',
      'superset-of',
      'intersects-with',
      'no-relationship',
    ];
    const maps = relationships.map((relationship, at) => map({ relationship, uuid: uuid(20 + at), props: [] }));
    const gap = { uuid: uuid(40), 'unmapped-controls': [{ 'with-ids': ['ac-1'] }] };
    const { collection: read } = readMappingCollection(
      collection({ mappings: [mapping({ maps, 'source-gap-summary': gap })] }),
    );
    expect(faults('mapping', assembleMappingCollection(read))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['no provenance', collection({ provenance: undefined }), '/mapping-collection/provenance'],
    [
      'an unknown method',
      collection({ provenance: { ...provenance, method: 'guess' } }),
      '/mapping-collection/provenance/method',
    ],
    ['no mappings', collection({ mappings: [] }), '/mapping-collection/mappings'],
    [
      'no source',
      collection({ mappings: [mapping({ 'source-resource': undefined })] }),
      '/mapping-collection/mappings/0/source-resource',
    ],
    ['no maps', collection({ mappings: [mapping({ maps: [] })] }), '/mapping-collection/mappings/0/maps'],
    [
      'an unknown relationship',
      collection({ mappings: [mapping({ maps: [map({ relationship: 'related' })] })] }),
      '/mapping-collection/mappings/0/maps/0/relationship',
    ],
    [
      'no targets',
      collection({ mappings: [mapping({ maps: [map({ targets: [] })] })] }),
      '/mapping-collection/mappings/0/maps/0/targets',
    ],
    [
      'a percentage over 1',
      collection({ mappings: [mapping({ maps: [map({ 'confidence-score': { percentage: 80 } })] })] }),
      '/mapping-collection/mappings/0/maps/0/confidence-score/percentage',
    ],
  ])('is refused at the place of %s', async (_what, json, pointer) => {
    expect((await refusal(() => readMappingCollection(json))).pointer).toBe(pointer);
  });

  it('takes a relationship of another namespace', () => {
    const own = map({ relationship: 'related', ns: 'https://example.org/ns' });
    const { collection: read } = readMappingCollection(collection({ mappings: [mapping({ maps: [own] })] }));
    expect(read.mappings[0]?.maps[0]?.relationship).toBe('related');
  });
});
