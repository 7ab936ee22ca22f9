import { printSchema } from 'graphql';
import type { GraphqlModule } from '../../src/graphql/module.ts';
import { missingPermissions } from '../../src/graphql/scopes.ts';
import { buildSubgraph, subgraphSdl } from '../../src/graphql/subgraph.ts';
import { notes } from './notes.ts';

const build = (typeDefs: string, resolvers: GraphqlModule<unknown>['resolvers'] = {}) =>
  buildSubgraph({ name: 'risk', modules: [{ typeDefs, resolvers }] });

const scoped = '@requiresScopes(scopes: [["risk:read"]])';
const thing = `"A thing." type Thing ${scoped} { "Its id." id: ID! }`;

describe('the rules of a subgraph', () => {
  test('a well-formed subgraph is built and publishes its SDL', async () => {
    const schema = buildSubgraph({ name: 'risk', modules: [notes] });
    expect(printSchema(schema)).toContain('union _Entity');
    const sdl = await subgraphSdl(schema);
    expect(sdl).toContain('https://specs.apollo.dev/federation/v2.9');
    expect(sdl).toContain('scalar DateTime');
  });

  test('a root field without scopes is refused', () => {
    expect(() => build(`extend type Query { "A thing." thing: Thing } ${thing}`)).toThrow(
      'Query.thing has no @requiresScopes',
    );
  });

  test('an object type without scopes is refused', () => {
    expect(() => build(`extend type Query { "It." thing: Thing ${scoped} } "A." type Thing { "Id." id: ID! }`)).toThrow(
      'Thing has no @requiresScopes',
    );
  });

  test('scopes that ask for nothing, and scopes that are no permission, are refused', () => {
    expect(() => build(`extend type Query { "It." a: Int @requiresScopes(scopes: []) }`)).toThrow('asks for nothing');
    expect(() => build(`extend type Query { "It." a: Int @requiresScopes(scopes: [[]]) }`)).toThrow('asks for nothing');
    expect(() => build(`extend type Query { "It." a: Int @requiresScopes(scopes: [["risk:raed"]]) }`)).toThrow(
      'requires risk:raed, which is no permission',
    );
  });

  test('anything without a description is refused, and all offences are named at once', () => {
    const bad = `
      extend type Query { a(b: Int): Colour ${scoped} c(d: Filter): Int ${scoped} }
      enum Colour { RED }
      input Filter { e: Int }`;
    let message = '';
    try {
      build(bad);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const place of ['Query.a', 'Query.a(b)', 'Colour', 'Colour.RED', 'Filter', 'Filter.e', 'Query.c(d)']) {
      expect(message).toContain(`${place} has no description`);
    }
  });

  test('a mutation takes one input and returns a payload', () => {
    const payload = '"P." type DoPayload { "Ok." ok: Int }';
    const input = '"I." input DoInput { "A." a: Int }';
    const mutation = (text: string) => () =>
      build(
        `extend type Query { "It." a: Int ${scoped} } extend type Mutation { "Do." ${text} ${scoped} } ${payload} ${input}`,
      );
    expect(mutation('do(input: DoInput!): DoPayload!')).not.toThrow();
    expect(mutation('do(id: ID!): DoPayload!')).toThrow('exactly one argument, named input');
    expect(mutation('do(input: DoInput!, more: Int): DoPayload!')).toThrow('exactly one argument, named input');
    expect(mutation('do(input: DoInput): DoPayload!')).toThrow('non-null input object');
    expect(mutation('do(input: DoInput!): Int')).toThrow('must return a type named …Payload');
  });

  test('the exempt names do not open a way around the scopes', () => {
    const query = (field: string, types: string) => () =>
      build(`extend type Query { "It." a: ${field} ${scoped} } ${types}`);
    expect(query('XConnection', '"X." type XConnection { "Secret." secret: String }')).toThrow(
      'XConnection is no connection',
    );
    expect(query('XEdge', '"X." type XEdge { "Secret." secret: String }')).toThrow('XEdge is no edge');
    expect(query('XPayload', '"X." type XPayload { "Secret." secret: String }')).toThrow('which only a mutation may');
  });

  test('a resolver that the schema does not know is refused', () => {
    const typeDefs = `extend type Query { "It." a: Int ${scoped} }`;
    expect(() => build(typeDefs, { Query: { b: () => 1 } })).toThrow('Query.b has a resolver and no definition');
    expect(() => build(typeDefs, { Thing: { b: () => 1 } })).toThrow('Thing has resolvers and no definition');
  });
});

describe('scopes', () => {
  test('one of several sets must be held whole', () => {
    const either = [['risk:read', 'risk:write'], ['operations:read']] as const;
    expect(missingPermissions(either, new Set(['risk:read', 'risk:write']))).toBeUndefined();
    expect(missingPermissions(either, new Set(['operations:read']))).toBeUndefined();
    expect(missingPermissions(either, new Set(['risk:read']))).toEqual(['risk:write']);
    expect(missingPermissions(either, new Set())).toEqual(['operations:read']);
  });
});
