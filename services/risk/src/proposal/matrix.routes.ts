import { createHash } from 'node:crypto';
import { badInput, isUuid } from '@annex/schema';
import {
  dryRunOf,
  onceAsAsked,
  piecesOf,
  rehearse,
  requireScope,
  requireWriting,
  type ServiceContext,
  scopeOf,
  type UploadQuery,
  type WriteTx,
} from '@annex/service';
import type { FastifyInstance } from 'fastify';
import type { RiskDatabase } from '../database.ts';
import { ismsAsked } from '../input.ts';
import { type MatrixAsked, proposeMatrix } from './matrix.operations.ts';
import { matrixTable } from './matrix.ts';

const mostBytes = 1024 * 1024;

function askedOf(query: UploadQuery): MatrixAsked {
  const { proposalId = null, expectedVersion } = query;
  if (proposalId !== null && !isUuid(proposalId)) throw badInput('query.proposalId', proposalId, 'must be a UUID');
  const version = expectedVersion === undefined ? null : Number(expectedVersion);
  if (version !== null && !(Number.isSafeInteger(version) && version >= 1))
    throw badInput('query.expectedVersion', expectedVersion, 'must be a whole number of at least 1');
  return { ismsId: ismsAsked(query), proposalId, expectedVersion: version };
}

/** `POST /risk-criteria/matrix?ismsId=&proposalId=&expectedVersion=&dryRun=` (the body is the CSV file). */
export function matrixRoutes(app: FastifyInstance, { database }: ServiceContext<RiskDatabase>): void {
  app.post('/risk-criteria/matrix', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'risk:write');
    // The answer tells which risks move.
    requireScope(request, 'risk:read');
    const query = request.query as UploadQuery;
    const dryRun = dryRunOf(query);
    const asked = askedOf(query);
    const body = Buffer.concat(await piecesOf(request, mostBytes));
    const table = await matrixTable(body);
    const keep = (tx: WriteTx<RiskDatabase>) => proposeMatrix(tx, asked, table);
    if (dryRun) {
      const answer = await rehearse(database, scopeOf(request.caller), keep);
      // What would be made has no id yet; a draft that is there has.
      const { proposalId: id } = asked;
      return reply.code(200).send({ ...answer, proposalId: id, version: null, dryRun: true });
    }
    const sha256 = createHash('sha256').update(body).digest('hex');
    const answer = await database.write(scopeOf(request.caller), (tx) =>
      onceAsAsked(tx, request.caller, 'proposeMatrix', { ...asked, sha256 }, () => keep(tx)),
    );
    return reply.code(200).send({ ...answer, dryRun: false });
  });
}
