import type { Readable } from 'node:stream';
import { type FieldFault, isUuid, notFound } from '@annex/schema';
import { onceAsAsked, requireScope, requireWriting, type ServiceContext, scopeOf } from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BlobStore } from '../blob/blob.ts';
import { checkLength, type ReceivedForm, receiveForm } from '../blob/multipart.ts';
import type { EvidenceConfig } from '../config.ts';
import type { EvidenceDatabase } from '../database.ts';
import { addEvidence } from './evidence.operations.ts';
import { type EvidenceRow, evidenceById } from './evidence.store.ts';
import { contentFaults, parseMoment, refuseFaults, validityOf } from './evidence.ts';

const fields = {
  title: 'one',
  description: 'one',
  validFrom: 'one',
  validUntil: 'one',
  implementationIds: 'several',
  measureId: 'one',
  ismsId: 'one',
} as const;

/** What the fields of a form say; every fault is named at once. */
function contentOf(form: ReceivedForm, now: Date) {
  const faults: FieldFault[] = [];
  const one = (name: keyof typeof fields) => form.fields.get(name)?.[0]?.trim() || null;
  const moment = (name: 'validFrom' | 'validUntil') => {
    const given = one(name);
    const read = given === null ? null : parseMoment(given);
    if (read === undefined) {
      faults.push({ field: name, given, allowed: 'must be a date or a moment of RFC 3339, such as 2026-11-24' });
    }
    return read ?? null;
  };
  const id = (name: 'ismsId' | 'measureId') => {
    const given = one(name);
    if (given !== null && !isUuid(given)) faults.push({ field: name, given, allowed: 'must be a UUID' });
    return given;
  };
  const implementationIds = [
    ...new Set(
      (form.fields.get('implementationIds') ?? []).flatMap((text) => text.split(',')).map((text) => text.trim()),
    ),
  ].filter((text) => text !== '');
  for (const given of implementationIds) {
    if (!isUuid(given)) faults.push({ field: 'implementationIds', given, allowed: 'must be UUIDs' });
  }
  const content = {
    title: one('title') ?? '',
    description: one('description') ?? '',
    validFrom: moment('validFrom') ?? now,
    validUntil: moment('validUntil'),
    implementationIds,
    measureId: id('measureId'),
    ismsId: id('ismsId'),
    fileName: fileNameOf(form.fileName),
    mediaType: mediaTypeOf(form.mediaType),
  };
  refuseFaults([...faults, ...contentFaults(content, '')]);
  return content;
}

/** The last part of a path, without what no file system takes. */
function fileNameOf(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are taken out
  const clean = last.replace(/[\u0000-\u001f\u007f]/g, '').toWellFormed();
  return [...clean].slice(0, 200).join('') || 'evidence';
}

function mediaTypeOf(given: string): string {
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(given) ? given.toLowerCase() : 'application/octet-stream';
}

/** The header by which a browser saves rather than shows, with the name in both ways of writing it (RFC 6266). */
function disposition(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

function answerOf(row: EvidenceRow, implementationIds: readonly string[], now: Date) {
  const { id, ismsId, version, title, description, fileName, mediaType, sha256, bytes, measureId } = row;
  return {
    ...{ id, ismsId, version, title, description, fileName, mediaType, sha256, bytes },
    validFrom: row.validFrom.toISOString(),
    validUntil: row.validUntil?.toISOString() ?? null,
    validity: validityOf(row, now),
    implementationIds,
    measureId,
    contentPath: `/v1/evidence/${id}/content`,
  };
}

/** `POST /evidence` (multipart) and `GET /evidence/:id/content`. */
export function evidenceRoutes(
  app: FastifyInstance,
  { database }: ServiceContext<EvidenceDatabase>,
  config: EvidenceConfig,
  store: BlobStore,
): void {
  app.post('/evidence', { bodyLimit: config.uploadLimit }, async (request, reply) => {
    requireWriting(request, 'evidence:write');
    checkLength(request.headers['content-length'], config.uploadLimit, formAllowance);
    const form = await receiveForm(request.body as Readable, request.headers['content-type'], {
      store,
      limit: config.uploadLimit,
      fields,
    });
    try {
      const input = { fields: Object.fromEntries(form.fields), fileName: form.fileName, sha256: form.file.sha256 };
      const answer = await database.write(scopeOf(request.caller), (tx) =>
        onceAsAsked(tx, request.caller, 'addEvidence', input, async () => {
          const content = contentOf(form, tx.now);
          const row = await addEvidence(tx, content, form.file);
          return answerOf(row, content.implementationIds, tx.now);
        }),
      );
      return reply.code(201).header('location', `/evidence/${answer.id}`).send(answer);
    } finally {
      await form.file.discard();
    }
  });

  app.get('/evidence/:id/content', async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
    requireScope(request, 'evidence:read');
    const { id } = request.params;
    if (!isUuid(id)) throw notFound('Evidence', id);
    const [row] = await database.read(scopeOf(request.caller), (tx) => evidenceById(tx, [id]));
    if (!row) throw notFound('Evidence', id);
    const content = await store.open(row.sha256);
    return reply
      .type(row.mediaType)
      .header('content-length', row.bytes)
      .header('content-disposition', disposition(row.fileName))
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header('cache-control', 'private, no-cache')
      .header('etag', `"${row.sha256}"`)
      .send(content);
  });
}

/** What a body may have beside the file: boundaries, headers and the other fields. */
const formAllowance = 1024 * 1024;
