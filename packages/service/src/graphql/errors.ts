import { randomUUID } from 'node:crypto';
import { AnnexError, type ErrorCode, errorCatalogue, type FieldFault } from '@annex/schema';
import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { Logger } from 'pino';

/** An error as GraphQL answers carry it. `extensions.code` is the contract, see the error catalogue. */
export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: {
    readonly code: ErrorCode;
    readonly status: number;
    readonly help: string;
    readonly faults?: readonly FieldFault[];
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/**
 * The unforeseen, for the caller: a reference and nothing else. What it was goes to the log under that reference.
 */
export function unforeseen(error: unknown, log: Logger, about: Record<string, unknown> = {}): AnnexError {
  const reference = randomUUID();
  log.error({ ...about, err: error, reference }, 'something unforeseen went wrong');
  return new AnnexError('INTERNAL', errorCatalogue.INTERNAL.title, { details: { reference }, cause: error });
}

/** An expected failure that has a story behind it, or is not the caller's doing, is told to the log. */
export function noteExpected(error: AnnexError, log: Logger, about: Record<string, unknown> = {}): void {
  if (error.cause !== undefined || error.entry.status >= 500) log.warn({ ...about, err: error }, 'an expected failure');
}

/** An AnnexError as the error of a GraphQL answer. */
export function answerError(
  error: AnnexError,
  where: Partial<Pick<AnsweredError, 'path' | 'locations'>> = {},
): AnsweredError {
  return {
    message: error.message,
    ...(where.path === undefined ? {} : { path: where.path }),
    ...(where.locations === undefined ? {} : { locations: where.locations }),
    extensions: {
      code: error.code,
      status: error.entry.status,
      help: error.entry.help,
      ...(error.faults.length === 0 ? {} : { faults: error.faults }),
      ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
    },
  };
}

const whereOf = (error: { path?: unknown; locations?: unknown }) =>
  ({
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
  }) as Partial<Pick<AnsweredError, 'path' | 'locations'>>;

/** What was thrown at first, inside the layers that GraphQL put around it. */
function thrown(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError !== undefined && inner.originalError !== null) {
    inner = inner.originalError;
  }
  return inner;
}

const isMissing = (error: { message: string }) => error.message.startsWith('Cannot return null for non-nullable field');

/**
 * The errors of an execution. A non-null field that failed may be reported a second time as null; that one is left out. An
 * AnnexError keeps its code, an argument that GraphQL itself refused is the caller's, all else is a defect.
 */
export function executionErrors(
  errors: readonly GraphQLError[],
  log: Logger,
  about: Record<string, unknown>,
): AnsweredError[] {
  const places = new Map<string, number>();
  for (const error of errors) {
    const place = JSON.stringify(error.path ?? null);
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  const told = new Map<unknown, AnnexError>();
  const answered: AnsweredError[] = [];
  for (const error of errors) {
    const cause = thrown(error);
    if (isMissing(error) && (places.get(JSON.stringify(error.path ?? null)) ?? 0) > 1) continue;
    let known = told.get(cause);
    if (!known) {
      if (cause instanceof AnnexError) {
        known = cause;
        noteExpected(known, log, { ...about, path: error.path });
      } else if (cause instanceof GraphQLError && /^(Argument|Variable) "/.test(cause.message)) {
        known = new AnnexError('GRAPHQL_INVALID', cause.message);
      } else known = unforeseen(cause, log, { ...about, path: error.path });
      // One failure that reaches many fields is one line in the log and one reference.
      told.set(cause, known);
    }
    answered.push(answerError(known, whereOf(error)));
  }
  return answered;
}

/** The errors of a document that was not executed: syntax, rules of GraphQL, limits, values that a scalar refused. */
export function documentErrors(errors: readonly GraphQLError[]): AnsweredError[] {
  return errors.map((error) => {
    const cause = thrown(error);
    const known = cause instanceof AnnexError ? cause : new AnnexError('GRAPHQL_INVALID', error.message);
    return answerError(known, whereOf(error));
  });
}

function textOfPath(variable: string, path: readonly (string | number)[]): string {
  return [variable, ...path].join('.');
}

/** The sentence of GraphQL without the value, which a fault carries by itself; of an enum its values. */
function allowedBy(error: GraphQLError, schema: GraphQLSchema): string {
  const cause = thrown(error);
  const fault = cause instanceof AnnexError ? cause.faults[0] : undefined;
  if (fault) return fault.allowed;
  const named = /(?:^Enum|does not exist in) "(\w+)"/.exec(error.message)?.[1];
  const type = named === undefined ? undefined : schema.getType(named);
  if (!isEnumType(type)) return error.message;
  return `must be one of ${type
    .getValues()
    .map((value) => value.name)
    .join(', ')}`;
}

/**
 * Everything that is wrong with the variables of an operation, each fault with its place, as one BAD_INPUT. Only called when the executor
 * refused them, so that good variables are read once.
 * @returns undefined when nothing is wrong
 */
export function variableFaults(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): AnnexError | undefined {
  const faults: FieldFault[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
    if (!type || !isInputType(type)) continue;
    const given = variables[name];
    if (given === undefined || given === null) {
      const missing = isNonNullType(type) && (given === null || definition.defaultValue === undefined);
      if (missing)
        faults.push({ field: name, ...(given === null ? { given } : {}), allowed: `must be given as ${type}` });
      continue;
    }
    coerceInputValue(given, type, (path, value, error) => {
      faults.push({
        field: textOfPath(name, path),
        ...(value === undefined ? {} : { given: value }),
        allowed: allowedBy(error, schema),
      });
    });
  }
  if (faults.length === 0) return undefined;
  const [first] = faults;
  const message =
    faults.length === 1 && first ? `${first.field}: ${first.allowed}` : `${faults.length} values are not acceptable`;
  return new AnnexError('BAD_INPUT', message, { faults });
}
