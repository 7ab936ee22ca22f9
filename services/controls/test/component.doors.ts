import { newId } from '@annex/service';
import { importDefinition, readDefinition } from '../src/component/definition.operations.ts';
import type { Door, Thing } from './doors.ts';
import type { Scenario } from './scenario.ts';

const uuid = () => `${newId().slice(0, 14)}4${newId().slice(15)}`;

/** A definition whose titles tell whose it is; its component claims a control of Annex A. */
const defined = async (scenario: Scenario, { id }: Thing) => {
  const title = `Of ${id}`;
  const requirement = { uuid: uuid(), 'control-id': 'A.8.28', description: title };
  const implementation = {
    ...{ uuid: uuid(), source: 'urn:annex:framework:iso27001:2022', description: 'All of it' },
    'implemented-requirements': [requirement],
  };
  const component = {
    ...{ uuid: uuid(), type: 'software', title, description: title, purpose: title },
    'control-implementations': [implementation],
  };
  const metadata = { title, 'last-modified': '2026-01-01T00:00:00Z', version: '1', 'oscal-version': '1.2.1' };
  const read = readDefinition({ 'component-definition': { uuid: uuid(), metadata, components: [component] } });
  const key = `def-${newId().slice(-12)}`;
  const kept = await scenario.service.database.write(scenario.test.scope(), (tx) =>
    importDefinition(tx, read, { key, sha256: '' }),
  );
  const { components } = await scenario.ask<{ components: { nodes: { id: string }[] } }>(
    'query ($id: UUID) { components(definitionId: $id) { nodes { id } } }',
    { id: kept.id },
  );
  return { definitionId: kept.id, componentId: components.nodes[0]?.id ?? '' };
};

/** An implementation that was started from a component. */
const started = async (scenario: Scenario, of: Thing) => {
  const found = await defined(scenario, of);
  const { implementComponent } = await scenario.ask<{ implementComponent: { implementation: { id: string } } }>(
    'mutation ($input: ImplementComponentInput!) { implementComponent(input: $input) { implementation { id } } }',
    { input: { componentId: found.componentId, ismsId: of.ismsId } },
  );
  return { ...found, startedId: implementComponent.implementation.id };
};

const claimFields = 'id controlId source framework description statementCount place { id title } control { id title }';
const componentFields = `id version oscalUuid type title description purpose claimCount definition { id title }
  claims { totalCount nodes { ${claimFields} } edges { cursor node { id } } pageInfo { endCursor } }`;
const definitionFields = `id version key title documentVersion oscalVersion oscalUuid componentCount capabilityCount claimCount sha256
  createdAt createdBy sources { href title framework }`;

export const componentQueries: readonly Door[] = [
  {
    name: 'componentDefinition',
    document: `query ($id: UUID!) { componentDefinition(id: $id) { ${definitionFields} components { totalCount nodes { id title } edges { cursor node { id } } pageInfo { endCursor } } } }`,
    prepare: defined,
    variables: ({ definitionId }) => ({ id: definitionId }),
  },
  {
    name: 'componentDefinitions',
    document: `{ componentDefinitions(first: 200) { totalCount nodes { ${definitionFields} } edges { cursor node { id } } pageInfo { endCursor } } }`,
    prepare: defined,
    variables: () => ({}),
  },
  {
    name: 'component',
    document: `query ($id: UUID!) { component(id: $id) { ${componentFields} implementations { id startedFrom { component { id } componentUuid componentTitle componentType definitionKey definitionTitle startedAt startedBy } } } }`,
    prepare: started,
    variables: ({ componentId }) => ({ id: componentId }),
  },
  {
    name: 'components',
    document: `{ components(controlId: "A.8.28", type: "software") { totalCount nodes { ${componentFields} } edges { cursor node { id } } pageInfo { endCursor } } }`,
    prepare: defined,
    variables: () => ({}),
  },
  {
    name: 'implementation.startedFrom',
    document:
      'query ($id: UUID!) { implementation(id: $id) { startedFrom { component { id title } componentUuid componentTitle componentType definitionKey definitionTitle startedAt startedBy } } }',
    prepare: started,
    variables: ({ startedId }) => ({ id: startedId }),
  },
  {
    name: '_entities of Component',
    document:
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Component { id title } ... on ComponentDefinition { id title } } }',
    prepare: defined,
    variables: ({ componentId, definitionId }) => ({
      r: [
        { __typename: 'Component', id: componentId },
        { __typename: 'ComponentDefinition', id: definitionId },
      ],
    }),
  },
];

export const componentMutations: readonly Door[] = [
  {
    name: 'implementComponent',
    document:
      'mutation ($input: ImplementComponentInput!) { implementComponent(input: $input) { implementation { id } } }',
    prepare: defined,
    variables: ({ componentId, ismsId }) => ({ input: { componentId, ismsId } }),
  },
  {
    name: 'deleteComponentDefinition',
    document: 'mutation ($input: DeleteComponentDefinitionInput!) { deleteComponentDefinition(input: $input) { id } }',
    prepare: defined,
    variables: ({ definitionId }) => ({ input: { id: definitionId } }),
  },
];
