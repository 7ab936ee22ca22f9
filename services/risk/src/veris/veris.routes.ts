import { createHash } from 'node:crypto';
import { AnnexError, badInput, isUuid, refuseAll } from '@annex/schema';
import {
  dryRunOf,
  formatOf,
  onceAsAsked,
  parseJson,
  piecesOf,
  rehearse,
  requireWriting,
  type ServiceContext,
  scopeOf,
  type UploadQuery,
} from '@annex/service';
import type { FastifyInstance } from 'fastify';
import type { RiskDatabase } from '../database.ts';
import { ismsAsked } from '../input.ts';
import { importVeris } from './veris.operations.ts';
import { mostRecords, readVeris } from './veris.ts';

const mostBytes = 32 * 1024 * 1024;

/** The records of a body: one, a list of them, or one a line. @throws AnnexError MALFORMED_JSON, INVALID_VERIS, BAD_INPUT */
export function recordsOf(body: Buffer): readonly unknown[] {
  try {
    const whole = parseJson(body);
    return Array.isArray(whole) ? whole : [whole];
  } catch (error) {
    if (!(error instanceof AnnexError) || error.code !== 'MALFORMED_JSON') throw error;
    const end = body.indexOf(10);
    const [first, rest] = [body.subarray(0, Math.max(end, 0)), body.subarray(end + 1)];
    // A list whose first line is a record is one a line; otherwise the fault of the whole is the one to tell.
    if (first.toString('utf8').trim() === '' || rest.toString('utf8').trim() === '' || !isRecord(first)) throw error;
  }
  const lines = body.toString('utf8').split('\n');
  const records: unknown[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    if (records.length > mostRecords) break;
    try {
      records.push(parseJson(Buffer.from(line)));
    } catch (error) {
      if (!(error instanceof AnnexError) || error.code !== 'MALFORMED_JSON') throw error;
      refuseAll('INVALID_VERIS', [
        { field: `line ${index + 1}`, given: line.slice(0, 60), allowed: 'must be a record in JSON' },
      ]);
    }
  }
  return records;
}

function isRecord(line: Buffer): boolean {
  try {
    const value = parseJson(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The system that records come from. @throws AnnexError BAD_INPUT */
function sourceAsked({ source }: UploadQuery): string | null {
  if (source === undefined) return null;
  const text = typeof source === 'string' ? source.trim() : '';
  if (text === '' || text.length > 100 || text.includes('\u0000'))
    throw badInput('query.source', source, 'must be a name of 1 to 100 characters, given once');
  return text;
}

/** `POST /incidents?format=veris&ismsId=&source=&dryRun=` (the body is the file). */
export function verisRoutes(app: FastifyInstance, { database }: ServiceContext<RiskDatabase>): void {
  app.post('/incidents', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'risk:write');
    const query = request.query as UploadQuery;
    const format = formatOf(query, ['veris']);
    const dryRun = dryRunOf(query);
    const ismsId = ismsAsked(query);
    if (ismsId !== null && !isUuid(ismsId)) throw badInput('query.ismsId', ismsId, 'must be a UUID');
    const asked = { ismsId, source: sourceAsked(query) };
    const body = Buffer.concat(await piecesOf(request, mostBytes));
    const given = recordsOf(body);
    const sha256 = createHash('sha256').update(body).digest('hex');
    const scope = scopeOf(request.caller);
    const answer = dryRun
      ? await rehearse(database, scope, (tx) => importVeris(tx, asked, readVeris(given, tx.now)))
      : await database.write(scope, (tx) =>
          onceAsAsked(tx, request.caller, 'importVeris', { ...asked, sha256 }, () =>
            importVeris(tx, asked, readVeris(given, tx.now)),
          ),
        );
    return reply.code(dryRun ? 200 : 201).send({ format, sha256, dryRun, ...answer });
  });
}
