import { skosJsonLd, skosTurtle } from '@annex/catalogues';
import { AnnexError } from '@annex/schema';
import { requireScope } from '@annex/service';
import type { FastifyInstance } from 'fastify';

const formats = ['turtle', 'jsonld'] as const;

/** `GET /vocabulary?format=turtle|jsonld`: the vocabulary as SKOS. */
export function vocabularyRoutes(app: FastifyInstance): void {
  app.get('/vocabulary', async (request, reply) => {
    requireScope(request, 'controls:read');
    const { format = 'turtle' } = request.query as { format?: unknown };
    if (format === 'turtle') return reply.type('text/turtle; charset=utf-8').send(skosTurtle());
    if (format === 'jsonld') return reply.type('application/ld+json').send(JSON.stringify(skosJsonLd()));
    throw new AnnexError('UNSUPPORTED_FORMAT', 'query.format must name a format that is supported', {
      faults: [{ field: 'query.format', given: format, allowed: `must be one of ${formats.join(', ')}` }],
      details: { supported: [...formats] },
    });
  });
}
