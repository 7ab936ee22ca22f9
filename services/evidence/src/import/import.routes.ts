import type { Readable } from 'node:stream';
import { AnnexError, badInput, isUuid, notFound } from '@annex/schema';
import { onceAsAsked, requireScope, requireWriting, type ServiceContext, scopeOf } from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BlobStore } from '../blob/blob.ts';
import { checkLength } from '../blob/multipart.ts';
import type { EvidenceConfig } from '../config.ts';
import type { EvidenceDatabase } from '../database.ts';
import { sourcePattern, sourceRule } from '../measure/measure.input.ts';
import { importSarif } from './import.operations.ts';
import { type ImportRow, importsById } from './import.store.ts';
import { parseSarif } from './sarif.ts';

type Query = { readonly [name: string]: string | string[] | undefined };

const formats = ['sarif'];

/** What the query of an import says. */
function askedFor({ format, source, ismsId }: Query) {
  if (typeof format !== 'string' || !formats.includes(format)) {
    throw new AnnexError('UNSUPPORTED_FORMAT', 'query.format must name a format that is supported', {
      faults: [{ field: 'query.format', given: format ?? null, allowed: `must be one of ${formats.join(', ')}` }],
      details: { supported: formats },
    });
  }
  if (typeof source !== 'string' || !sourcePattern.test(source)) {
    throw badInput('query.source', source ?? null, sourceRule);
  }
  if (ismsId !== undefined && !isUuid(ismsId)) throw badInput('query.ismsId', ismsId, 'must be a UUID');
  return { source, ismsId: ismsId ?? null };
}

function answerOf(row: ImportRow) {
  const { id, ismsId, format, source, tool, tools, outcome, reasons, results, open, rules, byLevel } = row;
  return {
    ...{ id, ismsId, format, source, tool, tools, outcome, reasons },
    counts: { results, open, rules, byLevel },
    sha256: row.sha256,
    bytes: row.bytes,
    sameAs: row.sameAs,
    importedAt: row.importedAt.toISOString(),
  };
}

/** Receives a body so that an answer can overtake it: what comes after a refusal is thrown away, and the connection lives on. */
async function receiveBody(request: FastifyRequest, store: BlobStore, limit: number) {
  checkLength(request.headers['content-length'], limit);
  const body = request.body as Readable;
  try {
    return await store.receive(body.iterator({ destroyOnReturn: false }), limit);
  } finally {
    body.resume();
  }
}

/** `POST /imports?format=sarif&source=NAME` (the body is the file) and `GET /imports/:id`. */
export function importRoutes(
  app: FastifyInstance,
  { database }: ServiceContext<EvidenceDatabase>,
  config: EvidenceConfig,
  store: BlobStore,
): void {
  const limit = config.importLimit;

  app.post('/imports', { bodyLimit: limit }, async (request, reply) => {
    requireWriting(request, 'evidence:write');
    const asked = askedFor(request.query as Query);
    const file = await receiveBody(request, store, limit);
    try {
      const log = parseSarif(await file.read());
      const answer = await database.write(scopeOf(request.caller), (tx) =>
        onceAsAsked(tx, request.caller, 'importSarif', { ...asked, sha256: file.sha256 }, async () =>
          answerOf(await importSarif(tx, { ...asked, log }, file)),
        ),
      );
      return reply.code(201).header('location', `/imports/${answer.id}`).send(answer);
    } finally {
      await file.discard();
    }
  });

  app.get('/imports/:id', async (request: FastifyRequest<{ Params: { id: string } }>) => {
    requireScope(request, 'evidence:read');
    const { id } = request.params;
    if (!isUuid(id)) throw notFound('Import', id);
    const [row] = await database.read(scopeOf(request.caller), (tx) => importsById(tx, [id]));
    if (!row) throw notFound('Import', id);
    return answerOf(row);
  });
}
