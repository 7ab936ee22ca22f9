import { badInput, notFound } from '@annex/schema';
import { type CallContext, type ConnectionArgs, connection, type GraphqlModule, ordering, sdl } from '@annex/service';
import { currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { bounded, loadImplementation } from '../implementation/implementation.resolvers.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { loadControl } from '../library/control.loader.ts';
import { publishedPlaces } from '../mapping/mapping.ts';
import { placeShown } from '../mapping/place.loader.ts';
import { claimed, type NamedPlace, nameOf, placesNamed } from './claim.store.ts';
import { findComponent, loadComponent } from './component.loader.ts';
import { type ImplementComponentInput, implementComponent } from './component.operations.ts';
import {
  type ComponentClaimRow,
  type ComponentDefinitionRow,
  type ComponentRow,
  type ComponentUseRow,
  claims,
  definitions,
  filteredComponents,
  findDefinitions,
  implementationsFrom,
  usesOf,
} from './component.store.ts';
import { deleteComponentDefinition } from './definition.operations.ts';

type Context = CallContext<ControlsDatabase>;

const byKey = ordering({ key: 'asc' });
const byTitle = ordering({ title: 'asc' });
const asWritten = ordering({ position: 'asc' });

const loadDefinition = (context: Context, id: string): Promise<ComponentDefinitionRow> =>
  context
    .loader<string, ComponentDefinitionRow>('component definitions', async (tx, ids) => {
      const found = new Map((await findDefinitions(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? notFound('ComponentDefinition', one));
    })
    .load(id);

const loadUse = (context: Context, implementationId: string): Promise<ComponentUseRow | null> =>
  context
    .loader<string, ComponentUseRow | null>('components of implementations', async (tx, ids) => {
      const found = new Map((await usesOf(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? null);
    })
    .load(implementationId);

/** The place that a claim names, where it is known. */
const placeOfClaim = (context: Context, { framework, controlKey }: ComponentClaimRow): Promise<NamedPlace | null> =>
  context
    .loader<string, NamedPlace | null>('places of claims', async (tx, names) => {
      const places = await placesNamed(tx, names.map(namedBy));
      return names.map((one) => places.get(one) ?? null);
    })
    .load(nameOf({ framework, controlKey }));

/** What `nameOf` was made of; a control key is a token and has no space. */
function namedBy(name: string) {
  const [framework = '', controlKey = ''] = name.split(' ');
  return { framework: framework === '' ? null : framework, controlKey };
}

interface ComponentArguments extends ConnectionArgs {
  readonly definitionId?: string | null;
  readonly type?: string | null;
  readonly controlId?: string | null;
}

/** @throws AnnexError BAD_INPUT */
function placeAsked(given: string): string {
  const id = currentId(given.trim());
  if (given.includes(':') || publishedPlaces.has(id)) return id;
  throw badInput('controlId', given, 'must be a control of a catalogue, such as A.8.28 or acme:2026:AC-1');
}

export const componentModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./component.graphql', import.meta.url)),
  resolvers: {
    Query: {
      componentDefinition: (_, { id }: { id: string }, context) => loadDefinition(context, id),
      componentDefinitions: (_, args: ConnectionArgs, context) =>
        connection(context, args, { order: byKey, query: definitions }),
      component: (_, { id }: { id: string }, context) => loadComponent(context, id),
      async components(_, args: ComponentArguments, context) {
        const { definitionId, type, controlId } = args;
        const place = controlId ? placeAsked(controlId) : null;
        const filter = {
          ...{ definitionId, type },
          ...(place === null ? {} : { claimed: await context.read((tx) => claimed(tx, place)) }),
        };
        return connection(context, args, { order: byTitle, query: (tx) => filteredComponents(tx, filter) });
      },
    },
    Mutation: {
      deleteComponentDefinition: (_, { input }: { input: Parameters<typeof deleteComponentDefinition>[1] }, context) =>
        context.write('deleteComponentDefinition', input, (tx) => deleteComponentDefinition(tx, input)),
      async implementComponent(_, { input }: { input: ImplementComponentInput }, context) {
        const { id } = await context.write('implementComponent', input, (tx) => implementComponent(tx, input));
        return { implementation: await loadImplementation(context, id) };
      },
    },
    ComponentDefinition: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadDefinition(context, id),
      componentCount: (row: ComponentDefinitionRow) => row.components,
      capabilityCount: (row: ComponentDefinitionRow) => row.capabilities,
      claimCount: (row: ComponentDefinitionRow) => row.claims,
      components: ({ id }: ComponentDefinitionRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: asWritten,
          query: (tx) => filteredComponents(tx, {}),
          parent: { field: 'ComponentDefinition.components', column: 'definitionId', id },
        }),
    },
    Component: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadComponent(context, id),
      definition: (row: ComponentRow, _, context) => loadDefinition(context, row.definitionId),
      claimCount: (row: ComponentRow) => row.claims,
      claims: ({ id }: ComponentRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: asWritten,
          query: claims,
          parent: { field: 'Component.claims', column: 'componentId', id },
        }),
      async implementations({ id }: ComponentRow, { first }: { first: number | null }, context) {
        const limit = bounded(first);
        const loader = context.loader<string, string[]>(`implementations from components ${limit}`, (tx, ids) =>
          implementationsFrom(tx, ids, limit),
        );
        return Promise.all((await loader.load(id)).map((one) => loadImplementation(context, one)));
      },
    },
    ComponentClaim: {
      statementCount: (row: ComponentClaimRow) => row.statements,
      async place(row: ComponentClaimRow, _, context) {
        const place = await placeOfClaim(context, row);
        return place && placeShown(context, place.id);
      },
      async control(row: ComponentClaimRow, _, context) {
        const place = await placeOfClaim(context, row);
        return place?.control ? loadControl(context, place.id) : null;
      },
    },
    Implementation: {
      startedFrom: (row: ImplementationRow, _, context) => loadUse(context, row.id),
    },
    ComponentUse: {
      component: (row: ComponentUseRow, _, context) => findComponent(context, row.componentId),
      startedAt: (row: ComponentUseRow) => row.createdAt,
      startedBy: (row: ComponentUseRow) => row.createdBy,
    },
  },
};
