/** An entry of the error catalogue: what a caller sees, at which HTTP status. */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  readonly help: string;
}

/**
 * Every error that Annex answers on purpose. The code is the contract: GraphQL carries it in
 * `errors[].extensions.code`, REST in `code` of an RFC 9457 problem.
 */
export const errorCatalogue = {
  BAD_INPUT: {
    status: 400,
    title: 'The input is not acceptable',
    help: 'The details name each field, what was given and what is allowed. Correct them and send again.',
  },
  MALFORMED_JSON: {
    status: 400,
    title: 'The body is not JSON',
    help: 'The details give the place (line, column and byte) where reading stopped.',
  },
  INVALID_SARIF: {
    status: 422,
    title: 'The file is not a SARIF 2.1.0 log that can be imported',
    help: 'The details name the place as a JSON pointer, what was found there and what is expected (SARIF 2.1.0). Nothing was imported.',
  },
  INVALID_OSCAL: {
    status: 422,
    title: 'The file is not OSCAL that can be imported',
    help: 'The details name the place as a JSON pointer, what was found there and what is allowed (OSCAL 1.0.4 to 1.2.1). Nothing was imported.',
  },
  INVALID_TABLE: {
    status: 422,
    title: 'The table cannot be imported',
    help: 'The details name each row and column at fault, what was found there and what is allowed. Nothing was imported.',
  },
  INVALID_CYCLONEDX: {
    status: 422,
    title: 'The file is not a CycloneDX document that can be imported',
    help: 'The details name the place, what was found there and what is allowed (CycloneDX 1.2 to 1.7 as JSON). Nothing was imported.',
  },
  INVALID_VERIS: {
    status: 422,
    title: 'The file is not VERIS records that can be imported',
    help: 'The details name the record and the place in it, what was found there and what is allowed (VERIS 1.3). Nothing was imported.',
  },
  UNSUPPORTED_FORMAT: {
    status: 415,
    title: 'The format is not supported',
    help: 'The details list the formats that are.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'The body is larger than allowed',
    help: 'The details name the limit in bytes. Nothing was stored.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    title: 'The query asks for too much at once',
    help: 'The details name the limit on depth, breadth, cost or size that was passed. Ask for less, or page.',
  },
  GRAPHQL_INVALID: {
    status: 400,
    title: 'The GraphQL document is not valid',
    help: 'The message names the place. The explorer at /graphql shows the schema.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'Who is calling is not known',
    help: 'Send an API key: `Authorization: Bearer annex_…`. It may be missing, wrong, expired or revoked.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'The caller may not do this',
    help: 'The details name the permission that is missing. An administrator can grant it by a role or a wider key.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is no such thing here',
    help: 'The details name what was looked for. What belongs to another tenant is not found either.',
  },
  VERSION_CONFLICT: {
    status: 412,
    title: 'It has changed since you read it',
    help: 'Read it again, look at what changed, and send the change with the present version (GraphQL: expectedVersion, REST: If-Match).',
  },
  VERSION_REQUIRED: {
    status: 428,
    title: 'The version that you read must be sent along',
    help: 'Send `If-Match` with the ETag of the representation that you read.',
  },
  ALREADY_EXISTS: {
    status: 409,
    title: 'It exists already',
    help: 'The details name the field whose value is taken.',
  },
  STATE_CONFLICT: {
    status: 409,
    title: 'Its state does not allow this',
    help: 'The details name the present state and the transitions that it allows.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The idempotency key was used for another input',
    help: 'Use a new key for a new request; repeat a key only with the same input.',
  },
  AS_OF_NOT_WRITABLE: {
    status: 400,
    title: 'The past cannot be written',
    help: 'Leave out the header Annex-As-Of when changing something.',
  },
  STANDARD_NOT_CERTIFIABLE: {
    status: 422,
    title: 'Nobody can be certified against this standard',
    help: 'The details say why and which standard to use instead.',
  },
  ADDRESS_REFUSED: {
    status: 422,
    title: 'The address may not be called',
    help: 'Outbound calls go to public addresses over http or https only, unless the installation allows private ones (ANNEX_OUTBOUND_PRIVATE).',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    help: 'Wait as long as `Retry-After` says.',
  },
  UNAVAILABLE: {
    status: 503,
    title: 'A part of Annex does not answer',
    help: 'The rest works. Try again; /readyz tells which part it is.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something unforeseen went wrong',
    help: 'It was logged with the reference in the details. Send that reference to whoever runs this installation.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One fault of one field: where, what was given, what is allowed. */
export interface FieldFault {
  /** The place, as the caller wrote it: `input.title`, `/runs/0/results`, `query.format`. */
  readonly field: string;
  readonly given?: unknown;
  readonly allowed: string;
}

const mostFaults = 100;
const cut = (text: string, longest: number) =>
  text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;

/** What was given, small enough to be sent back: whoever sends a megabyte of rubbish is not sent it again. */
function shown(given: unknown, levels = 2): unknown {
  if (typeof given === 'string') return cut(given, 200);
  if (typeof given !== 'object' || given === null || given instanceof Date) return given;
  if (levels === 0) return '…';
  if (Array.isArray(given)) return given.slice(0, 10).map((item) => shown(item, levels - 1));
  const members = Object.entries(given).slice(0, 10);
  return Object.fromEntries(members.map(([name, value]) => [cut(name, 100), shown(value, levels - 1)]));
}

function shownFault(fault: FieldFault): FieldFault {
  const { field, allowed } = fault;
  return {
    field: cut(field, 200),
    ...(fault.given === undefined ? {} : { given: shown(fault.given) }),
    allowed: cut(allowed, 1000),
  };
}

/**
 * An expected failure. The inside throws it; the edges (GraphQL, REST, CLI) say it in their own way.
 * Anything else that is thrown is a defect: it is logged and answered as INTERNAL with a reference.
 */
export class AnnexError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly FieldFault[];
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @param code entry of the catalogue
   * @param message one sentence about this very case
   * @param options `faults` name fields, the first hundred are kept and each is cut to a size that can be shown; `details` are further facts for machines; `cause` is kept for the log
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: {
      faults?: readonly FieldFault[];
      details?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(cut(message, 4000), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AnnexError';
    this.code = code;
    this.faults = (options.faults ?? []).slice(0, mostFaults).map(shownFault);
    this.details = options.details ?? {};
  }

  get entry(): ErrorEntry {
    return errorCatalogue[this.code];
  }
}

/** BAD_INPUT for one field. */
export function badInput(field: string, given: unknown, allowed: string): AnnexError {
  return new AnnexError('BAD_INPUT', `${field}: ${allowed}`, { faults: [{ field, given, allowed }] });
}

/** Nothing where there are no faults. @throws AnnexError naming the first in its message, and all, as far as an answer lists them, as faults */
export function refuseAll(code: ErrorCode, faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (!first) return;
  const more = faults.length > 1 ? `; ${faults.length - 1} more` : '';
  throw new AnnexError(code, `${first.field}: ${first.allowed}${more}`, { faults, details: { faults: faults.length } });
}

/** NOT_FOUND for a thing of a kind: `notFound('Risk', id)`. */
export function notFound(kind: string, id: string): AnnexError {
  return new AnnexError('NOT_FOUND', `There is no ${kind} ${id}`, { details: { kind, id } });
}

/**
 * The person who does what no machine may do.
 * @param deed what is done, as the beginning of a sentence: `A scope is approved`
 * @throws AnnexError FORBIDDEN where a machine acts for itself
 */
export function personActing(personId: string | undefined, deed: string): string {
  if (!personId) throw new AnnexError('FORBIDDEN', `${deed} by a person; this key acts for none`);
  return personId;
}
