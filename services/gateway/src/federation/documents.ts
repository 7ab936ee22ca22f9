import {
  type AnsweredError,
  checkDocumentSize,
  checkNesting,
  documentErrors,
  type GraphqlLimits,
  limitsRule,
} from '@annex/service';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { CostModel } from './cost.ts';
import { textsRule } from './texts.ts';

/** An operation that may be executed. */
export interface Prepared {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly introspection: boolean;
  readonly cost: (variables: Readonly<Record<string, unknown>>) => number;
}

export type Preparation = Prepared | { readonly errors: readonly AnsweredError[] };

const remembered = 1000;

/** Parsed and checked documents by their text: a document that comes again costs a look-up, and keeps its plan. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #costs: CostModel;
  readonly #limits: GraphqlLimits;
  readonly #rules;
  readonly #known = new Map<string, Preparation>();

  constructor(schema: GraphQLSchema, costs: CostModel, limits: GraphqlLimits, options: { introspection: boolean }) {
    this.#schema = schema;
    this.#costs = costs;
    this.#limits = limits;
    // Limits first: the other rules take long on what the limits refuse.
    this.#rules = [
      limitsRule(limits),
      ...specifiedRules,
      textsRule,
      ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule]),
    ];
  }

  /** @throws AnnexError QUERY_TOO_COMPLEX for a text that is too long or nested too deep */
  prepare(text: string, operationName?: string | null): Preparation {
    checkDocumentSize(text, this.#limits);
    const key = `${operationName ?? ''}\n${text}`;
    const known = this.#known.get(key);
    if (known) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const made = this.#prepare(text, operationName);
    this.#known.set(key, made);
    if (this.#known.size > remembered) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    return made;
  }

  #prepare(text: string, operationName?: string | null): Preparation {
    checkNesting(text);
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: Math.ceil(this.#limits.documentBytes / 4) });
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: documentErrors([error]) };
      throw error;
    }
    const [limits, ...others] = this.#rules;
    const refuse = (message: string) => ({ errors: documentErrors([new GraphQLError(message)]) });
    const oversized = limits ? validate(this.#schema, document, [limits]) : [];
    if (oversized.length > 0) return { errors: documentErrors(oversized) };
    const faults = validate(this.#schema, document, others, { maxErrors: 20 });
    if (faults.length > 0) return { errors: documentErrors(faults) };
    const operation = getOperationAST(document, operationName);
    if (!operation)
      return refuse('The document has no such operation, or several and none was chosen by operationName');
    if (operation.operation === 'subscription') return refuse('Subscriptions are not offered');
    const introspection = introspects(document, operation);
    if (introspection === 'mixed') return refuse('Ask for __schema and __type in an operation of their own');
    const cost = this.#costs.compile(document, operation);
    return { document, operation, introspection: introspection === 'all', cost };
  }
}

/** Whether an operation asks about the schema: the planner knows the data alone, so the two are never mixed. */
function introspects(document: DocumentNode, operation: OperationDefinitionNode): 'all' | 'none' | 'mixed' {
  const names = new Set<string>();
  const visited = new Set<string>();
  const collect = (set: OperationDefinitionNode['selectionSet']): void => {
    for (const selection of set.selections) {
      if (selection.kind === 'Field') names.add(selection.name.value);
      else if (selection.kind === 'InlineFragment') collect(selection.selectionSet);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        for (const definition of document.definitions) {
          if (definition.kind === 'FragmentDefinition' && definition.name.value === selection.name.value)
            collect(definition.selectionSet);
        }
      }
    }
  };
  collect(operation.selectionSet);
  const asked = [...names].filter((name) => name !== '__typename');
  const meta = asked.filter((name) => name.startsWith('__'));
  if (meta.length === 0) return asked.length === 0 ? 'all' : 'none';
  return meta.length === asked.length ? 'all' : 'mixed';
}
