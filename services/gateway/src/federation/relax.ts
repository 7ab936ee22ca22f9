import {
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type TypeNode,
} from 'graphql';

/** The SDL of one subgraph. */
export interface Subgraph {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

const objectsOf = ({ typeDefs }: Subgraph): ObjectNode[] =>
  typeDefs.definitions.filter(
    (node): node is ObjectNode => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION,
  );

const keysOf = (node: ObjectNode) => (node.directives ?? []).filter(({ name }) => name.value === 'key');

const isReference = (node: ObjectNode): boolean =>
  keysOf(node).every((key) =>
    (key.arguments ?? []).some(
      ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
    ),
  );

/** The service that owns each entity: the one that describes it and resolves it. */
function ownersOf(subgraphs: readonly Subgraph[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const subgraph of subgraphs) {
    for (const node of objectsOf(subgraph)) {
      if (keysOf(node).length === 0 || isReference(node)) continue;
      const described = node.kind === Kind.OBJECT_TYPE_DEFINITION && node.description !== undefined;
      if (described || !owners.has(node.name.value)) owners.set(node.name.value, subgraph.name);
    }
  }
  return owners;
}

const namedOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedOf(type.type));

/** The type with nothing in it promised: neither a list nor its items. */
function nullable(type: TypeNode): TypeNode {
  if (type.kind === Kind.NON_NULL_TYPE) return nullable(type.type);
  return type.kind === Kind.LIST_TYPE ? { ...type, type: nullable(type.type) } : type;
}

const outerNullable = (type: TypeNode): TypeNode => (type.kind === Kind.NON_NULL_TYPE ? type.type : type);

/**
 * Takes from the promises of subgraphs those that the whole cannot keep while a service is down, so that it costs its own fields alone:
 * the fields of Query, what a service adds to another's entity, and references to another's entity may be null. A service by itself still keeps
 * its promises.
 */
export function relaxPromises(subgraphs: readonly Subgraph[]): Subgraph[] {
  const owners = ownersOf(subgraphs);
  const entities = new Set(
    subgraphs.flatMap((subgraph) =>
      objectsOf(subgraph)
        .filter((node) => keysOf(node).length > 0)
        .map((node) => node.name.value),
    ),
  );
  const isForeign = (type: string, service: string) => entities.has(type) && owners.get(type) !== service;
  return subgraphs.map((subgraph) => {
    const relaxField = (node: ObjectNode, field: FieldDefinitionNode): FieldDefinitionNode => {
      const keyed = keysOf(node).some((key) =>
        (key.arguments ?? []).some(
          ({ value }) => value.kind === Kind.STRING && value.value.split(/[\s{}]+/).includes(field.name.value),
        ),
      );
      if (field.name.value.startsWith('_') || keyed) return field;
      if (isForeign(namedOf(field.type), subgraph.name)) return { ...field, type: nullable(field.type) };
      const fragile = node.name.value === 'Query' || isForeign(node.name.value, subgraph.name);
      return fragile ? { ...field, type: outerNullable(field.type) } : field;
    };
    const definitions = subgraph.typeDefs.definitions.map((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
        ? { ...node, fields: (node.fields ?? []).map((field) => relaxField(node, field)) }
        : node,
    );
    return { name: subgraph.name, typeDefs: { ...subgraph.typeDefs, definitions } };
  });
}
