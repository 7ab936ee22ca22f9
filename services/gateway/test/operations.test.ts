import { validate as validateOpenApi } from '@scalar/openapi-parser';
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { buildASTSchema, buildSchema, type DocumentNode, type OperationDefinitionNode, parse, validate } from 'graphql';
import { CostModel, fieldCosts } from '../src/federation/cost.ts';
import { startOperations } from '../src/pages/routes.ts';
import { openApiDocument } from '../src/rest/openapi.ts';
import { loadOperations, readOperation } from '../src/rest/operation.ts';
import { committedSupergraph } from '../src/service.ts';

const supergraph = parse(committedSupergraph());
const schema = buildASTSchema(transformSupergraphToPublicSchema(supergraph), { assumeValidSDL: true });

describe('the stored operations that come with Annex', () => {
  it('fit the committed supergraph and are the endpoints that were promised', () => {
    const places = loadOperations(schema).map(({ method, path }) => `${method} ${path}`);
    expect(places).toEqual(
      expect.arrayContaining([
        'GET /v1/readiness',
        'GET /v1/risks',
        'GET /v1/risks/{id}',
        'GET /v1/controls/{id}',
        'GET /v1/findings',
        'GET /v1/isms/{id}/scope',
        'GET /v1/isms/{id}/context',
        'POST /v1/risks',
        'PATCH /v1/risks/{id}',
        'PUT /v1/risks/{riskId}/quantification',
        'GET /v1/simulations/{id}',
        'POST /v1/simulations',
      ]),
    );
  });

  it('make a valid OpenAPI document in which every parameter and member is described', async () => {
    const document = openApiDocument(schema, supergraph, loadOperations(schema));
    const { valid, errors } = await validateOpenApi(JSON.parse(JSON.stringify(document)));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    for (const [path, item] of Object.entries(
      document.paths as Record<string, Record<string, { parameters: { name: string; description?: string }[] }>>,
    )) {
      for (const entry of Object.values(item)) {
        for (const parameter of entry.parameters)
          expect(`${path} ${parameter.name}: ${parameter.description}`).not.toMatch(/undefined$/);
      }
    }
  });

  it('leave the documents of the start page valid', () => {
    expect(Object.keys(startOperations)).toHaveLength(5);
    for (const text of Object.values(startOperations))
      expect(validate(schema, parse(text)).map((error) => error.message)).toEqual([]);
  });
});

describe('a stored operation', () => {
  const small = buildSchema(
    'type Query { a(id: ID!, filter: F): String b: Int } input F { x: Int } type Mutation { c(input: F!): String }',
  );
  it.each([
    ['no comment', 'query A($id: ID!) @rest(method: GET, path: "/v1/a/{id}") { a(id: $id) }', /comment/],
    ['no place', '# A\nquery A($id: ID!) { a(id: $id) }', /@rest/],
    ['a path outside of /v1', '# A\nquery A($id: ID!) @rest(method: GET, path: "/a/{id}") { a(id: $id) }', /@rest/],
    ['a parameter that is nowhere', '# A\nquery A @rest(method: GET, path: "/v1/a/{id}") { b }', /\{id\}/],
    [
      'two root fields',
      '# A\nquery A($id: ID!) @rest(method: GET, path: "/v1/a/{id}") { a(id: $id) b }',
      /exactly one root field/,
    ],
    [
      'an object in the query string',
      '# A\nquery A($filter: F) @rest(method: GET, path: "/v1/a") { a(id: "1", filter: $filter) }',
      /no place/,
    ],
    ['a query that is a POST', '# A\nquery A @rest(method: POST, path: "/v1/b") { b }', /is a GET/],
    ['a field that is not there', '# A\nquery A @rest(method: GET, path: "/v1/b") { z }', /Cannot query field/],
  ])('is refused with %s', (_, source, message) => {
    expect(() => readOperation(small, source, 'x')).toThrow(message);
  });
});

describe('the cost of an operation', () => {
  const priced = `directive @cost(weight: Int!) on FIELD_DEFINITION directive @listSize(assumedSize: Int) on FIELD_DEFINITION
    type Query { things(first: Int = 20): ThingConnection! few: [Thing!]! @listSize(assumedSize: 3) dear: Int @cost(weight: 100) }
    type ThingConnection { nodes: [Thing!]! } type Thing { id: ID! parts(first: Int = 10): [Thing!]! }`;
  const model = new CostModel(buildSchema(priced), fieldCosts(parse(priced)));
  const cost = (text: string, variables = {}) => {
    const document: DocumentNode = parse(text);
    const operation = document.definitions.find(
      (one): one is OperationDefinitionNode => one.kind === 'OperationDefinition',
    );
    return operation ? model.compile(document, operation)(variables) : 0;
  };

  it('counts the objects that may have to be read', () => {
    expect(cost('{ few { id } }')).toBe(3);
    expect(cost('{ dear }')).toBe(100);
    expect(cost('{ things { nodes { id } } }')).toBe(20 * 2);
    expect(cost('{ things(first: 5) { nodes { id parts(first: 4) { id } } } }')).toBe(5 * (1 + 1 + 4));
  });

  it('knows sizes from variables and their defaults', () => {
    const query = 'query A($n: Int = 7) { things(first: $n) { nodes { id } } }';
    expect(cost(query)).toBe(14);
    expect(cost(query, { n: 100 })).toBe(200);
  });

  it('grows with nested fragments as their expansion does, and is measured at once', () => {
    const levels = Array.from(
      { length: 25 },
      (_, index) => `fragment f${index} on Query { ...f${index + 1} x${index}: dear ...f${index + 1} }`,
    );
    const query = `{ ...f0 } ${levels.join(' ')} fragment f25 on Query { dear }`;
    const started = performance.now();
    expect(cost(query)).toBeGreaterThan(2 ** 25);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
