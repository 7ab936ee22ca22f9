import { Readable } from 'node:stream';
import { badInput, isUuid, notFound } from '@annex/schema';
import {
  dryRunOf,
  formatOf,
  onceAsAsked,
  parseJson,
  piecesOf,
  rehearse,
  requireScope,
  requireWriting,
  type ServiceContext,
  scopeOf,
  type UploadQuery,
} from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ControlsDatabase } from '../database.ts';
import { sha256 } from '../library/library.read.ts';
import { definitionText } from './component.export.ts';
import { findDefinitions } from './component.store.ts';
import { definitionKey } from './component.ts';
import { importDefinition, readDefinition } from './definition.operations.ts';

/** Of the body, which is read as a whole. */
const mostBytes = 16 * 1024 * 1024;

/** The framework that the sources of a definition are. @throws AnnexError BAD_INPUT */
function frameworkTold({ source }: UploadQuery): string | undefined {
  if (source === undefined) return undefined;
  if (typeof source === 'string' && /^[^\s:]+:[^\s:]+$/.test(source) && source.length <= 100) return source;
  throw badInput('query.source', source, 'must be the id of a framework, such as sp800-53:r5');
}

/** `POST /component-definitions` (the body is the file), `GET /component-definitions/:id/oscal`. */
export function componentRoutes(app: FastifyInstance, { database }: ServiceContext<ControlsDatabase>): void {
  app.post('/component-definitions', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'controls:write');
    const query = request.query as UploadQuery;
    formatOf(query, ['oscal']);
    const dryRun = dryRunOf(query);
    const source = frameworkTold(query);
    const named = { key: definitionKey(query.key), ...(source === undefined ? {} : { source }) };
    const pieces = await piecesOf(request, mostBytes);
    const asked = { ...named, sha256: sha256(pieces) };
    const read = readDefinition(parseJson(Buffer.concat(pieces)));
    if (dryRun) {
      const answer = await rehearse(database, scopeOf(request.caller), (tx) => importDefinition(tx, read, asked));
      return reply.code(200).send({ ...answer, id: null, dryRun: true });
    }
    const answer = await database.write(scopeOf(request.caller), (tx) =>
      onceAsAsked(tx, request.caller, 'importComponents', asked, () => importDefinition(tx, read, asked)),
    );
    return reply.code(201).header('location', `/component-definitions/${answer.id}/oscal`).send(answer);
  });

  app.get('/component-definitions/:id/oscal', async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
    requireScope(request, 'controls:read');
    const { id } = request.params;
    if (!isUuid(id)) throw notFound('ComponentDefinition', id);
    const opened = await database.openRead(scopeOf(request.caller));
    try {
      const [row] = await findDefinitions(opened.tx, [id]);
      if (!row) throw notFound('ComponentDefinition', id);
      const stream = Readable.from(definitionText(opened.tx, id));
      // The transaction ends with the stream, also where whoever reads it goes away.
      stream.once('close', () => void opened.end().catch(() => undefined));
      return reply
        .type('application/oscal.component-definition+json')
        .header('content-disposition', `attachment; filename="${row.key}.json"`)
        .send(stream);
    } catch (error) {
      await opened.end();
      throw error;
    }
  });
}
