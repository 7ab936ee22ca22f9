import {
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { type StreamRoute, streamRoutes } from '../streams/routes.ts';
import { creates, type StoredOperation } from './operation.ts';
import { problemResponses, problemSchema } from './problems.ts';
import { type JsonSchema, Schemas } from './schemas.ts';

/** The permissions that root fields ask for, by `Query.risks`. */
export function rootPermissions(supergraph: DocumentNode): Map<string, string> {
  const found = new Map<string, string>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION || !['Query', 'Mutation'].includes(type.name.value)) continue;
    for (const field of type.fields ?? []) {
      const scopes = field.directives?.find(({ name }) => name.value === 'requiresScopes')?.arguments?.[0]?.value;
      if (scopes?.kind !== Kind.LIST) continue;
      const ways = scopes.values.map((set) =>
        set.kind === Kind.LIST
          ? set.values.map((scope) => (scope.kind === Kind.STRING ? scope.value : '')).join(' and ')
          : '',
      );
      found.set(`${type.name.value}.${field.name.value}`, ways.join(' or '));
    }
  }
  return found;
}

const header = (name: string, description: string, schema: JsonSchema, required = false) => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

const asOfHeader = header(
  'Annex-As-Of',
  'Answers as of this moment (RFC 3339), with the facts and the configuration of then.',
  { type: 'string', format: 'date-time' },
);
const writeHeaders = [
  header('Idempotency-Key', 'A repeat with the same key and input within 24 hours has no further effect.', {
    type: 'string',
    minLength: 1,
    maxLength: 255,
  }),
  header('Annex-Reason', 'Why, kept with the change.', { type: 'string', maxLength: 500 }),
];

const problem = (status: number) => [String(status), { $ref: `#/components/responses/Problem${status}` }] as const;

const partial: JsonSchema = {
  type: 'array',
  description: 'Parts that could not be had, each with code and place; absent when everything could.',
  items: {
    type: 'object',
    properties: {
      code: { type: 'string' },
      detail: { type: 'string' },
      path: { type: 'string' },
      details: { type: 'object' },
    },
    required: ['code', 'detail', 'path'],
  },
};

function itemsOf(schemas: Schemas, operation: StoredOperation): JsonSchema {
  const type = operation.field.type;
  const bare = (isNonNullType(type) ? type.ofType : type) as GraphQLOutputType;
  if (operation.shape === 'list')
    return schemas.output(isListType(bare) ? (bare.ofType as GraphQLOutputType) : bare, operation.selection);
  const named = getNamedType(bare);
  const pick = (set: SelectionSetNode | undefined, name: string) =>
    set?.selections.find((node) => node.kind === Kind.FIELD && node.name.value === name) as
      | { selectionSet?: SelectionSetNode }
      | undefined;
  const fields = isObjectType(named) || isInterfaceType(named) ? named.getFields() : {};
  const nodes = pick(operation.selection, 'nodes');
  if (nodes && fields.nodes) return (schemas.output(fields.nodes.type, nodes.selectionSet).items ?? {}) as JsonSchema;
  const edges = pick(operation.selection, 'edges');
  const edge = fields.edges && getNamedType(fields.edges.type);
  const node = pick(edges?.selectionSet, 'node');
  return isObjectType(edge) && edge.getFields().node
    ? schemas.output(edge.getFields().node?.type as GraphQLOutputType, node?.selectionSet)
    : {};
}

function answerOf(schemas: Schemas, operation: StoredOperation): JsonSchema {
  if (operation.shape === 'entity') {
    const type = operation.field.type;
    const entity = schemas.output(isNonNullType(type) ? type : (type as GraphQLOutputType), operation.selection);
    const plain = Array.isArray(entity.type) ? { ...entity, type: 'object' } : entity;
    return { ...plain, properties: { ...(plain.properties as object), errors: partial } };
  }
  return {
    type: 'object',
    properties: {
      items: { type: 'array', items: itemsOf(schemas, operation) },
      ...(operation.shape === 'connection'
        ? {
            nextCursor: { type: ['string', 'null'], description: 'Send it as `after` to read on; null at the end.' },
            totalCount: { type: 'integer', description: 'Present when asked for by `withTotal=true`.' },
          }
        : {}),
      errors: partial,
    },
    required: operation.shape === 'connection' ? ['items', 'nextCursor'] : ['items'],
  };
}

function operationEntry(
  schemas: Schemas,
  operation: StoredOperation,
  permission: string | undefined,
  created: boolean,
) {
  const { body, parameters, method } = operation;
  const single = operation.shape === 'entity';
  const without = new Set([
    ...(body?.fromPath.map(({ name }) => name) ?? []),
    ...(body?.versioned ? ['expectedVersion'] : []),
  ]);
  const writes = method !== 'GET';
  const content = { 'application/json': { schema: answerOf(schemas, operation) } };
  const etag = single
    ? { headers: { ETag: { description: 'The version, for If-Match.', schema: { type: 'string' } } } }
    : {};
  return {
    operationId: operation.name.charAt(0).toLowerCase() + operation.name.slice(1),
    tags: [operation.area],
    summary: operation.summary,
    description: [operation.description, permission ? `Needs the permission ${permission}.` : '']
      .filter(Boolean)
      .join('\n\n'),
    parameters: [
      ...parameters.map(({ name, in: where, required, type, description, fallback }) => ({
        name,
        in: where,
        required,
        ...(description ? { description } : {}),
        schema: { ...schemas.input(type), ...(fallback === undefined ? {} : { default: fallback }) },
      })),
      ...(body?.versioned
        ? [header('If-Match', 'The ETag of what was read; `*` accepts any version.', { type: 'string' }, true)]
        : []),
      ...(writes ? writeHeaders : [asOfHeader]),
    ],
    ...(body?.sent
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemas.members(body.type, without) } },
          },
        }
      : {}),
    responses: Object.fromEntries([
      created
        ? [
            '201',
            {
              description: 'Created.',
              headers: { Location: { description: 'Its address.', schema: { type: 'string' } }, ...etag.headers },
              content,
            },
          ]
        : ['200', { description: 'Done.', ...etag, content }],
      ...[
        400,
        401,
        403,
        ...(single ? [404] : []),
        ...(writes ? [409, 413, 415, 422] : []),
        ...(body?.versioned ? [412, 428] : []),
        500,
        503,
      ].map(problem),
    ]),
  };
}

function streamEntry(route: StreamRoute) {
  const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    description: 'Its identifier.',
    schema: { type: 'string', format: 'uuid' },
  }));
  const bytes = { type: 'string', contentMediaType: 'application/octet-stream' };
  const content =
    route.gives === 'json'
      ? { 'application/json': { schema: { type: 'object' } } }
      : { 'application/octet-stream': { schema: bytes } };
  const fields = Object.entries(route.form ?? {}).map(([name, description]) => [name, { type: 'string', description }]);
  const form = { type: 'object', properties: { ...Object.fromEntries(fields), file: bytes }, required: ['file'] };
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/^\/v1/, '').replace(/[/{]+(\w)|\}/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')}`,
    tags: [route.service],
    summary: route.summary,
    description: `${route.description}\n\nNeeds the permission ${route.permission}.`,
    parameters: [
      ...parameters,
      ...route.query.map(({ name, required, description }) => ({
        name,
        in: 'query',
        required,
        description,
        schema: { type: 'string' },
      })),
      ...(route.method === 'GET' ? [] : writeHeaders),
    ],
    ...(route.takes
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              route.takes.map((type) => [type, { schema: type.startsWith('multipart/') ? form : {} }]),
            ),
          },
        }
      : {}),
    responses: Object.fromEntries([
      route.method === 'POST'
        ? ['201', { description: 'Taken in.', content }]
        : ['200', { description: 'Here it is.', content }],
      ...(route.method === 'GET' ? [401, 403, 404, 500, 503] : [400, 401, 403, 409, 413, 415, 422, 500, 503]).map(
        problem,
      ),
    ]),
  };
}

/** The OpenAPI 3.1 document of all stored operations and streams. */
export function openApiDocument(
  schema: GraphQLSchema,
  supergraph: DocumentNode,
  operations: readonly StoredOperation[],
): JsonSchema {
  const schemas = new Schemas(schema);
  const permissions = rootPermissions(supergraph);
  const paths: Record<string, Record<string, unknown>> = {};
  const add = (path: string, method: string, entry: unknown) => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: entry };
  };
  for (const operation of operations) {
    const root = operation.method === 'GET' ? 'Query' : 'Mutation';
    add(
      operation.path,
      operation.method,
      operationEntry(
        schemas,
        operation,
        permissions.get(`${root}.${operation.rootField}`),
        creates(operation, operations),
      ),
    );
  }
  for (const route of streamRoutes) add(route.path, route.method, streamEntry(route));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Annex',
      version: '1',
      summary: 'The engine under an information security management system',
      description:
        'Every endpoint is a stored operation on the graph at `/graphql`; the schemas are those of the graph.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    tags: [...new Set([...operations.map(({ area }) => area), ...streamRoutes.map(({ service }) => service)])].map(
      (name) => ({ name }),
    ),
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, `annex_…`.' } },
      responses: problemResponses(),
      schemas: { Problem: problemSchema, ...schemas.components },
    },
  };
}
