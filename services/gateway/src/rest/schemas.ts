import {
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const scalars: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  String: { type: 'string' },
  ID: { type: 'string' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  UUID: { type: 'string', format: 'uuid' },
  JSON: {},
};

const orNull = (schema: JsonSchema): JsonSchema => {
  if (typeof schema.type === 'string') {
    const values = schema.enum as unknown[] | undefined;
    return { ...schema, type: [schema.type, 'null'], ...(values ? { enum: [...values, null] } : {}) };
  }
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] };
};

/** Turns types of the graph into schemas; input objects become components, so that they may contain themselves. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {};
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  input(type: GraphQLInputType): JsonSchema {
    if (!isNonNullType(type)) return orNull(this.#bareInput(type));
    return this.#bareInput(type.ofType as GraphQLInputType);
  }

  #bareInput(type: GraphQLInputType): JsonSchema {
    if (isListType(type)) return { type: 'array', items: this.input(type.ofType as GraphQLInputType) };
    const named = getNamedType(type);
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map((value) => value.name) };
    if (!isInputObjectType(named)) return scalars[named.name] ?? {};
    if (!(named.name in this.components)) {
      this.components[named.name] = {};
      this.components[named.name] = this.members(type, new Set());
    }
    return { $ref: `#/components/schemas/${named.name}` };
  }

  /** The members of an input object, without those that come from elsewhere. */
  members(type: GraphQLInputType, without: ReadonlySet<string>): JsonSchema {
    const named = getNamedType(type);
    if (!isInputObjectType(named)) return {};
    const fields = Object.values(named.getFields()).filter(({ name }) => !without.has(name));
    const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    return {
      type: 'object',
      ...(named.description ? { description: named.description } : {}),
      properties: Object.fromEntries(
        fields.map((field) => [field.name, described(this.input(field.type), field.description)]),
      ),
      ...(required.length > 0 ? { required: required.map((field) => field.name) } : {}),
      additionalProperties: false,
    };
  }

  /** What is selected of a type. */
  output(type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonSchema {
    if (isNonNullType(type)) return this.#bareOutput(type.ofType as GraphQLOutputType, selection);
    return orNull(this.#bareOutput(type, selection));
  }

  #bareOutput(type: GraphQLOutputType, selection: SelectionSetNode | undefined): JsonSchema {
    if (isListType(type)) return { type: 'array', items: this.output(type.ofType as GraphQLOutputType, selection) };
    const named = getNamedType(type);
    if (isEnumType(named)) return { type: 'string', enum: named.getValues().map((value) => value.name) };
    if (!selection) return scalars[named.name] ?? {};
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const node of selection.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) continue;
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const on = this.#schema.getType(node.typeCondition?.name.value ?? named.name);
        const part = isObjectType(on) || isInterfaceType(on) ? this.#bareOutput(on, node.selectionSet) : {};
        Object.assign(properties, part.properties);
        continue;
      }
      const field = isObjectType(named) || isInterfaceType(named) ? named.getFields()[node.name.value] : undefined;
      const key = node.alias?.value ?? node.name.value;
      if (!field) {
        properties[key] = { type: 'string' };
        continue;
      }
      properties[key] = described(this.output(field.type, node.selectionSet), field.description);
      if (!node.directives?.length) required.push(key);
    }
    return {
      type: 'object',
      ...(named.description ? { description: named.description } : {}),
      properties,
      ...(required.length > 0 ? { required } : {}),
    };
  }
}

/** A reference may carry a description beside it in OpenAPI 3.1. */
function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description ? { ...schema, description } : schema;
}
