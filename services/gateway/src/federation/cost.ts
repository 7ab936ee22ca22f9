import { AnnexError } from '@annex/schema';
import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What the federated graph says of a field: its weight and how long its list is taken to be. */
export type FieldCosts = ReadonlyMap<string, { readonly weight?: number; readonly assumedSize?: number }>;

const assumedListSize = 10;
const assumedPageSize = 50;

const numberOf = (directive: DirectiveNode | undefined, name: string): number | undefined => {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.INT || value?.kind === Kind.STRING ? Number(value.value) : undefined;
};

/** Reads `@cost` and `@listSize` of every field of a supergraph. */
export function fieldCosts(supergraph: DocumentNode): FieldCosts {
  const costs = new Map<string, { weight?: number; assumedSize?: number }>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const directive = (name: string) => field.directives?.find((one) => one.name.value === name);
      const weight = numberOf(directive('cost'), 'weight');
      const assumedSize = numberOf(directive('listSize'), 'assumedSize');
      if (weight === undefined && assumedSize === undefined) continue;
      costs.set(`${definition.name.value}.${field.name.value}`, {
        ...(weight === undefined ? {} : { weight }),
        ...(assumedSize === undefined ? {} : { assumedSize }),
      });
    }
  }
  return costs;
}

type Variables = Readonly<Record<string, unknown>>;
/** The cost of a part of a document, once the variables are known. */
type Cost = (variables: Variables) => number;

/**
 * Measures the operations of a document: one for each object that may have to be read, multiplied through its lists; a field with `first` or
 * `last` counts as many as it asks for. Fragments are measured once, however often they are used.
 */
export class CostModel {
  readonly #schema: GraphQLSchema;
  readonly #costs: FieldCosts;

  constructor(schema: GraphQLSchema, costs: FieldCosts) {
    this.#schema = schema;
    this.#costs = costs;
  }

  /** @param document valid for the schema */
  compile(document: DocumentNode, operation: OperationDefinitionNode): Cost {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    }
    const measured = new Map<string, Cost>();
    const defaults: Variables = Object.fromEntries(
      (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [],
      ),
    );

    const sizeArgument = (
      field: GraphQLField<unknown, unknown>,
      node: ASTNode & { arguments?: readonly unknown[] },
    ) => {
      const sliced = field.args.filter(({ name }) => name === 'first' || name === 'last');
      if (sliced.length === 0) return undefined;
      const given = (node as { arguments?: readonly { name: { value: string }; value: ASTNode }[] }).arguments ?? [];
      return (variables: Variables): number => {
        for (const argument of sliced) {
          const value = given.find(({ name }) => name.value === argument.name)?.value;
          if (value?.kind === Kind.INT) return Number(value.value);
          if (value?.kind !== Kind.VARIABLE) continue;
          const size = variables[value.name.value] ?? defaults[value.name.value];
          if (typeof size === 'number') return size;
        }
        const fallback = sliced.find(({ defaultValue }) => typeof defaultValue === 'number')?.defaultValue;
        return typeof fallback === 'number' ? fallback : assumedPageSize;
      };
    };

    const measureSet = (set: SelectionSetNode, typeName: string): Cost => {
      const parts: Cost[] = [];
      for (const selection of set.selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          parts.push(measureFragment(selection.name.value));
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          parts.push(measureSet(selection.selectionSet, selection.typeCondition?.name.value ?? typeName));
        } else {
          const type = this.#schema.getType(typeName);
          const field =
            isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
          if (!field) continue;
          const known = this.#costs.get(`${typeName}.${field.name}`);
          const named = getNamedType(field.type);
          const weight = known?.weight ?? (isCompositeType(named) ? 1 : 0);
          const inner = selection.selectionSet ? measureSet(selection.selectionSet, named.name) : () => 0;
          const bare = isNonNullType(field.type) ? field.type.ofType : field.type;
          // The length of a connection's own lists is that which the connection was asked for.
          const listed = isListType(bare) && !typeName.endsWith('Connection');
          const fixed = listed ? (known?.assumedSize ?? assumedListSize) : 1;
          const size = sizeArgument(field as GraphQLField<unknown, unknown>, selection);
          parts.push((variables) => (size ? Math.max(1, size(variables)) : fixed) * (weight + inner(variables)));
        }
      }
      return (variables) => parts.reduce((sum, part) => sum + part(variables), 0);
    };

    const measureFragment = (name: string): Cost => {
      const known = measured.get(name);
      if (known) return known;
      const fragment = fragments.get(name);
      if (!fragment) return () => 0;
      const cost = measureSet(fragment.selectionSet, fragment.typeCondition.name.value);
      let [seen, last]: [Variables | undefined, number] = [undefined, 0];
      // Fragments in fragments would otherwise be added up again at each use, twice as often a level.
      const once: Cost = (variables) => {
        if (seen !== variables) [seen, last] = [variables, cost(variables)];
        return last;
      };
      measured.set(name, once);
      return once;
    };

    const root = operation.operation === 'mutation' ? this.#schema.getMutationType() : this.#schema.getQueryType();
    return root ? measureSet(operation.selectionSet, root.name) : () => 0;
  }
}

/** @throws AnnexError QUERY_TOO_COMPLEX */
export function checkCost(cost: Cost, variables: Variables, allowed: number): void {
  const given = cost({ ...variables });
  if (given <= allowed) return;
  throw new AnnexError('QUERY_TOO_COMPLEX', `The cost of the query is ${given}; ${allowed} is allowed`, {
    details: { limit: 'cost', given, allowed },
  });
}
