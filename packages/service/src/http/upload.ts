import type { Readable } from 'node:stream';
import { AnnexError, badInput } from '@annex/schema';
import type { FastifyRequest } from 'fastify';
import type { Database } from '../database/database.ts';
import type { WriteTx } from '../database/transaction.ts';
import type { Scope } from '../scope.ts';

/** The parameters of a query, as they come. */
export type Query = { readonly [name: string]: string | string[] | undefined };

/** @throws AnnexError BAD_INPUT */
export function dryRunOf({ dryRun }: Query): boolean {
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    throw badInput('query.dryRun', dryRun, 'must be true or false');
  return dryRun === 'true';
}

/** One of the formats. @throws AnnexError UNSUPPORTED_FORMAT listing them */
export function formatOf<Format extends string>({ format }: Query, supported: readonly Format[]): Format {
  const found = supported.find((one) => one === format);
  if (found !== undefined) return found;
  throw new AnnexError('UNSUPPORTED_FORMAT', 'query.format must name a format that is supported', {
    faults: [{ field: 'query.format', given: format ?? null, allowed: `must be one of ${supported.join(', ')}` }],
    details: { supported },
  });
}

/** The body as it came; put together only for what cannot be read piece by piece. @throws AnnexError PAYLOAD_TOO_LARGE */
export async function piecesOf(request: FastifyRequest, mostBytes: number): Promise<Buffer[]> {
  const tooLarge = () =>
    new AnnexError('PAYLOAD_TOO_LARGE', `The body is larger than ${mostBytes} bytes`, {
      details: { limit: mostBytes },
    });
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge();
  const body = request.body as Readable;
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      size += (piece as Buffer).length;
      if (size > mostBytes) throw tooLarge();
      pieces.push(piece as Buffer);
    }
  } finally {
    // What comes after a refusal is thrown away, so that the answer can overtake it and the connection lives on.
    body.resume();
  }
  return pieces;
}

/** Ends a dry run: everything was done, and nothing is kept. */
class DryRun<R> extends Error {
  readonly answer: R;
  constructor(answer: R) {
    super('A dry run ends without being kept');
    this.answer = answer;
  }
}

/** Does everything that `keep` does and keeps nothing of it. @returns what it would have answered */
export async function rehearse<T, R>(
  database: Pick<Database<T>, 'write'>,
  scope: Scope,
  keep: (tx: WriteTx<T>) => Promise<R>,
): Promise<R> {
  try {
    return await database.write(scope, async (tx) => {
      throw new DryRun(await keep(tx));
    });
  } catch (error) {
    if (error instanceof DryRun) return error.answer as R;
    throw error;
  }
}
