import { createHash } from 'node:crypto';
import { badInput, isUuid, refuseAll } from '@annex/schema';
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
import { readCsvAssets } from './csv.ts';
import { readCycloneDx } from './cyclonedx.ts';
import { type AssetFormat, codes, importAssets } from './import.operations.ts';

const mostBytes = 20 * 1024 * 1024;
const formats: readonly AssetFormat[] = ['csv', 'cyclonedx'];

/** `POST /assets/import?format=csv|cyclonedx&ismsId=&dryRun=` (the body is the file). */
export function importRoutes(app: FastifyInstance, { database }: ServiceContext<RiskDatabase>): void {
  app.post('/assets/import', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'risk:write');
    const query = request.query as UploadQuery;
    const format = formatOf(query, formats);
    const dryRun = dryRunOf(query);
    const { ismsId = null } = query;
    if (ismsId !== null && !isUuid(ismsId)) throw badInput('query.ismsId', ismsId, 'must be a UUID');
    const body = Buffer.concat(await piecesOf(request, mostBytes));
    const file = format === 'csv' ? await readCsvAssets(body) : readCycloneDx(parseJson(body));
    refuseAll(codes[format], file.faults);
    const asked = { ismsId, format };
    const sha256 = createHash('sha256').update(body).digest('hex');
    const answer = dryRun
      ? await rehearse(database, scopeOf(request.caller), (tx) => importAssets(tx, asked, file))
      : await database.write(scopeOf(request.caller), (tx) =>
          onceAsAsked(tx, request.caller, 'importAssets', { ...asked, sha256 }, () => importAssets(tx, asked, file)),
        );
    return reply.code(dryRun ? 200 : 201).send({ format, sha256, dryRun, ...answer });
  });
}
