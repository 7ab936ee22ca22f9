import { isPermission } from '@annex/schema';
import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { declaredScopes, directivesOf } from './scopes.ts';

type Complain = (where: string, what: string) => void;

const isRoot = (schema: GraphQLSchema, type: GraphQLNamedType) =>
  type === schema.getQueryType() || type === schema.getMutationType() || type === schema.getSubscriptionType();

/** Federation's own elements, and what belongs to GraphQL itself. */
const isForeign = (name: string) =>
  name.startsWith('_') || name.startsWith('federation__') || name.startsWith('link__');

function checkScopes(where: string, element: Parameters<typeof declaredScopes>[0], complain: Complain): void {
  const scopes = declaredScopes(element);
  if (!scopes || scopes.length === 0 || scopes.some((set) => set.length === 0)) {
    complain(where, 'has no @requiresScopes, or one that asks for nothing');
    return;
  }
  for (const scope of scopes.flat())
    if (!isPermission(scope)) complain(where, `requires ${scope}, which is no permission`);
}

/** The fields outside of mutations that return a payload, by its type: looked up for each of them, and so gathered once. */
function payloadsElsewhere(schema: GraphQLSchema): Map<GraphQLNamedType, string[]> {
  const found = new Map<GraphQLNamedType, string[]>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type === schema.getMutationType() || !(isObjectType(type) || isInterfaceType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      const returned = getNamedType(field.type);
      if (!returned.name.endsWith('Payload')) continue;
      found.set(returned, [...(found.get(returned) ?? []), `${type.name}.${field.name}`]);
    }
  }
  return found;
}

/**
 * What lists and mutations are made of carries no scopes of its own: a connection and an edge ask for what their node asks for,
 * a payload is reached by its mutation alone. Each must have the shape and the place from which that follows.
 */
function checkObjectScopes(
  type: GraphQLObjectType,
  misplaced: ReturnType<typeof payloadsElsewhere>,
  complain: Complain,
): void {
  if (type.name === 'PageInfo') return;
  if (declaredScopes(type) !== undefined) {
    checkScopes(type.name, type, complain);
    return;
  }
  const inner = (name: string) => {
    const field = type.getFields()[name];
    return field && getNamedType(field.type);
  };
  if (type.name.endsWith('Connection')) {
    if (!inner('edges')?.name.endsWith('Edge'))
      complain(type.name, 'is no connection: it has no edges of a type named …Edge');
  } else if (type.name.endsWith('Edge')) {
    const node = inner('node');
    if (!node || /(Edge|Connection|Payload)$/.test(node.name))
      complain(type.name, 'is no edge: it has no node with scopes');
  } else if (type.name.endsWith('Payload')) {
    for (const where of misplaced.get(type) ?? []) complain(where, `returns ${type.name}, which only a mutation may`);
  } else {
    checkScopes(type.name, type, complain);
  }
}

function checkMutation(field: GraphQLField<unknown, unknown>, complain: Complain): void {
  const where = `Mutation.${field.name}`;
  const [input, ...more] = field.args;
  if (input?.name !== 'input' || more.length > 0) {
    complain(where, 'must take exactly one argument, named input');
  } else if (!isNonNullType(input.type) || !isInputObjectType(getNamedType(input.type))) {
    complain(where, 'must take its input as a non-null input object');
  }
  if (!getNamedType(field.type).name.endsWith('Payload')) complain(where, 'must return a type named …Payload');
}

/** The fields of a `@key`, which an extension of another service's entity repeats without describing them again. */
function keyFields(type: GraphQLNamedType): Set<string> {
  const keys = directivesOf(type).filter((directive) => directive.name.value === 'key');
  const texts = keys
    .flatMap((key) => key.arguments ?? [])
    .flatMap((argument) => (argument.value.kind === 'StringValue' ? argument.value.value.split(/[\s{}]+/) : []));
  return new Set(texts);
}

function checkDescriptions(type: GraphQLNamedType, root: boolean, complain: Complain): void {
  const undescribed = (element: { description?: string | null | undefined }) => !element.description?.trim();
  // A type without a definition of its own only extends another service's, which describes it.
  const extended = !type.astNode?.loc && type.extensionASTNodes.length > 0;
  if (!root && !extended && undescribed(type)) complain(type.name, 'has no description');
  if (isEnumType(type)) {
    for (const value of type.getValues())
      if (undescribed(value)) complain(`${type.name}.${value.name}`, 'has no description');
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return;
  const borrowed = extended ? keyFields(type) : new Set<string>();
  for (const field of Object.values(type.getFields())) {
    if (isForeign(field.name) || borrowed.has(field.name)) continue;
    const external = directivesOf(field).some((directive) => directive.name.value === 'external');
    if (!external && undescribed(field)) complain(`${type.name}.${field.name}`, 'has no description');
    if (!('args' in field)) continue;
    for (const argument of field.args) {
      // The input of a mutation is described by its type.
      if (undescribed(argument) && argument.name !== 'input') {
        complain(`${type.name}.${field.name}(${argument.name})`, 'has no description');
      }
    }
  }
}

/**
 * What is wrong with a subgraph by the house's rules: a root field or an object type without `@requiresScopes`, anything
 * without a description, a mutation that does not take one `input` and return a payload.
 * @returns one sentence for each offence; none for a schema that may be served
 */
export function offences(schema: GraphQLSchema): string[] {
  const found: string[] = [];
  const complain: Complain = (where, what) => found.push(`${where} ${what}`);
  const misplaced = payloadsElsewhere(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (
      isForeign(type.name) ||
      isSpecifiedScalarType(type) ||
      !(type.astNode?.loc || type.extensionASTNodes.length > 0)
    )
      continue;
    const root = isRoot(schema, type);
    checkDescriptions(type, root, complain);
    if (isInterfaceType(type) && directivesOf(type).some((directive) => directive.name.value === 'key')) {
      complain(type.name, 'is an interface with a @key; give the key to its types');
    }
    if (!isObjectType(type)) continue;
    if (!root) {
      checkObjectScopes(type, misplaced, complain);
      continue;
    }
    for (const field of Object.values(type.getFields())) {
      if (isForeign(field.name)) continue;
      checkScopes(`${type.name}.${field.name}`, field, complain);
      if (type === schema.getMutationType()) checkMutation(field, complain);
    }
  }
  return found;
}
