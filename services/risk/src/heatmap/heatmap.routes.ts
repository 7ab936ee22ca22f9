import { AnnexError, badInput } from '@annex/schema';
import {
  formatOf,
  ismsOf,
  requireScope,
  type ServiceContext,
  scopeOf,
  type Tx,
  type UploadQuery,
} from '@annex/service';
import type { FastifyInstance } from 'fastify';
import { criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { ismsAsked } from '../input.ts';
import { heatMapCells, type Reading } from './heatmap.store.ts';
import { type HeatMapChart, heatMapSvg } from './heatmap.svg.ts';

const readings: readonly Reading[] = ['CURRENT', 'INHERENT'];

function readingOf({ reading = 'CURRENT' }: UploadQuery): Reading {
  const found = readings.find((one) => one === reading);
  if (found) return found;
  throw badInput('query.reading', reading, `must be one of ${readings.join(', ')}`);
}

async function chartOf(tx: Tx<RiskDatabase>, asked: string | null, reading: Reading): Promise<HeatMapChart> {
  const ismsId = await ismsOf(tx, asked);
  const criteria = (await criteriaOfIsms(tx, [ismsId])).get(ismsId);
  if (!criteria) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  const { rows } = await tx.query<{ name: string }>('select name from isms where tenant_id = $1 and id = $2', [
    tx.tenant,
    ismsId,
  ]);
  const cells = await heatMapCells(tx, ismsId, criteria, reading);
  return { ismsName: rows[0]?.name ?? ismsId, reading, criteria, cells };
}

/** `GET /heat-map?ismsId=&format=svg&reading=CURRENT|INHERENT`; its figures are `heatMap` of the graph. */
export function heatMapRoutes(app: FastifyInstance, { database }: ServiceContext<RiskDatabase>): void {
  app.get('/heat-map', async (request, reply) => {
    requireScope(request, 'risk:read');
    const query = request.query as UploadQuery;
    formatOf(query, ['svg']);
    const [asked, reading] = [ismsAsked(query), readingOf(query)];
    const chart = await database.read(scopeOf(request.caller), (tx) => chartOf(tx, asked, reading));
    return reply
      .type('image/svg+xml; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', 'inline; filename="heat-map.svg"')
      .send(heatMapSvg(chart));
  });
}
