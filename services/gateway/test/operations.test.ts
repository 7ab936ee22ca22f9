import { validate as validateOpenApi } from '@scalar/openapi-parser';
import { transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import {
  buildASTSchema,
  buildSchema,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  Source,
  validate,
} from 'graphql';
import { CostModel, fieldCosts } from '../src/federation/cost.ts';
import { startOperations } from '../src/pages/routes.ts';
import { restAnswer, restError } from '../src/rest/answer.ts';
import { loadOperations, readOperations } from '../src/rest/load.ts';
import { openApiDocument } from '../src/rest/openapi.ts';
import { creates, type StoredOperation } from '../src/rest/operation.ts';
import { variablesOf } from '../src/rest/variables.ts';
import { committedSupergraph } from '../src/service.ts';

const supergraph = parse(committedSupergraph());
const schema = buildASTSchema(transformSupergraphToPublicSchema(supergraph), { assumeValidSDL: true });

describe('the stored operations that come with Annex', () => {
  it('fit the committed supergraph and are the endpoints that were promised', () => {
    const places = loadOperations(schema).map(({ method, path }) => `${method} ${path}`);
    expect(places).toEqual(
      expect.arrayContaining(
        [
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
          'POST /v1/leadership-interviews',
          'PATCH /v1/competence-actions/{id}',
          'PATCH /v1/opportunity-actions/{id}',
          'POST /v1/isms-changes/{id}/judgement',
          'POST /v1/exceptions',
          'POST /v1/exceptions/{id}/judgement',
          'POST /v1/exceptions/{id}/end',
          'POST /v1/exceptions/{id}/withdrawal',
          'GET /v1/implementation-tasks',
          'PATCH /v1/implementation-tasks/{id}',
          'GET /v1/maturity',
          'POST /v1/maturity/assessments',
          'POST /v1/implementations/{implementationId}/strength-judgements',
          ...['objectives', 'responsibilities', 'competences', 'communications', 'isms-changes', 'unintended-changes'],
          ...['opportunities', 'external-provisions', 'process-criteria', 'resource-needs'],
        ].flatMap((place) =>
          place.includes('/')
            ? [place]
            : [`GET /v1/${place}`, `POST /v1/${place}`, `GET /v1/${place}/{id}`, `PATCH /v1/${place}/{id}`],
        ),
      ),
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

  it('may be asked for their largest page without costing more than one operation may', () => {
    const model = new CostModel(schema, fieldCosts(supergraph));
    for (const { name, text, shape, parameters } of loadOperations(schema)) {
      if (shape !== 'connection') continue;
      const document = parse(text);
      const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
      const most = parameters.some((parameter) => parameter.name === 'first') ? { first: 200 } : {};
      const cost = operation ? model.compile(document, operation)(most) : Number.POSITIVE_INFINITY;
      expect([name, cost < 20_000]).toEqual([name, true]);
    }
  });

  it('reach every field of the graph', () => {
    const reached = new Set(loadOperations(schema).map(({ rootField }) => rootField));
    const all = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    expect(all.length).toBeGreaterThan(250);
    expect(all.filter((field) => !reached.has(field))).toEqual([]);
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
    [
      'a fragment of its own',
      '# A\nquery A @rest(method: GET, path: "/v1/b") { ...B }\nfragment B on Query { b }',
      /exactly one definition/,
    ],
    [
      'a fragment that is not there',
      '# A\nquery A @rest(method: GET, path: "/v1/b") { b ...Z }',
      /Unknown fragment "Z"/,
    ],
  ])('is refused with %s', (_, source, message) => {
    expect(() => readOperations(small, [new Source(source, 'x/A.graphql')])).toThrow(message);
  });

  const shop = buildSchema(
    `type Query { door(id: ID!): Door } type Door { id: ID! version: Int! }
     type Mutation { addDoor(input: AddDoorInput!): AddDoorPayload! removeDoor(input: RemoveDoorInput!): RemoveDoorPayload!
       lockDoor(input: LockDoorInput!): LockDoorPayload! }
     input AddDoorInput { name: String! } type AddDoorPayload { door: Door! secret: String! }
     input RemoveDoorInput { id: ID! expectedVersion: Int } type RemoveDoorPayload { id: ID! }
     input LockDoorInput { doorId: ID! } type LockDoorPayload { count: Int! }`,
  );
  const sources = {
    'x/GetDoor.graphql':
      '# A door\nquery GetDoor($id: ID!) @rest(method: GET, path: "/v1/doors/{id}") { door(id: $id) { id version } }',
    'x/AddDoor.graphql':
      '# Adds\nmutation AddDoor($input: AddDoorInput!) @rest(method: POST, path: "/v1/doors") { addDoor(input: $input) { door { id version } secret } }',
    'x/RemoveDoor.graphql':
      '# Removes\nmutation RemoveDoor($input: RemoveDoorInput!) @rest(method: DELETE, path: "/v1/doors/{id}") { removeDoor(input: $input) { id } }',
  };
  const shopped = (more: Record<string, string> = {}) =>
    readOperations(
      shop,
      Object.entries({ ...sources, ...more }).map(([file, text]) => new Source(text, file)),
    );
  const named = (name: string) => shopped().find((one) => one.name === name) as StoredOperation;

  it('that makes something answers 201 with its address and version, also where the answer tells more', () => {
    const data = { addDoor: { door: { id: 'd1', version: 1 }, secret: 's' } };
    expect(creates(named('AddDoor'), shopped())).toBe(true);
    expect(restAnswer(named('AddDoor'), { data }, '/v1/doors', true)).toEqual({
      status: 201,
      headers: { etag: '"1"', location: '/v1/doors/d1' },
      body: data.addDoor,
    });
  });

  it('that removes something has no body, asks for If-Match, and answers with what is gone', () => {
    const remove = named('RemoveDoor');
    const request = { path: { id: 'd1' }, query: new URLSearchParams(), body: undefined };
    expect(variablesOf(remove, { ...request, ifMatch: '"4"' })).toEqual({ input: { id: 'd1', expectedVersion: 4 } });
    expect(() => variablesOf(remove, request)).toThrow('If-Match');
    expect(restAnswer(remove, { data: { removeDoor: { id: 'd1' } } }, '/v1/doors/d1', false)).toEqual({
      ...{ status: 200, headers: {}, body: { id: 'd1' } },
    });
  });

  it('tells the first of several faults, and how many more there are, by the places of REST', () => {
    const faults = [
      { field: 'input.title', allowed: 'must be short' },
      { field: 'input.id', allowed: 'must be a UUID' },
    ];
    const extensions = { code: 'BAD_INPUT', title: '', status: 400, help: '', faults } as const;
    const refusal = restError(named('RemoveDoor'), { message: 'input.title: must be short; 1 more', extensions });
    expect(refusal.message).toBe('body.title: must be short; 1 more');
    expect(refusal.faults.map(({ field }) => field)).toEqual(['body.title', 'path.id']);
  });

  it('may not name a part of a path otherwise than another does', () => {
    const lock =
      '# Locks\nmutation LockDoor($input: LockDoorInput!) @rest(method: POST, path: "/v1/doors/{doorId}") { lockDoor(input: $input) { count } }';
    expect(() => shopped({ 'x/LockDoor.graphql': lock })).toThrow('/v1/doors/{doorId} is /v1/doors/{id} in GetDoor');
  });
});

describe('fragments of stored operations', () => {
  const library = buildSchema(
    `type Query { book(id: ID!): Book books: BookConnection! } type BookConnection { nodes: [Book!]! pageInfo: PageInfo! }
     type PageInfo { hasNextPage: Boolean! endCursor: String } union Maker = Person | Press
     type Person { name: String! born: Int } type Press { name: String! town: String }
     type Book { id: ID! title: String! author: Person! maker: Maker! pages: Int }`,
  );
  const read = (body: string) =>
    `# A book\nquery GetBook($id: ID!) @rest(method: GET, path: "/v1/books/{id}") { ${body} }`;
  const list = `# Books\nquery ListBooks @rest(method: GET, path: "/v1/books") {
    books { nodes { ...Book } pageInfo { hasNextPage endCursor } } }`;
  const fine = {
    'fragments/Book.graphql': 'fragment Book on Book { id title author { ...Person } }',
    'fragments/Person.graphql': 'fragment Person on Person { name }',
    'books/GetBook.graphql': read('book(id: $id) { ...Book author { born } pages }'),
    'books/ListBooks.graphql': list,
  };
  const load = (files: Record<string, string>) =>
    readOperations(
      library,
      Object.entries(files).map(([file, text]) => new Source(text, file)),
    );

  it('travel with the operations that use them, also through another, and are no operations themselves', () => {
    const [get, all] = load(fine);
    expect([get?.name, all?.name]).toEqual(['GetBook', 'ListBooks']);
    for (const operation of [get, all]) {
      expect(operation?.text.match(/^fragment \w+/gm)).toEqual(['fragment Book', 'fragment Person']);
      expect(validate(library, parse(operation?.text ?? ''))).toEqual([]);
    }
  });

  it('say in the OpenAPI document what they select, and a field that both select is there once', () => {
    const document = openApiDocument(library, parse('type Query { a: Int }'), load(fine)) as unknown as {
      paths: Record<string, { get: { responses: { 200: { content: Record<string, { schema: unknown }> } } } }>;
    };
    const schemaOf = (path: string) => document.paths[path]?.get.responses[200].content['application/json']?.schema;
    expect(schemaOf('/v1/books/{id}')).toMatchObject({
      required: ['id', 'title', 'author', 'pages'],
      properties: { author: { required: ['name', 'born'], properties: { born: { type: ['integer', 'null'] } } } },
    });
    expect(schemaOf('/v1/books')).toMatchObject({
      properties: {
        items: { items: { required: ['id', 'title', 'author'], properties: { author: { required: ['name'] } } } },
      },
    });
  });

  it('may be on one of several types that stand in a place', () => {
    const [get] = load({
      'fragments/Person.graphql': 'fragment Person on Person { name born }',
      'books/GetBook.graphql': read('book(id: $id) { id maker { ...Person ... on Press { town } } }'),
    });
    expect(print(get?.selection as SelectionSetNode).replace(/\s+/g, ' ')).toBe(
      '{ id maker { ... on Person { name born } ... on Press { town } } }',
    );
  });

  it.each([
    [
      'that no operation uses',
      { 'fragments/Press.graphql': 'fragment Press on Press { town }' },
      /fragments\/Press\.graphql: Fragment "Press" is never used/,
    ],
    [
      'that do not fit the schema, once each and where the fault is',
      { 'fragments/Person.graphql': 'fragment Person on Person { age }' },
      /^Stored operations that cannot be served:\n {2}fragments\/Person\.graphql: Cannot query field "age" on type "Person"\.[^\n]*$/,
    ],
    [
      'that spread what is not there',
      { 'fragments/Person.graphql': 'fragment Person on Person { ...Nobody }' },
      /Person\.graphql: Unknown fragment "Nobody"/,
    ],
    [
      'that spread each other',
      {
        'fragments/Person.graphql': 'fragment Person on Person { name ...Human }',
        'fragments/Human.graphql': 'fragment Human on Person { ...Person }',
      },
      /(Human|Person)\.graphql: Cannot spread fragment/,
    ],
    [
      'named otherwise than their file',
      { 'fragments/Author.graphql': 'fragment Writer on Person { name }' },
      /Author\.graphql: holds Writer/,
    ],
    [
      'that are two in a file',
      { 'fragments/Two.graphql': 'fragment Two on Person { name } fragment Three on Person { name }' },
      /Two\.graphql: must hold exactly one/,
    ],
  ])('are refused by name when there are some %s', (_, files, message) => {
    expect(() => load({ ...fine, ...files })).toThrow(message);
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
