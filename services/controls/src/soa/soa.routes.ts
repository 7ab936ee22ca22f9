import { AnnexError, isUuid, notFound } from '@annex/schema';
import { requireScope, type ServiceContext, scopeOf } from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ControlsDatabase } from '../database.ts';
import type { SoaDocument } from './soa.document.ts';
import { approvalsOf, contentsOf, findVersions } from './soa.store.ts';
import type { SoaContent } from './soa.ts';

type Body = string | Uint8Array;

/** How a version is handed out. What makes a document is loaded when somebody asks for one. */
const formats: Readonly<
  Record<
    string,
    { readonly type: string; readonly extension: string; make(document: SoaDocument, text: string): Promise<Body> }
  >
> = {
  json: { type: 'application/json; charset=utf-8', extension: 'json', make: async (_document, text) => text },
  pdf: {
    type: 'application/pdf',
    extension: 'pdf',
    make: async (document) => (await import('./soa.pdf.ts')).soaPdf(document),
  },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    extension: 'xlsx',
    make: async (document) => (await import('./soa.xlsx.ts')).soaXlsx(document),
  },
  oscal: {
    type: 'application/oscal.ssp+json',
    extension: 'ssp.json',
    make: async (document) => JSON.stringify((await import('./soa.ssp.ts')).soaSsp(document)),
  },
};

/** `GET /soa/:id/document?format=json|pdf|xlsx|oscal`: a version of the Statement of Applicability as a file; json is the text that is hashed, byte for byte. */
export function soaRoutes(app: FastifyInstance, { database }: ServiceContext<ControlsDatabase>): void {
  app.get(
    '/soa/:id/document',
    async (request: FastifyRequest<{ Params: { id: string }; Querystring: { format?: string } }>, reply) => {
      requireScope(request, 'controls:read');
      const { id } = request.params;
      const { format = 'json' } = request.query;
      const way = Object.hasOwn(formats, format) ? formats[format] : undefined;
      if (!way) {
        const supported = Object.keys(formats);
        throw new AnnexError('UNSUPPORTED_FORMAT', 'query.format must name a format that is supported', {
          faults: [{ field: 'query.format', given: format, allowed: `must be one of ${supported.join(', ')}` }],
          details: { supported },
        });
      }
      if (!isUuid(id)) throw notFound('SoaVersion', id);
      const found = await database.read(scopeOf(request.caller), async (tx) => {
        const [version] = await findVersions(tx, [id]);
        const [text] = await contentsOf(tx, [id]);
        const [approvals = []] = await approvalsOf(tx, [id]);
        return version && text !== undefined ? { version, text, approvals } : undefined;
      });
      if (!found) throw notFound('SoaVersion', id);
      const { version, text, approvals } = found;
      const document: SoaDocument = {
        content: JSON.parse(text) as SoaContent,
        contentHash: version.contentHash,
        status: version.status,
        approvals: approvals.map((one) => ({
          personId: one.personId,
          role: one.role,
          decision: one.decision,
          decidedAt: one.decidedAt?.toISOString() ?? null,
          note: one.note,
        })),
        approvedAt:
          version.status === 'APPROVED' || version.status === 'SUPERSEDED'
            ? (version.decidedAt?.toISOString() ?? null)
            : null,
      };
      const body = await way.make(document, text);
      return reply
        .type(way.type)
        .header('content-disposition', `attachment; filename="soa-${version.number}.${way.extension}"`)
        .header('etag', `"${version.contentHash}-${version.version}-${format}"`)
        .send(typeof body === 'string' ? body : Buffer.from(body));
    },
  );
}
