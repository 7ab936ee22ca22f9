import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { type Fragments, spellOut } from './fragments.ts';

/** A variable that comes from the path or the query string. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: GraphQLInputType;
  readonly required: boolean;
  readonly fallback?: unknown;
  readonly description: string;
}

/** The variable `input`: the body, and of it what path and If-Match say. */
export interface Body {
  readonly type: GraphQLInputType;
  readonly fromPath: readonly Parameter[];
  /** Whether the version that was read must be sent as If-Match. */
  readonly versioned: boolean;
  /** Whether there is a body at all: what is taken away is named by path and If-Match. */
  readonly sent: boolean;
}

export type ResponseShape = 'entity' | 'list' | 'connection';

/** A stored operation: one file that makes a REST endpoint and its entry in the OpenAPI document. */
export interface StoredOperation {
  readonly name: string;
  readonly area: string;
  readonly summary: string;
  readonly description: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The document without `@rest`, with the fragments that it uses. */
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  /** Where the entity is within what is answered: nowhere else ([]), or beside what only this answer tells, such as a secret. */
  readonly entity: readonly string[] | undefined;
  /** How the answer is unwrapped: the keys from the data to what is answered. */
  readonly unwrap: readonly string[];
  readonly shape: ResponseShape;
  /** What is answered: its field in the schema and what is selected of it. */
  readonly field: GraphQLField<unknown, unknown>;
  readonly rootField: string;
  /** Without spreads: fragments are spelled out. */
  readonly selection: SelectionSetNode | undefined;
}

const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;

/** The comment lines before the operation: the first line is the summary. */
function leadingComment(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) lines.push(line.replace(/^#\s?/, '').trimEnd());
    else if (line.trim() !== '') break;
  }
  return lines;
}

function restOf(operation: OperationDefinitionNode): { method: StoredOperation['method']; path: string } {
  const directive = operation.directives?.find((one) => one.name.value === 'rest');
  const text = (name: string): string => {
    const value: ValueNode | undefined = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
    return value?.kind === Kind.ENUM || value?.kind === Kind.STRING ? value.value : '';
  };
  const method = methods.find((known) => known === text('method'));
  const path = text('path');
  if (!method || !/^\/v1(\/[a-z-]+|\/\{[a-zA-Z]+\})+$/.test(path)) {
    throw new Error('needs @rest(method: GET, path: "/v1/…") with a path of words and {names}');
  }
  return { method, path };
}

/** Whether an operation creates something with an address: that of the operation that reads one of them. */
export function creates({ method, path, entity, shape }: StoredOperation, all: readonly StoredOperation[]): boolean {
  const prefix = `${path}/{`;
  const reads = (one: StoredOperation) =>
    one.method === 'GET' && one.path.startsWith(prefix) && /^\w+\}$/.test(one.path.slice(prefix.length));
  return method === 'POST' && shape === 'entity' && entity !== undefined && all.some(reads);
}

/** The operation as GraphQL knows it. */
export const withoutRest = (operation: OperationDefinitionNode): OperationDefinitionNode => ({
  ...operation,
  directives: operation.directives?.filter((directive) => directive.name.value !== 'rest') ?? [],
});

const bare = <T>(type: T): T => (isNonNullType(type) ? (type.ofType as T) : type);

/** Follows a payload to its one entity, so that the response is the entity and not its wrapping; a lone id is told with its name. */
function unwrapped(schema: GraphQLSchema, operation: OperationDefinitionNode) {
  const root = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  const only = (set: SelectionSetNode | undefined) => {
    const [selection, ...others] = set?.selections ?? [];
    return selection?.kind === Kind.FIELD && others.length === 0 ? selection : undefined;
  };
  const node = only(operation.selectionSet);
  const field = node && root?.getFields()[node.name.value];
  if (!node || !field) throw new Error('must select exactly one root field');
  const keys = [node.alias?.value ?? node.name.value];
  const type = getNamedType(field.type);
  const inner = type.name.endsWith('Payload') ? only(node.selectionSet) : undefined;
  const innerField = inner && isObjectType(type) ? type.getFields()[inner.name.value] : undefined;
  if (inner?.selectionSet && innerField) {
    keys.push(inner.alias?.value ?? inner.name.value);
    return { keys, rootField: field.name, field: innerField, selection: inner.selectionSet };
  }
  return { keys, rootField: field.name, field, selection: node.selectionSet };
}

/** Where in an answer the entity is that has the id. */
function entityIn(selection: SelectionSetNode | undefined): readonly string[] | undefined {
  const fields = (set: SelectionSetNode | undefined) =>
    (set?.selections ?? []).filter((one) => one.kind === Kind.FIELD);
  const identified = (set: SelectionSetNode | undefined) => fields(set).some(({ name }) => name.value === 'id');
  if (identified(selection)) return [];
  const [found, ...others] = fields(selection).filter(({ selectionSet }) => identified(selectionSet));
  return found && others.length === 0 ? [found.alias?.value ?? found.name.value] : undefined;
}

function shapeOf(field: GraphQLField<unknown, unknown>): ResponseShape {
  if (isListType(bare(field.type))) return 'list';
  return getNamedType(field.type).name.endsWith('Connection') ? 'connection' : 'entity';
}

/** What the schema says of a variable: the description of the argument, or of the member of one, that it is given to. */
function describeVariable(schema: GraphQLSchema, operation: OperationDefinitionNode, name: string): string {
  const within = (value: ValueNode, type: GraphQLInputType, description: string): string | undefined => {
    if (value.kind === Kind.VARIABLE) return value.name.value === name ? description : undefined;
    const named = getNamedType(type);
    if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return undefined;
    for (const member of value.fields) {
      const field = named.getFields()[member.name.value];
      const found = field && within(member.value, field.type, field.description ?? '');
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const among = (selections: readonly SelectionNode[], type: unknown): string | undefined => {
    if (!isObjectType(type)) return undefined;
    for (const selection of selections) {
      const field = selection.kind === Kind.FIELD ? type.getFields()[selection.name.value] : undefined;
      if (selection.kind !== Kind.FIELD || !field) continue;
      for (const { name: argumentName, value } of selection.arguments ?? []) {
        const argument = field.args.find((one) => one.name === argumentName.value);
        const found = argument && within(value, argument.type, argument.description ?? '');
        if (found !== undefined) return found;
      }
      const found = among(selection.selectionSet?.selections ?? [], getNamedType(field.type));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const root = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  const found = among(operation.selectionSet.selections, root);
  if (found !== undefined) return found;
  return name === 'withTotal' ? 'Whether to count how many there are in all.' : '';
}

/**
 * What endpoint an operation makes.
 * @param operation valid for the schema, apart from `@rest`
 * @param source its text, which begins with the comment that describes it
 * @param fragments what it may spread
 * @throws Error that says what is wrong with it as an endpoint
 */
export function describeOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  source: string,
  area: string,
  fragments: Fragments,
): StoredOperation {
  const [summary = '', ...more] = leadingComment(source);
  if (summary === '') throw new Error('needs a comment before the operation that says what it does');
  const { method, path } = restOf(operation);
  if ((operation.operation === 'query') !== (method === 'GET')) throw new Error('a query is a GET, a mutation none');

  const { operation: spelled, used } = spellOut(schema, operation, fragments);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const parameters: Parameter[] = [];
  let body: Body | undefined;
  for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, typeNode as never) as GraphQLInputType;
    const input = getNamedType(type);
    if (name === 'input' && isInputObjectType(input)) {
      const members = input.getFields();
      const fromPath = inPath.flatMap((member): Parameter[] => {
        const field = members[member];
        return field
          ? [{ name: member, in: 'path', type: field.type, required: true, description: field.description ?? '' }]
          : [];
      });
      const versioned = (method === 'PATCH' || method === 'DELETE') && members.expectedVersion !== undefined;
      body = { type, fromPath, versioned, sent: method !== 'DELETE' };
      parameters.push(...fromPath);
      continue;
    }
    if (isInputObjectType(input))
      throw new Error(`$${name} is an object and not named input, so it has no place in a path or query`);
    const where = inPath.includes(name) ? 'path' : 'query';
    parameters.push({
      name,
      in: where,
      type,
      required: where === 'path' || (isNonNullType(type) && !defaultValue),
      description: describeVariable(schema, spelled, name),
      ...(defaultValue ? { fallback: valueFromASTUntyped(defaultValue) } : {}),
    });
  }
  const missing = inPath.filter(
    (name) => !parameters.some((parameter) => parameter.name === name && parameter.in === 'path'),
  );
  if (missing.length > 0)
    throw new Error(`{${missing.join('}, {')}} of the path is neither a variable nor a member of input`);
  const { keys, rootField, field, selection } = unwrapped(schema, spelled);
  return {
    name: operation.name?.value ?? '',
    area,
    summary,
    description: more.join('\n').trim(),
    method,
    path,
    text: print({ kind: Kind.DOCUMENT, definitions: [withoutRest(operation), ...used] }),
    parameters,
    ...(body ? { body } : {}),
    unwrap: keys,
    entity: entityIn(selection),
    rootField,
    field,
    selection,
    shape: shapeOf(field),
  };
}
