import { AnnexError, isPermission, type Permission } from '@annex/schema';
import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
} from 'graphql';
import type { CallContext } from './module.ts';
import { asError, needsSettling, settle } from './values.ts';

/**
 * What `@requiresScopes` asks for: one of several sets of permissions, all of a set. No set at all is open to everybody who
 * is authenticated.
 */
export type Requirement = readonly (readonly Permission[])[];

const open: Requirement = [];

interface Annotated {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;
  readonly extensionASTNodes?: readonly { readonly directives?: readonly ConstDirectiveNode[] | undefined }[];
}

/** The directives of a type or field, also those of its extensions. */
export function directivesOf(element: Annotated): ConstDirectiveNode[] {
  return [element.astNode, ...(element.extensionASTNodes ?? [])].flatMap((node) => node?.directives ?? []);
}

/** The scopes that an element's own `@requiresScopes` names, as text; undefined where it has none. */
export function declaredScopes(element: Annotated): string[][] | undefined {
  const directive = directivesOf(element).find((one) => one.name.value === 'requiresScopes');
  const value = directive?.arguments?.find((argument) => argument.name.value === 'scopes')?.value;
  if (value?.kind !== Kind.LIST) return undefined;
  return value.values.map((set) =>
    set.kind === Kind.LIST ? set.values.map((scope) => (scope.kind === Kind.STRING ? scope.value : '')) : [],
  );
}

function ownRequirement(element: Annotated): Requirement {
  return (declaredScopes(element) ?? []).map((set) => set.filter(isPermission));
}

/** Both `a` and `b`: each way to meet one joined with each way to meet the other. */
function both(a: Requirement, b: Requirement): Requirement {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return a.flatMap((one) => b.map((other) => [...new Set([...one, ...other])]));
}

/** Whether everyone who meets `a` meets `b` too. */
function implies(a: Requirement, b: Requirement): boolean {
  if (b.length === 0) return true;
  return a.length > 0 && a.every((held) => b.some((set) => set.every((permission) => held.includes(permission))));
}

/**
 * Which permission is missing, told by the set that lacks the fewest.
 * @returns undefined when the requirement is met
 */
export function missingPermissions(
  requirement: Requirement,
  held: ReadonlySet<Permission>,
): readonly Permission[] | undefined {
  if (requirement.length === 0) return undefined;
  let fewest: Permission[] | undefined;
  for (const set of requirement) {
    const missing = set.filter((permission) => !held.has(permission));
    if (missing.length === 0) return undefined;
    if (!fewest || missing.length < fewest.length) fewest = missing;
  }
  return fewest;
}

function refusal(what: string, requirement: Requirement, context: CallContext): AnnexError | undefined {
  const missing = missingPermissions(requirement, context.caller.permissions);
  if (!missing) return undefined;
  return new AnnexError('FORBIDDEN', `${what} needs the permission ${missing.join(' and ')}`, {
    details: { missing: [...missing] },
  });
}

/**
 * What one must hold to get an object of a type. A connection and an edge ask for what their node asks for; a payload, reached by
 * its mutation alone, asks for nothing by itself.
 */
export function requirementOf(type: GraphQLNamedType): Requirement {
  if (!isObjectType(type) && !isInterfaceType(type)) return open;
  let known = requirements.get(type);
  if (!known) {
    known = findRequirement(type);
    requirements.set(type, known);
  }
  return known;
}

const requirements = new WeakMap<GraphQLNamedType, Requirement>();

function findRequirement(type: GraphQLObjectType | GraphQLInterfaceType): Requirement {
  const own = ownRequirement(type);
  if (own.length > 0) return own;
  const inner = type.name.endsWith('Connection') ? 'edges' : type.name.endsWith('Edge') ? 'node' : undefined;
  const field = inner === undefined ? undefined : type.getFields()[inner];
  return field ? requirementOf(getNamedType(field.type)) : open;
}

type Resolve = GraphQLFieldResolver<unknown, CallContext>;

/** Puts the check before a field's resolver, unless reaching its parent has proved it already. */
function guardField(parent: GraphQLObjectType, field: GraphQLField<unknown, CallContext>, root: boolean): void {
  const requirement = both(ownRequirement(field), requirementOf(getNamedType(field.type)));
  const checked = requirement.length > 0 && (root || !implies(requirementOf(parent), requirement));
  const settled =
    needsSettling(field.type) && (field.resolve !== undefined || isAbstractType(getNamedType(field.type)));
  if (!checked && !settled) return;
  const resolve: Resolve = field.resolve ?? defaultFieldResolver;
  const what = `${parent.name}.${field.name}`;
  field.resolve = (source, args, context, info) => {
    const refused = checked ? refusal(what, requirement, context) : undefined;
    // A rejection rather than a throw: the compiled executor reports a synchronous throw of a non-null field twice.
    if (refused) return Promise.reject(refused);
    const value = resolve(source, args, context, info);
    return settled ? settle(value, field.type, (member, type) => judgeMember(member, type, context, info)) : value;
  };
}

/** A union or interface tells only by the value which type it is, so each value is judged by its own. */
function judgeMember(
  value: unknown,
  type: GraphQLAbstractType,
  context: CallContext,
  info: GraphQLResolveInfo,
): unknown {
  try {
    const name = (type.resolveType ?? defaultTypeResolver)(value, context, info, type);
    const member = typeof name === 'string' ? info.schema.getType(name) : undefined;
    if (!member) return new Error(`${type.name} cannot tell the type of a value: ${String(name)}`);
    return refusal(member.name, requirementOf(member), context) ?? value;
  } catch (error) {
    return asError(error);
  }
}

interface SubgraphExtensions {
  apollo?: { subgraph?: { resolveReference?: (reference: unknown, context: CallContext, info: unknown) => unknown } };
}

/**
 * Puts the check before `_entities` hands out an object of the type. Failures are values, not rejections: the compiled executor
 * loses the place of a list's rejected item.
 */
function guardReferences(type: GraphQLObjectType): void {
  const extensions = type.extensions as SubgraphExtensions;
  const load = extensions.apollo?.subgraph?.resolveReference ?? ((reference: unknown) => reference);
  const requirement = requirementOf(type);
  const guarded = async (reference: unknown, context: CallContext, info: unknown): Promise<unknown> => {
    const refused = refusal(type.name, requirement, context);
    if (refused) return refused;
    try {
      return await load(reference, context, info);
    } catch (error) {
      return asError(error);
    }
  };
  type.extensions = { ...extensions, apollo: { subgraph: { resolveReference: guarded } } };
}

/** Makes the schema ask for the permissions that its `@requiresScopes` name. Requirements are computed here, once. */
export function enforceScopes(schema: GraphQLSchema): void {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    const root = roots.has(type);
    for (const field of Object.values(type.getFields())) {
      if (!field.name.startsWith('_')) guardField(type, field, root);
    }
  }
  const entities = schema.getType('_Entity');
  if (isUnionType(entities)) for (const type of entities.getTypes()) guardReferences(type);
}
