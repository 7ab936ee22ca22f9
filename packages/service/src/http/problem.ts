import { AnnexError, badInput, type ErrorCode, errorCatalogue, type FieldFault } from '@annex/schema';
import type { FastifyError } from 'fastify';
import type { Logger } from 'pino';
import { noteExpected, unforeseen } from '../graphql/errors.ts';

/** The body of an error answer: RFC 9457, with the code of the catalogue and what is known about the case. */
export interface Problem {
  /** Relative to the installation: `/problems/BAD_INPUT`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly help: string;
  readonly faults?: readonly FieldFault[];
  readonly details?: Readonly<Record<string, unknown>>;
}

export const problemMediaType = 'application/problem+json';

/** @param instance the request, as a URI reference: `urn:uuid:<request id>` */
export function problemOf(error: AnnexError, instance: string): Problem {
  return {
    type: `/problems/${error.code}`,
    title: error.entry.title,
    status: error.entry.status,
    detail: error.message,
    instance,
    code: error.code,
    help: error.entry.help,
    ...(error.faults.length === 0 ? {} : { faults: error.faults }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
  };
}

/**
 * What fastify refuses by itself, in the words of the catalogue; everything else that is no AnnexError is a defect, logged with a
 * reference and answered with that alone.
 * @param limit the largest body in bytes, named when one is larger
 */
export function expectedError(error: unknown, limit: number, log: Logger): AnnexError {
  if (error instanceof AnnexError) {
    noteExpected(error, log);
    return error;
  }
  const { code, statusCode, validation, validationContext, message } = error as Partial<FastifyError>;
  if (validation) {
    const faults = validation.map(({ instancePath, message: allowed, params }) => ({
      field: `${validationContext ?? 'body'}${instancePath || (params.missingProperty ? `/${params.missingProperty}` : '')}`,
      allowed: allowed ?? 'is not acceptable',
    }));
    return new AnnexError('BAD_INPUT', faults.map((fault) => `${fault.field} ${fault.allowed}`).join('; '), { faults });
  }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AnnexError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes`, { details: { limit } });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AnnexError('UNSUPPORTED_FORMAT', 'The body is of a media type that is not read here', {
        details: { supported: ['application/json'] },
      });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new AnnexError('MALFORMED_JSON', 'Line 1, column 1: the body is empty', {
        details: { line: 1, column: 1, byte: 0, problem: 'the body is empty' },
      });
    case 'FST_ERR_BAD_URL':
      return badInput('path', undefined, 'must be a well-formed path');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return badInput('path', undefined, 'must have at most 100 characters in each part');
    case 'ECONNRESET':
      // Whoever sent the body went away in the middle of it; nobody is left to read the answer.
      if (message === 'aborted') return badInput('body', undefined, 'must come to its end');
  }
  // Other refusals of fastify's own are the caller's too (a length that lies, a header that is none); their texts are ours to show.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && code?.startsWith('FST_ERR_')) {
    return new AnnexError('BAD_INPUT', message ?? errorCatalogue.BAD_INPUT.title);
  }
  return unforeseen(error, log);
}

/**
 * What is sent for bytes that are no request: no route saw them, so this is the whole answer.
 * @param code of the HTTP parser, such as `HPE_HEADER_OVERFLOW`
 */
export function unreadableAnswer(code: string | undefined, id: string): string {
  const error =
    code === 'HPE_HEADER_OVERFLOW'
      ? badInput('headers', undefined, 'must have at most 16384 bytes together')
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? badInput('request', undefined, 'must be sent within the time for it')
        : badInput('request', undefined, 'must be HTTP/1.1');
  const body = JSON.stringify(problemOf(error, `urn:annex:request:${id}`));
  return [
    `HTTP/1.1 ${error.entry.status} Bad Request`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
