import { AnnexError, errorCatalogue } from '@annex/schema';
import type { FastifyInstance } from 'fastify';
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import mercurius from 'mercurius';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { RequestInfo } from '../identity/caller.ts';
import type { Metrics } from '../metrics.ts';
import { RequestContext } from './context.ts';
import { VariableDefaults } from './defaults.ts';
import {
  type AnsweredError,
  answerError,
  documentErrors,
  executionErrors,
  unforeseen,
  variableFaults,
} from './errors.ts';
import { checkDocumentSize, defaultLimits, type GraphqlLimits, limitsRule } from './limits.ts';

/** One operation to execute, and in whose name. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
  readonly request: RequestInfo;
}

export interface GraphqlAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly AnsweredError[];
}

/** Executes an operation of the service. Never throws: what goes wrong is in the answer. */
export type Execute = (request: GraphqlRequest) => Promise<GraphqlAnswer>;

export interface ExecutorOptions<T> {
  readonly schema: GraphQLSchema;
  readonly database: Database<T>;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly limits?: Partial<GraphqlLimits>;
}

/** What mercurius throws when it does not execute: the reasons in `errors`. */
function refusalsIn(error: unknown): readonly GraphQLError[] | undefined {
  const { errors } = (error ?? {}) as { errors?: unknown };
  return Array.isArray(errors) && errors.every((one) => one instanceof GraphQLError) ? errors : undefined;
}

/**
 * The executor of a service, through mercurius with compilation of repeated documents, without its routes. HTTP and calls in the
 * same process use this one function.
 * @param app where mercurius is registered; the executor works once the app is ready
 */
export async function createExecutor<T>(app: FastifyInstance, options: ExecutorOptions<T>): Promise<Execute> {
  const { schema, database, log, metrics } = options;
  const limits = { ...defaultLimits, ...options.limits };
  await app.register(mercurius, {
    schema,
    routes: false,
    // Compiled when a document comes for the second time: the compiler costs more than one execution saves.
    jit: 1,
    validationRules: [limitsRule(limits)],
    graphql: { parseOptions: { maxTokens: Math.ceil(limits.documentBytes / 4) } },
    // The errors go on as they are; they are answered below, where it is known whether anything was executed.
    errorFormatter: (execution) => ({ statusCode: 200, response: execution as never }),
  });

  const defaults = new VariableDefaults();

  const refused = (errors: readonly GraphQLError[], asked: GraphqlRequest): AnsweredError[] => {
    let document: DocumentNode | undefined;
    try {
      document = parse(asked.query);
    } catch {
      return documentErrors(errors);
    }
    const operation = getOperationAST(document, asked.operationName);
    const aboutVariables = errors.every((error) => /^Variable "\$/.test(error.message));
    const faults = operation && aboutVariables ? variableFaults(schema, operation, asked.variables ?? {}) : undefined;
    return faults ? [answerError(faults)] : documentErrors(errors);
  };

  const run = async (asked: GraphqlRequest, context: RequestContext<T>): Promise<GraphqlAnswer> => {
    const { query, variables, operationName } = asked;
    checkDocumentSize(query, limits);
    // Documents are kept by their text alone, so the name of the chosen operation must be part of it. The comment also keeps
    // mercurius from taking JSON for a document that is parsed already.
    const source = `${query}\n#${operationName && /^\w+$/.test(operationName) ? operationName : ''}`;
    let result: { data?: Record<string, unknown> | null; errors?: readonly GraphQLError[] };
    try {
      const complete = defaults.apply(query, operationName, variables ?? {});
      result = (await app.graphql(source, context as never, complete, operationName ?? undefined)) as never;
    } catch (error) {
      const errors = refusalsIn(error);
      if (!errors) throw error;
      return { errors: refused(errors, asked) };
    }
    if (!result.errors || result.errors.length === 0) return { data: result.data ?? null };
    if (result.data === undefined) return { errors: refused(result.errors, asked) };
    const { correlationId } = asked.request;
    return { data: result.data, errors: executionErrors(result.errors, log, { correlationId, operationName }) };
  };

  return async (asked) => {
    const started = performance.now();
    const { correlationId } = asked.request;
    const context = new RequestContext(database, asked.request, log);
    let answer: GraphqlAnswer;
    try {
      answer = await run(asked, context);
    } catch (error) {
      const known = error instanceof AnnexError ? error : unforeseen(error, log, { correlationId });
      answer = { errors: [answerError(known)] };
    }
    // The answer is complete: it does not wait for the read transaction to end, and one that could not be ended takes nothing away from it.
    context.close().catch((error: unknown) => {
      log.warn({ err: error, correlationId }, 'a read transaction did not end as it should');
    });
    if (metrics) {
      const kind = /^\s*mutation\b/.test(asked.query) ? 'mutation' : 'query';
      metrics.graphql.observe({ kind, outcome: answer.errors ? 'error' : 'ok' }, (performance.now() - started) / 1000);
      for (const error of answer.errors ?? []) metrics.errors.inc({ code: error.extensions.code });
    }
    return answer;
  };
}

/** The HTTP status of an answer: 200 where anything was executed, that of the first error where nothing was. */
export function statusOf(answer: GraphqlAnswer): number {
  if (answer.data !== undefined) return 200;
  const [first] = answer.errors ?? [];
  return first?.extensions.status ?? errorCatalogue.INTERNAL.status;
}
