import { AnnexError } from '@annex/schema';
import type { AnsweredError, GraphqlAnswer } from '@annex/service';
import type { StoredOperation } from './operation.ts';
import { restPlace } from './variables.ts';

/** What a REST caller is answered. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An error of a GraphQL answer in the words of REST. */
export function restError(operation: StoredOperation, { message, extensions }: AnsweredError): AnnexError {
  const faults = extensions.faults?.map((fault) => ({ ...fault, field: restPlace(operation, fault.field) }));
  const [named, first] = [extensions.faults?.[0]?.field, faults?.[0]?.field];
  const text =
    named !== undefined && message.startsWith(`${named}:`) ? `${first}${message.slice(named.length)}` : message;
  return new AnnexError(extensions.code, text, {
    ...(faults ? { faults } : {}),
    ...(extensions.details ? { details: extensions.details } : {}),
  });
}

/** Where the parts of an answer failed that has others: the code and place of each. */
const partialErrors = (operation: StoredOperation, errors: readonly AnsweredError[]) =>
  errors.map((error) => ({
    code: error.extensions.code,
    detail: error.message,
    path: (error.path ?? []).slice(operation.unwrap.length).join('.'),
    ...(error.extensions.details ? { details: error.extensions.details } : {}),
  }));

interface Connection {
  readonly nodes?: readonly unknown[];
  readonly edges?: readonly { readonly node: unknown }[];
  readonly pageInfo?: { readonly hasNextPage?: boolean; readonly endCursor?: string | null };
  readonly totalCount?: number;
}

/** A page as REST tells it: the items, the cursor of the next page or null, and the count where it was asked for. */
function pageOf(connection: Connection) {
  const { nodes, edges, pageInfo, totalCount } = connection;
  return {
    items: nodes ?? edges?.map((edge) => edge.node) ?? [],
    nextCursor: pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    ...(totalCount === undefined ? {} : { totalCount }),
  };
}

/**
 * Turns a GraphQL answer into that of an endpoint. What failed in parts is answered in its parts, the failures listed under `errors`; what
 * failed as a whole is a problem.
 * @param path of the request
 * @param makes whether the answered entity was made and is read at its id below the path
 * @throws AnnexError what the problem is; NOT_FOUND where a single entity is null
 */
export function restAnswer(
  operation: StoredOperation,
  answer: GraphqlAnswer,
  path: string,
  makes: boolean,
): RestAnswer {
  let value: unknown = answer.data;
  for (const key of operation.unwrap) value = (value as Record<string, unknown> | null | undefined)?.[key];
  const errors = answer.errors ?? [];
  if (value === null || value === undefined) {
    const [first] = errors;
    if (first) throw restError(operation, first);
    throw new AnnexError('NOT_FOUND', `There is nothing at ${path}`, { details: { operation: operation.name, path } });
  }
  const partial = errors.length > 0 ? { errors: partialErrors(operation, errors) } : {};
  if (operation.shape === 'list') return { status: 200, headers: {}, body: { items: value, ...partial } };
  if (operation.shape === 'connection')
    return { status: 200, headers: {}, body: { ...pageOf(value as Connection), ...partial } };
  const entity = (operation.entity ?? []).reduce<unknown>(
    (within, key) => (within as Record<string, unknown> | null)?.[key],
    value,
  ) as { readonly id?: unknown; readonly version?: unknown } | null | undefined;
  const headers: Record<string, string> = {};
  if (typeof entity?.version === 'number') headers.etag = `"${entity.version}"`;
  const created = makes && typeof entity?.id === 'string';
  if (created) headers.location = `${path}/${entity.id}`;
  return { status: created ? 201 : 200, headers, body: { ...value, ...partial } };
}
