import { AnnexError, isUuid, notFound } from '@annex/schema';
import { requireScope, type ServiceContext, scopeOf } from '@annex/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RiskDatabase } from '../database.ts';
import { exceedanceSvg } from './exceedance.svg.ts';
import { type SimulationRow, simulationsById } from './simulation.store.ts';

/** The chart of a simulation. @throws AnnexError STATE_CONFLICT while there is no result */
function chartOf(row: SimulationRow) {
  const { result, reference, title, currency, readings, trials, scenarios, seed } = row;
  if (!result) {
    throw new AnnexError('STATE_CONFLICT', `${reference} is ${row.status} and has no result to draw`, {
      details: { present: row.status, allowed: ['DONE'] },
    });
  }
  const number = new Intl.NumberFormat('en');
  return {
    title: `${reference} ${title}`,
    subtitle: `${number.format(scenarios)} ${scenarios === 1 ? 'risk' : 'risks'}, ${number.format(trials)} simulated years, seed ${seed}. An indicator computed from recorded facts.`,
    currency,
    curves: readings.map((reading, index) => ({ reading, points: result.readings[index]?.curve ?? [] })),
  };
}

/** `GET /simulations/:id/loss-exceedance.svg`. */
export function simulationRoutes(app: FastifyInstance, { database }: ServiceContext<RiskDatabase>): void {
  app.get(
    '/simulations/:id/loss-exceedance.svg',
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      requireScope(request, 'risk:read');
      const { id } = request.params;
      const row = isUuid(id)
        ? await database.read(scopeOf(request.caller), async (tx) => (await simulationsById(tx, [id])).get(id))
        : undefined;
      if (!row) throw notFound('Simulation', id);
      return reply
        .type('image/svg+xml; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
        .header('x-content-type-options', 'nosniff')
        .header('content-disposition', `inline; filename="${row.reference}-loss-exceedance.svg"`)
        .send(exceedanceSvg(chartOf(row)));
    },
  );
}
