import { Readable } from 'node:stream';
import { readCatalog, writeCatalog } from '@annex/oscal';
import { badInput, isUuid, notFound, refuseAll } from '@annex/schema';
import {
  dryRunOf,
  formatOf,
  onceAsAsked,
  piecesOf,
  rehearse,
  requireScope,
  requireWriting,
  type ServiceContext,
  scopeOf,
  type Tx,
  type UploadQuery,
} from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { documentOf, type Imported, type ImportOf, importItems, importOscal, partsOf } from './library.operations.ts';
import { readRows, resolvedProfile, sha256 } from './library.read.ts';
import { cataloguesById } from './library.store.ts';
import { catalogueName, predecessorName } from './library.ts';
import { sendProfile } from './profile.routes.ts';
import { insertProfile, profileOf } from './profile.store.ts';

/** Of the body; a catalog is read piece by piece, so that what it grows to in memory stays bounded. */
const mostBytes = 64 * 1024 * 1024;

const formats = {
  oscal: 'OSCAL',
  'oscal-profile': 'OSCAL_PROFILE',
  csv: 'TABLE',
  xlsx: 'TABLE',
  json: 'LIST',
  yaml: 'LIST',
} as const;

/** What the query of an import says. */
function askedFor(query: UploadQuery) {
  const { title, catalogue } = query;
  const format = formatOf(query, Object.keys(formats) as (keyof typeof formats)[]);
  const dryRun = dryRunOf(query);
  if (catalogue !== undefined && !isUuid(catalogue)) throw badInput('query.catalogue', catalogue, 'must be a UUID');
  if (format === 'oscal-profile' && catalogue === undefined)
    throw badInput('query.catalogue', null, 'must be the id of the catalogue that the profile chooses from');
  const name = catalogueName({ key: query.key, edition: query.edition });
  const predecessor = predecessorName(query.predecessor, name.edition);
  return {
    ...name,
    ...(predecessor === undefined ? {} : { predecessor }),
    format,
    title: typeof title === 'string' ? text('query.title', title, 300, 'required') : null,
    dryRun,
    catalogue: catalogue ?? null,
  };
}

async function sourceOf(tx: Tx<ControlsDatabase>, id: string) {
  const [row] = await cataloguesById(tx, [id]);
  if (!row) throw notFound('Catalogue', id);
  const parts = [];
  for await (const part of partsOf(tx, row)) parts.push(part);
  return { kind: 'catalog' as const, document: documentOf(row), parts };
}

/** A catalogue and the profile that it was resolved from. @throws AnnexError NOT_FOUND, BAD_INPUT where it came from elsewhere */
async function withProfile(tx: Tx<ControlsDatabase>, id: string) {
  const [row] = await cataloguesById(tx, [id]);
  if (!row) throw notFound('Catalogue', id);
  const profile = await profileOf(tx, id);
  if (profile) return { row, profile };
  throw badInput('query.as', 'profile', 'must be catalog: no profile is kept of this catalogue');
}

/** `POST /catalogues` (the body is the file), `GET /catalogues/:id/oscal?as=catalog|profile`. */
export function libraryRoutes(app: FastifyInstance, { database }: ServiceContext<ControlsDatabase>): void {
  app.post('/catalogues', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'controls:write');
    const { dryRun, catalogue, ...named } = askedFor(request.query as UploadQuery);
    const pieces = await piecesOf(request, mostBytes);
    const digest = sha256(pieces);
    const asked: ImportOf = { ...named, format: formats[named.format], sha256: digest };
    const rows =
      named.format === 'oscal' || named.format === 'oscal-profile'
        ? undefined
        : await readRows(Buffer.concat(pieces), named.format);
    if (rows) refuseAll('INVALID_TABLE', rows.faults);
    const keep = async (tx: Parameters<typeof importItems>[0]): Promise<Imported> => {
      if (rows) return importItems(tx, asked, rows.items, rows.places);
      if (catalogue === null) return importOscal(tx, asked, readCatalog(Readable.from(pieces)));
      const source = await sourceOf(tx, catalogue);
      const { document, parts, warnings, profile } = await resolvedProfile(Buffer.concat(pieces), () => source);
      const imported = await importOscal(tx, asked, [document, ...parts], warnings);
      await insertProfile(tx, imported.id, profile);
      return imported;
    };
    if (dryRun) {
      const answer = await rehearse(database, scopeOf(request.caller), keep);
      return reply.code(200).send({ ...answer, id: null, dryRun: true });
    }
    const answer = await database.write(scopeOf(request.caller), (tx) =>
      onceAsAsked(tx, request.caller, 'importCatalogue', { ...asked, catalogue }, () => keep(tx)),
    );
    return reply.code(201).header('location', `/catalogues/${answer.id}/oscal`).send(answer);
  });

  app.get('/catalogues/:id/oscal', async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
    requireScope(request, 'controls:read');
    const { id } = request.params;
    if (!isUuid(id)) throw notFound('Catalogue', id);
    const { as = 'catalog' } = request.query as UploadQuery;
    if (as !== 'catalog' && as !== 'profile') throw badInput('query.as', as, 'must be catalog or profile');
    if (as === 'profile') {
      const { row, profile } = await database.read(scopeOf(request.caller), (tx) => withProfile(tx, id));
      return sendProfile(reply, profile, `${row.key}-${row.edition}`);
    }
    const opened = await database.openRead(scopeOf(request.caller));
    try {
      const [row] = await cataloguesById(opened.tx, [id]);
      if (!row) throw notFound('Catalogue', id);
      const stream = Readable.from(writeCatalog(documentOf(row), partsOf(opened.tx, row)));
      // The transaction ends with the stream, also where whoever reads it goes away.
      stream.once('close', () => void opened.end().catch(() => undefined));
      return reply
        .type('application/oscal.catalog+json')
        .header('content-disposition', `attachment; filename="${row.key}-${row.edition}.json"`)
        .send(stream);
    } catch (error) {
      await opened.end();
      throw error;
    }
  });
}
