import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { importCollection, readCollection } from '../src/mapping/collection.operations.ts';
import type { Door, Thing } from './doors.ts';
import type { Scenario } from './scenario.ts';

/** A control of a catalogue of the tenant's own: nobody else can name it. */
async function ownPlace(scenario: Scenario): Promise<string> {
  const key = `place-${newId().slice(-12)}`;
  const asked = { key, edition: '1', title: key, format: 'TABLE', sha256: '' } as const;
  const item = { number: 'A', kind: 'CONTROL', parent: null, title: 'A rule', text: '', content: null } as const;
  await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, [item]));
  return `${key}:1:A`;
}

const named = async (scenario: Scenario) => ({ placeId: await ownPlace(scenario) });

const licence = { licensedBy: 'The standards body', licenceReference: 'Order 4711' };

/** A text whose words tell whose it is. */
const licensed = async (scenario: Scenario, { id }: Thing) => {
  const placeId = await ownPlace(scenario);
  const { setLicensedText } = await scenario.ask<{ setLicensedText: { licensedText: { id: string } } }>(
    'mutation ($input: SetLicensedTextInput!) { setLicensedText(input: $input) { licensedText { id } } }',
    { input: { placeId, text: `Words of ${id}`, ...licence } },
  );
  return { placeId, textId: setLicensedText.licensedText.id };
};

/** A mapping whose rationale tells whose it is. */
const mapped = async (scenario: Scenario, { id }: Thing) => {
  const placeId = await ownPlace(scenario);
  const { createOwnMapping } = await scenario.ask<{ createOwnMapping: { ownMapping: { id: string } } }>(
    'mutation ($input: CreateOwnMappingInput!) { createOwnMapping(input: $input) { ownMapping { id } } }',
    { input: { sourceId: placeId, targetId: 'A.7.1', ...said, rationale: `As ${id} shows` } },
  );
  return { placeId, mappingId: createOwnMapping.ownMapping.id };
};

const said = { relationship: 'SUBSET', rationale: 'Both name fences.', provenance: 'The security team' };

/** A collection whose title tells whose it is. */
const collected = async (scenario: Scenario, { id }: Thing) => {
  const [key, edition] = (await ownPlace(scenario)).split(':');
  const uuid = () => `${newId().slice(0, 14)}4${newId().slice(15)}`;
  const resource = (framework: string) => ({ type: 'catalog', href: `urn:annex:framework:${framework}` });
  const end = (number: string) => [{ type: 'control', 'id-ref': number }];
  const map = { uuid: uuid(), relationship: 'subset-of', sources: end('A'), targets: end('A.7.2') };
  const provenance = {
    method: 'human',
    'matching-rationale': 'semantic',
    status: 'complete',
    'mapping-description': 'By hand',
  };
  const collection = {
    uuid: uuid(),
    metadata: { title: `Of ${id}`, 'last-modified': '2026-01-01T00:00:00Z', version: '1', 'oscal-version': '1.2.1' },
    provenance,
    mappings: [
      {
        uuid: uuid(),
        'source-resource': resource(`${key}:${edition}`),
        'target-resource': resource('iso27001:2022'),
        maps: [map],
      },
    ],
  };
  const read = readCollection({ 'mapping-collection': collection }, {});
  const kept = await scenario.service.database.write(scenario.test.scope(), (tx) =>
    importCollection(tx, read, { sha256: '' }),
  );
  return { collectionId: kept.id };
};

const textFields =
  'id version placeId language text sha256 licensedBy licenceReference licensedUntil createdBy createdAt updatedAt';
const mappingFields = `id version source { id number title } target { id } relationship rationale provenance strength
  collection { id version title size sha256 createdAt createdBy } createdAt createdBy updatedAt`;

export const libraryQueries: readonly Door[] = [
  {
    name: 'licensedTexts',
    document: `query ($framework: ID) { licensedTexts(framework: $framework) { totalCount nodes { ${textFields} } edges { cursor node { id } } pageInfo { endCursor } } }`,
    prepare: licensed,
    variables: ({ placeId }) => ({ framework: placeId?.replace(/:A$/, '') }),
  },
  {
    name: 'control.licensedText',
    document: `query ($id: ID!) { control(id: $id) { licensedText { ${textFields} } } }`,
    prepare: licensed,
    variables: ({ placeId }) => ({ id: placeId }),
  },
  {
    name: 'ownMapping',
    document: `query ($id: UUID!) { ownMapping(id: $id) { ${mappingFields} } }`,
    prepare: mapped,
    variables: ({ mappingId }) => ({ id: mappingId }),
  },
  {
    name: 'ownMappings',
    document: `query ($place: ID) { ownMappings(place: $place) { totalCount nodes { ${mappingFields} } edges { cursor node { id } } pageInfo { endCursor } } }`,
    prepare: mapped,
    variables: ({ placeId }) => ({ place: placeId }),
  },
  {
    name: 'frameworkPlace of an own catalogue',
    document: `query ($id: ID!) { frameworkPlace(id: $id) { id number title relations(suggestions: true) { relationship rationale ownMapping { id rationale } place { id title } } } }`,
    prepare: mapped,
    variables: ({ placeId }) => ({ id: placeId }),
  },
  {
    name: 'mappingCollections',
    document: '{ mappingCollections { id version title size sha256 createdAt createdBy } }',
    prepare: collected,
    variables: () => ({}),
  },
];

export const libraryMutations: readonly Door[] = [
  {
    name: 'setLicensedText',
    document: 'mutation ($input: SetLicensedTextInput!) { setLicensedText(input: $input) { licensedText { id } } }',
    prepare: named,
    variables: ({ placeId }) => ({ input: { placeId, text: 'Words', ...licence } }),
    foreign: 'BAD_INPUT',
  },
  {
    name: 'removeLicensedText',
    document: 'mutation ($input: RemoveLicensedTextInput!) { removeLicensedText(input: $input) { id } }',
    prepare: licensed,
    variables: ({ textId }) => ({ input: { id: textId } }),
  },
  {
    name: 'createOwnMapping',
    document: 'mutation ($input: CreateOwnMappingInput!) { createOwnMapping(input: $input) { ownMapping { id } } }',
    prepare: named,
    variables: ({ placeId }) => ({ input: { sourceId: placeId, targetId: 'A.7.1', ...said } }),
    foreign: 'BAD_INPUT',
  },
  {
    name: 'updateOwnMapping',
    document: 'mutation ($input: UpdateOwnMappingInput!) { updateOwnMapping(input: $input) { ownMapping { id } } }',
    prepare: mapped,
    variables: ({ mappingId }) => ({ input: { id: mappingId, strength: 0.5 } }),
  },
  {
    name: 'deleteOwnMapping',
    document: 'mutation ($input: DeleteOwnMappingInput!) { deleteOwnMapping(input: $input) { id } }',
    prepare: mapped,
    variables: ({ mappingId }) => ({ input: { id: mappingId } }),
  },
  {
    name: 'deleteMappingCollection',
    document: 'mutation ($input: DeleteMappingCollectionInput!) { deleteMappingCollection(input: $input) { id } }',
    prepare: collected,
    variables: ({ collectionId }) => ({ input: { id: collectionId } }),
  },
];
