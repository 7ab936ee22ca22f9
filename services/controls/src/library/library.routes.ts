import { Readable } from 'node:stream';
import { readCatalog, writeCatalog } from '@annex/oscal';
import { AnnexError, badInput, isUuid, notFound } from '@annex/schema';
import { onceAsAsked, requireScope, requireWriting, type ServiceContext, scopeOf, type Tx } from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { documentOf, type Imported, type ImportOf, importItems, importOscal, partsOf } from './library.operations.ts';
import { readRows, refuseRows, resolvedProfile, sha256 } from './library.read.ts';
import { cataloguesById } from './library.store.ts';
import { catalogueName } from './library.ts';

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

type Query = { readonly [name: string]: string | string[] | undefined };

/** What the query of an import says. */
function askedFor(query: Query) {
  const { format, title, dryRun, catalogue } = query;
  if (typeof format !== 'string' || !Object.hasOwn(formats, format)) {
    const supported = Object.keys(formats);
    throw new AnnexError('UNSUPPORTED_FORMAT', 'query.format must name a format that is supported', {
      faults: [{ field: 'query.format', given: format ?? null, allowed: `must be one of ${supported.join(', ')}` }],
      details: { supported },
    });
  }
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    throw badInput('query.dryRun', dryRun, 'must be true or false');
  if (catalogue !== undefined && !isUuid(catalogue)) throw badInput('query.catalogue', catalogue, 'must be a UUID');
  if (format === 'oscal-profile' && catalogue === undefined)
    throw badInput('query.catalogue', null, 'must be the id of the catalogue that the profile chooses from');
  return {
    ...catalogueName({ key: query.key, edition: query.edition }),
    format: format as keyof typeof formats,
    title: typeof title === 'string' ? text('query.title', title, 300, 'required') : null,
    dryRun: dryRun === 'true',
    catalogue: catalogue ?? null,
  };
}

/** The body as it came; put together only for what cannot be read piece by piece. @throws AnnexError PAYLOAD_TOO_LARGE */
async function piecesOf(request: FastifyRequest): Promise<Buffer[]> {
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
class DryRun extends Error {
  readonly answer: Imported;
  constructor(answer: Imported) {
    super('A dry run ends without being kept');
    this.answer = answer;
  }
}

async function sourceOf(tx: Tx<ControlsDatabase>, id: string) {
  const [row] = await cataloguesById(tx, [id]);
  if (!row) throw notFound('Catalogue', id);
  const parts = [];
  for await (const part of partsOf(tx, row)) parts.push(part);
  return { kind: 'catalog' as const, document: documentOf(row), parts };
}

/** `POST /catalogues` (the body is the file), `GET /catalogues/:id/oscal`. */
export function libraryRoutes(app: FastifyInstance, { database }: ServiceContext<ControlsDatabase>): void {
  app.post('/catalogues', { bodyLimit: mostBytes }, async (request, reply) => {
    requireWriting(request, 'controls:write');
    const { dryRun, catalogue, ...named } = askedFor(request.query as Query);
    const pieces = await piecesOf(request);
    const digest = sha256(pieces);
    const asked: ImportOf = { ...named, format: formats[named.format], sha256: digest };
    const rows =
      named.format === 'oscal' || named.format === 'oscal-profile'
        ? undefined
        : await readRows(Buffer.concat(pieces), named.format);
    if (rows) refuseRows(rows.faults);
    const keep = async (tx: Parameters<typeof importItems>[0]): Promise<Imported> => {
      if (rows) return importItems(tx, asked, rows.items);
      if (catalogue === null) return importOscal(tx, asked, readCatalog(Readable.from(pieces)));
      const source = await sourceOf(tx, catalogue);
      const { document, parts, warnings } = await resolvedProfile(Buffer.concat(pieces), () => source);
      return importOscal(tx, asked, [document, ...parts], warnings);
    };
    if (dryRun) {
      try {
        await database.write(scopeOf(request.caller), async (tx) => {
          throw new DryRun(await keep(tx));
        });
      } catch (error) {
        if (!(error instanceof DryRun)) throw error;
        return reply.code(200).send({ ...error.answer, id: null, dryRun: true });
      }
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
