import { createHash } from 'node:crypto';
import {
  dryRunOf,
  formatOf,
  ismsOf,
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
import { registerFormats, registerTableOf } from './register.export.ts';
import { importRegister } from './register.import.ts';
import { registerTable } from './register.read.ts';

const mostBytes = 20 * 1024 * 1024;
const formats = Object.keys(registerFormats) as (keyof typeof registerFormats)[];

/** `GET /risks/export?format=csv|xlsx` and `POST /risks/import?format=csv|xlsx&dryRun=` (the body is the file). */
export function registerRoutes(app: FastifyInstance, { database }: ServiceContext<RiskDatabase>): void {
  app.get('/risks/export', async (request, reply) => {
    requireScope(request, 'risk:read');
    const query = request.query as UploadQuery;
    const format = formatOf(query, formats);
    const table = await database.read(scopeOf(request.caller), async (tx) =>
      registerTableOf(tx, await ismsOf(tx, ismsAsked(query))),
    );
    const { type, make } = registerFormats[format];
    const body = await make(table);
    return reply
      .type(type)
      .header('content-disposition', `attachment; filename="risk-register.${format}"`)
      .header('x-content-type-options', 'nosniff')
      .header('etag', `"${createHash('sha256').update(body).digest('hex')}"`)
      .send(typeof body === 'string' ? body : Buffer.from(body));
  });

  app.post('/risks/import', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'risk:write');
    // The answer tells what risks were before.
    requireScope(request, 'risk:read');
    const query = request.query as UploadQuery;
    const format = formatOf(query, formats);
    const dryRun = dryRunOf(query);
    const asked = ismsAsked(query);
    const body = Buffer.concat(await piecesOf(request, mostBytes));
    const table = await registerTable(body, format);
    const keep = async (tx: WriteTx<RiskDatabase>) => importRegister(tx, await ismsOf(tx, asked), table);
    if (dryRun) {
      const answer = await rehearse(database, scopeOf(request.caller), keep);
      // What would be made has no id and no reference yet: somebody else may take them first.
      const rows = answer.rows.map((row) => (row.outcome === 'CREATED' ? { ...row, id: null, reference: null } : row));
      return reply.code(200).send({ ...answer, rows, dryRun: true });
    }
    const sha256 = createHash('sha256').update(body).digest('hex');
    const answer = await database.write(scopeOf(request.caller), (tx) =>
      onceAsAsked(tx, request.caller, 'importRisks', { ismsId: asked, format, sha256 }, () => keep(tx)),
    );
    return reply.code(200).send({ ...answer, dryRun: false });
  });
}
