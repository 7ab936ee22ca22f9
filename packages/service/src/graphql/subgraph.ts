import type { ServiceName } from '@annex/schema';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { concatAST, type GraphQLSchema, isInterfaceType, isObjectType, parse, Source } from 'graphql';
import { deadLetterModule } from '../messaging/deadletters.module.ts';
import { baseTypeDefs } from './base.ts';
import { resolveConnection } from './connection.ts';
import type { GraphqlModule, ResolverMap } from './module.ts';
import { offences } from './rules.ts';
import { scalarResolvers } from './scalars.ts';
import { enforceScopes } from './scopes.ts';

/** What of a service definition makes its subgraph. */
export interface SubgraphParts<T> {
  readonly name: ServiceName;
  readonly modules: readonly GraphqlModule<T>[];
}

/** A resolver for what the schema has not is a misspelt name, which would otherwise answer null for good. */
function strayResolvers<T>(schema: GraphQLSchema, resolvers: ResolverMap<T>): string[] {
  return Object.entries(resolvers).flatMap(([typeName, fields]) => {
    const type = schema.getType(typeName);
    if (!type) return [`${typeName} has resolvers and no definition`];
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    const known = type.getFields();
    return Object.keys(fields)
      .filter((field) => !field.startsWith('__') && !Object.hasOwn(known, field))
      .map((field) => `${typeName}.${field} has a resolver and no definition`);
  });
}

/** Lists built by `connection` answer their four parts only when asked. */
function resolveConnections(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !type.name.endsWith('Connection')) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = resolveConnection(field.name);
      if (resolve && !field.resolve) field.resolve = resolve;
    }
  }
}

/**
 * The executable schema of a service's subgraph (Federation 2.9), with its `@requiresScopes` enforced, also in `_entities`.
 *
 * An object type must say by `@requiresScopes` who may see it. Three kinds need not: a type named …Connection or …Edge asks for
 * what its node asks for; a type named …Payload is returned by mutations alone, and its fields are judged by their own types.
 * An entity of another service (`extend type Control @key(fields: "id")`) repeats its owner's scopes on the type and puts its
 * own on the fields that it adds, since composition asks for what every subgraph asks for.
 * @throws Error naming every offence against the rules of `offences`
 */
export function buildSubgraph<T>({ name, modules: own }: SubgraphParts<T>): GraphQLSchema {
  const modules = [...own, deadLetterModule<T>(name)];
  const documents = [parse(new Source(baseTypeDefs, 'base.graphql'))];
  modules.forEach((module, index) => {
    documents.push(parse(new Source(module.typeDefs, `${name} module ${index + 1}`)));
  });
  const schema = buildSubgraphSchema([
    { typeDefs: concatAST(documents), resolvers: scalarResolvers as never },
    ...modules.map((module) => ({
      typeDefs: { kind: 'Document', definitions: [] } as never,
      resolvers: module.resolvers as never,
    })),
  ]);
  const found = [...offences(schema), ...modules.flatMap((module) => strayResolvers(schema, module.resolvers))];
  if (found.length > 0) throw new Error(`The subgraph ${name} may not be served:\n  ${found.join('\n  ')}`);
  resolveConnections(schema);
  enforceScopes(schema);
  return schema;
}

/** The SDL that the subgraph publishes, for composition. */
export async function subgraphSdl(schema: GraphQLSchema): Promise<string> {
  const field = schema.getQueryType()?.getFields()._service;
  const service = (await field?.resolve?.(undefined, {}, undefined, undefined as never)) as { sdl: string } | undefined;
  if (!service) throw new Error('The schema publishes no SDL');
  return service.sdl;
}
