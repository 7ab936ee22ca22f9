import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Selections that operations share, by name. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const keyOf = (node: SelectionNode) => (node.kind === Kind.FIELD ? (node.alias ?? node.name).value : undefined);

/** Adds a selection to others; a field that is among them is selected once, with what both select of it. */
function joined(selections: readonly SelectionNode[], added: SelectionNode): SelectionNode[] {
  const key = keyOf(added);
  const index = key === undefined ? -1 : selections.findIndex((one) => keyOf(one) === key);
  const before = selections[index];
  if (before?.kind !== Kind.FIELD || added.kind !== Kind.FIELD) return [...selections, added];
  const inner = [...(before.selectionSet?.selections ?? []), ...(added.selectionSet?.selections ?? [])];
  const both: FieldNode = {
    ...before,
    // Who says it without a condition wants it in any case.
    directives: added.directives?.length ? (before.directives ?? []) : [],
    ...(inner.length > 0 ? { selectionSet: { kind: Kind.SELECTION_SET, selections: inner } } : {}),
  };
  return selections.with(index, both);
}

function typeOfField(type: GraphQLNamedType | undefined, name: string): GraphQLNamedType | undefined {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return field && getNamedType(field.type);
}

/**
 * Spells out what an operation selects, with what its fragments select in the place of their spreads, and tells which fragments these are.
 * The operation is valid; a fragment on another type than that of its place becomes an inline one.
 */
export function spellOut(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): { readonly operation: OperationDefinitionNode; readonly used: readonly FragmentDefinitionNode[] } {
  const used = new Set<FragmentDefinitionNode>();
  const flat = (set: SelectionSetNode, place: string | undefined): SelectionNode[] =>
    set.selections.flatMap((node): SelectionNode[] => {
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : undefined;
      if (!fragment) return [node];
      used.add(fragment);
      const { typeCondition, selectionSet } = fragment;
      if (typeCondition.name.value === place && !node.directives?.length) return flat(selectionSet, place);
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives: node.directives ?? [], selectionSet }];
    });
  const spell = (set: SelectionSetNode, type: GraphQLNamedType | undefined): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: flat(set, type?.name)
      .reduce(joined, [] as SelectionNode[])
      .map((node) => {
        if (node.kind === Kind.FRAGMENT_SPREAD || !node.selectionSet) return node;
        if (node.kind === Kind.FIELD)
          return { ...node, selectionSet: spell(node.selectionSet, typeOfField(type, node.name.value)) };
        const on = node.typeCondition ? schema.getType(node.typeCondition.name.value) : type;
        return { ...node, selectionSet: spell(node.selectionSet, on) };
      }),
  });
  const root = schema.getRootType(operation.operation) ?? undefined;
  const spelled = { ...operation, selectionSet: spell(operation.selectionSet, root) };
  return { operation: spelled, used: [...used] };
}
