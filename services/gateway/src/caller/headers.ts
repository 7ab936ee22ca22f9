import { AnnexError, badInput, isUuid } from '@annex/schema';
import { newId, parseMoment } from '@annex/service';

/** What of a request tells who is calling and how. */
export interface CallHeaders {
  /** The key of `Authorization: Bearer`; absent where the header is. */
  readonly key?: string;
  readonly correlationId: string;
  readonly traceparent?: string;
  readonly asOf?: Date;
  readonly idempotencyKey?: string;
  readonly reason?: string;
  readonly ifMatch?: string;
}

const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The only value of a header. A header that comes twice is refused: two readers might choose differently. */
function single(rawHeaders: readonly string[], name: string): string | undefined {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name.toLowerCase()) values.push(rawHeaders[index + 1] ?? '');
  }
  if (values.length > 1) throw badInput(name, undefined, 'must be sent at most once');
  return values[0];
}

/** Header values travel as bytes; a reason is UTF-8 text. */
function utf8(name: string, value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch (error) {
    throw new AnnexError('BAD_INPUT', `${name}: must be UTF-8`, {
      faults: [{ field: name, allowed: 'must be UTF-8' }],
      cause: error,
    });
  }
}

function momentOf(given: string, now: Date): Date {
  const moment = parseMoment(given);
  if (!moment)
    throw badInput('Annex-As-Of', given.slice(0, 64), 'must be a moment as of RFC 3339, such as 2026-11-24T09:30:00Z');
  if (moment > now)
    throw badInput('Annex-As-Of', given.slice(0, 64), `must not lie in the future; it is ${now.toISOString()}`);
  return moment;
}

function reasonOf(given: string): string {
  const reason = utf8('Annex-Reason', given).trim();
  if (reason.length < 1 || reason.length > 500 || /\p{Cc}/u.test(reason)) {
    throw badInput('Annex-Reason', reason.slice(0, 64), 'must have 1 to 500 characters on one line');
  }
  return reason;
}

/**
 * Reads the headers that Annex knows, from the raw list so that repetitions are seen. Nothing else of a caller's headers goes further.
 * @param now asked only when a moment is given
 * @throws AnnexError BAD_INPUT naming the header; UNAUTHENTICATED for an Authorization that is no Bearer key
 */
export async function readHeaders(rawHeaders: readonly string[], now: () => Promise<Date>): Promise<CallHeaders> {
  const authorization = single(rawHeaders, 'Authorization');
  const correlation = single(rawHeaders, 'X-Correlation-Id')?.toLowerCase();
  const trace = single(rawHeaders, 'traceparent');
  const asOf = single(rawHeaders, 'Annex-As-Of');
  const idempotencyKey = single(rawHeaders, 'Idempotency-Key');
  const reason = single(rawHeaders, 'Annex-Reason');
  const ifMatch = single(rawHeaders, 'If-Match');
  const key = authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (authorization !== undefined && key === undefined) {
    throw new AnnexError('UNAUTHENTICATED', 'Authorization must be `Bearer` and an API key');
  }
  if (correlation !== undefined && !isUuid(correlation))
    throw badInput('X-Correlation-Id', undefined, 'must be a UUID');
  if (idempotencyKey !== undefined && (idempotencyKey.length < 1 || idempotencyKey.length > 255)) {
    throw badInput('Idempotency-Key', idempotencyKey.slice(0, 64), 'must have 1 to 255 characters');
  }
  return {
    correlationId: correlation ?? newId(),
    ...(key === undefined ? {} : { key }),
    ...(trace !== undefined && traceparentPattern.test(trace) ? { traceparent: trace } : {}),
    ...(asOf === undefined ? {} : { asOf: momentOf(asOf, await now()) }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(reason === undefined ? {} : { reason: reasonOf(reason) }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}
