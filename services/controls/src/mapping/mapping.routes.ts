import { Readable } from 'node:stream';
import { badInput, notFound } from '@annex/schema';
import {
  dryRunOf,
  formatOf,
  onceAsAsked,
  parseJson,
  piecesOf,
  type Query,
  rehearse,
  requireScope,
  requireWriting,
  type ServiceContext,
  scopeOf,
} from '@annex/service';
import type { FastifyInstance } from 'fastify';
import type { ControlsDatabase } from '../database.ts';
import { sha256 } from '../library/library.read.ts';
import { collectionText } from './collection.export.ts';
import { importCollection, readCollection } from './collection.operations.ts';

/** Of the body, which is read as a whole. */
const mostBytes = 8 * 1024 * 1024;

/** The framework that a parameter names. @throws AnnexError BAD_INPUT */
function frameworkOf(query: Query, name: 'source' | 'target', presence: 'required' | 'optional'): string | undefined {
  const given = query[name];
  if (given === undefined && presence === 'optional') return undefined;
  if (typeof given === 'string' && /^[^\s:]+:[^\s:]+$/.test(given) && given.length <= 100) return given;
  throw badInput(`query.${name}`, given ?? null, 'must be the id of a framework, such as iso27001:2022');
}

async function* withFirst(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

/** `POST /mappings` (the body is the file), `GET /mappings/oscal`. */
export function mappingRoutes(app: FastifyInstance, { database }: ServiceContext<ControlsDatabase>): void {
  app.post('/mappings', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'controls:write');
    const query = request.query as Query;
    formatOf(query, ['oscal']);
    const dryRun = dryRunOf(query);
    const [source, target] = [frameworkOf(query, 'source', 'optional'), frameworkOf(query, 'target', 'optional')];
    const named = { ...(source === undefined ? {} : { source }), ...(target === undefined ? {} : { target }) };
    const pieces = await piecesOf(request, mostBytes);
    const asked = { ...named, sha256: sha256(pieces) };
    const read = readCollection(parseJson(Buffer.concat(pieces)), named);
    if (dryRun) {
      const answer = await rehearse(database, scopeOf(request.caller), (tx) => importCollection(tx, read, asked));
      return reply.code(200).send({ ...answer, id: null, dryRun: true });
    }
    const answer = await database.write(scopeOf(request.caller), (tx) =>
      onceAsAsked(tx, request.caller, 'importMappings', asked, () => importCollection(tx, read, asked)),
    );
    return reply.code(201).send(answer);
  });

  app.get('/mappings/oscal', async (request, reply) => {
    requireScope(request, 'controls:read');
    const query = request.query as Query;
    const between = {
      source: frameworkOf(query, 'source', 'required') as string,
      target: frameworkOf(query, 'target', 'required') as string,
    };
    const opened = await database.openRead(scopeOf(request.caller));
    try {
      const pieces = collectionText(opened.tx, between);
      const first = await pieces.next();
      if (first.done) throw notFound('OwnMapping', `from ${between.source} to ${between.target}`);
      const stream = Readable.from(withFirst(first.value, pieces));
      // The transaction ends with the stream, also where whoever reads it goes away.
      stream.once('close', () => void opened.end().catch(() => undefined));
      const name = `${between.source}-${between.target}`.replace(/[^A-Za-z0-9._-]/g, '-');
      return reply
        .type('application/oscal.mapping-collection+json')
        .header('content-disposition', `attachment; filename="${name}.json"`)
        .send(stream);
    } catch (error) {
      await opened.end();
      throw error;
    }
  });
}
