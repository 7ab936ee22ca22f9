import { AnnexError, type ServiceName, serviceNames } from '@annex/schema';
import {
  answerError,
  type GraphqlAnswer,
  type GraphqlLimits,
  type RequestInfo,
  type RequestTokens,
  unforeseen,
  variableFaults,
} from '@annex/service';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import {
  buildASTSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  GraphQLSchema,
  isEnumType,
  Kind,
  parse,
  print,
  specifiedDirectives,
} from 'graphql';
import type { Logger } from '../logger.ts';
import { answerErrors } from './answer.ts';
import { CostModel, checkCost, fieldCosts } from './cost.ts';
import { Documents, type Prepared } from './documents.ts';
import { checkTexts } from './texts.ts';
import type { Upstream } from './upstream.ts';

/** In whose name a federated operation is executed. */
export interface GraphCaller {
  readonly request: RequestInfo;
  readonly tokens: RequestTokens;
}

export interface GraphRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

/** The federated graph: all services as one schema. */
export interface Graph {
  /** What callers see. */
  readonly schema: GraphQLSchema;
  /** The composed document with its directives. */
  readonly supergraph: DocumentNode;
  /** Executes an operation. Never throws: what goes wrong is in the answer. */
  execute(asked: GraphRequest, caller: GraphCaller): Promise<GraphqlAnswer>;
}

export interface GraphOptions {
  /** The text of the composed supergraph. */
  readonly supergraph: string;
  readonly upstreams: readonly Upstream[];
  readonly limits: GraphqlLimits;
  readonly cost: number;
  readonly introspection: boolean;
  readonly log: Logger;
}

interface SubgraphRequest {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly context: GraphCaller;
}

type Handler = Awaited<ReturnType<typeof unifiedGraphHandler>>;

const texts = new WeakMap<DocumentNode, string>();
/** Plans are kept, and their documents with them: each is printed once. */
function textOf(document: DocumentNode): string {
  let text = texts.get(document);
  if (text === undefined) {
    text = print(document);
    texts.set(document, text);
  }
  return text;
}

/** The names under which a subgraph's answer holds what its operation asks for. */
function rootKeys(document: DocumentNode): string[] {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return (operation?.selectionSet.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.alias?.value ?? selection.name.value] : [],
  );
}

/** A subgraph that failed as a whole: an error for each thing that was asked of it. */
function failedAnswer(error: AnnexError, document: DocumentNode): GraphqlAnswer {
  const keys = rootKeys(document);
  if (keys.includes('_entities')) return { errors: [answerError(error)] };
  return { errors: keys.map((key) => answerError(error, { path: [key] })) };
}

/**
 * The schema by which the router cuts answers to what was asked for. It looks through the directives of every enum value that it passes on,
 * for `@inaccessible`, which nothing of ours is; without their nodes it is done at once.
 */
function projectionSchema(supergraph: DocumentNode): GraphQLSchema {
  const schema = buildASTSchema(supergraph, { assumeValid: true, assumeValidSDL: true });
  for (const type of Object.values(schema.getTypeMap())) {
    // The router reads the names of the services from the directives of this one.
    if (!isEnumType(type) || type.name === 'join__Graph') continue;
    for (const value of type.getValues()) value.astNode = undefined;
  }
  return schema;
}

/** What callers see of the router's schema: none of the directives by which services speak of themselves, and what these are made of. */
function publicSchema(routed: GraphQLSchema): GraphQLSchema {
  const { types, ...config } = routed.toConfig();
  return new GraphQLSchema({
    ...config,
    types: types.filter((type) => type.name !== 'requiresScopes__Scope'),
    directives: specifiedDirectives,
    assumeValid: true,
  });
}

/**
 * The services by name, with a field each and nothing else. Before it asks the first subgraph, the router stitches a schema of them all from
 * the supergraph, only to look whether one of them renames things, which none does: that takes as long as all else of a first query and keeps
 * every schema twice. From this there is nothing to stitch.
 */
function rosterSchema(supergraph: DocumentNode): GraphQLSchema {
  const ofFederation = /^(join|link)(__|$)/;
  const kept = supergraph.definitions.filter(
    (definition) => 'name' in definition && definition.name && ofFederation.test(definition.name.value),
  );
  const graphs = kept.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph'
      ? (definition.values ?? []).map((value) => value.name.value)
      : [],
  );
  const query = parse(
    `type Query ${graphs.map((graph) => `@join__type(graph: ${graph})`).join(' ')} {
      ${graphs.map((graph) => `${graph.toLowerCase()}: Boolean @join__field(graph: ${graph})`).join('\n')}
    }`,
    { noLocation: true },
  );
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...kept, ...query.definitions] };
  return buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
}

/**
 * Opens the federated graph: plans are made by the router's planner, their steps carried out by the upstreams. A service that does not
 * answer costs its own fields alone.
 */
export async function openGraph(options: GraphOptions): Promise<Graph> {
  const { supergraph: text, limits, log } = options;
  const supergraph = parse(text, { noLocation: true });
  const upstreams = new Map<string, Upstream>(options.upstreams.map((upstream) => [upstream.service, upstream]));

  const ask = async (name: string, asked: SubgraphRequest): Promise<GraphqlAnswer> => {
    const service = name.toLowerCase();
    const { request, tokens } = asked.context;
    try {
      const upstream = upstreams.get(service);
      if (!upstream)
        throw new AnnexError('UNAVAILABLE', `The service ${service} is not part of this installation`, {
          details: { service },
        });
      return await upstream.execute({
        document: textOf(asked.document),
        variables: asked.variables,
        operationName: asked.operationName,
        request,
        tokens,
      });
    } catch (error) {
      const { correlationId } = request;
      if (error instanceof AnnexError) log.warn({ err: error, service, correlationId }, 'a service did not answer');
      return failedAnswer(
        error instanceof AnnexError ? error : unforeseen(error, log, { service, correlationId }),
        asked.document,
      );
    }
  };

  const routing: Parameters<typeof unifiedGraphHandler>[0] = {
    unifiedGraph: projectionSchema(supergraph),
    getUnifiedGraphSDL: () => text,
    onSubgraphExecute: ((name: string, asked: SubgraphRequest) => ask(name, asked)) as never,
  };
  const { executor, unifiedGraph }: Handler = await unifiedGraphHandler(routing);
  // The handler has taken what it needs to plan and to project; what it reads from here on is for stitching alone.
  routing.unifiedGraph = rosterSchema(supergraph);
  if (!executor) throw new Error('The router has no executor');
  const schema = publicSchema(unifiedGraph);

  const documents = new Documents(schema, new CostModel(schema, fieldCosts(supergraph)), limits, {
    introspection: options.introspection,
  });

  const run = async (prepared: Prepared, asked: GraphRequest, caller: GraphCaller): Promise<GraphqlAnswer> => {
    const { document, operation } = prepared;
    const variables = asked.variables ?? {};
    const operationName = operation.name?.value;
    checkTexts(variables);
    checkCost(prepared.cost, variables, options.cost);
    const about = { correlationId: caller.request.correlationId, operationName };
    let result: { data?: Record<string, unknown> | null; errors?: readonly GraphQLError[] };
    try {
      const named = operationName ? { operationName } : {};
      result = prepared.introspection
        ? await execute({ schema, document, variableValues: variables, ...named })
        : ((await executor({ document, variables, context: caller, ...named } as never)) as typeof result);
      if (prepared.introspection && result.data === undefined) throw result.errors?.[0];
    } catch (error) {
      // Good variables are read once, by the executor; only what it refuses is looked at again, for all that is wrong.
      const faults = variableFaults(schema, operation, variables);
      if (faults) return { errors: [answerError(faults)] };
      throw error;
    }
    const errors = answerErrors(result.errors ?? [], log, about);
    // A field that must not be null and is, without a word why: the service broke its own schema.
    if (!result.data && errors.length === 0) {
      errors.push(answerError(unforeseen(new Error('A service left out what its schema promises'), log, about)));
    }
    return { data: result.data ?? null, ...(errors.length > 0 ? { errors } : {}) };
  };

  return {
    schema,
    supergraph,
    async execute(asked, caller) {
      try {
        const prepared = documents.prepare(asked.query, asked.operationName);
        return 'errors' in prepared ? { errors: prepared.errors } : await run(prepared, asked, caller);
      } catch (error) {
        const { correlationId } = caller.request;
        return {
          errors: [answerError(error instanceof AnnexError ? error : unforeseen(error, log, { correlationId }))],
        };
      }
    },
  };
}

/** The services that a supergraph was composed of. */
export function servicesOf(supergraph: DocumentNode): ServiceName[] {
  const graphs = supergraph.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  const names =
    graphs?.kind === Kind.ENUM_TYPE_DEFINITION
      ? (graphs.values ?? []).map((value) => value.name.value.toLowerCase())
      : [];
  return serviceNames.filter((name) => names.includes(name));
}
