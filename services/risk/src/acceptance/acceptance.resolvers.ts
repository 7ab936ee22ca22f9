import { type GraphqlModule, sdl } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { factorsView, lossView } from '../level/level.view.ts';
import { checkFirst, riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type AcceptRiskInput, acceptRisk } from './acceptance.operations.ts';
import { type AcceptanceRow, latestAcceptances } from './acceptance.store.ts';

type First = { readonly first: number };

export const acceptanceModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./acceptance.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async acceptRisk(_, { input }: { input: AcceptRiskInput }, context) {
        const { riskId } = await context.write('acceptRisk', input, (tx) => acceptRisk(tx, context.caller, input));
        return { risk: await riskFor(context, riskId) };
      },
    },
    Risk: {
      acceptances: ({ id }: RiskRow, { first }: First, context) =>
        context
          .loader<string, AcceptanceRow[]>(`acceptancesOfRisk ${checkFirst(first)}`, (tx, ids) =>
            latestAcceptances(tx, ids, first),
          )
          .load(id),
    },
    RiskAcceptance: {
      acceptedBy: (row: AcceptanceRow) => ({ id: row.acceptedBy }),
      loss: (row: AcceptanceRow) => lossView(row.loss, row.currency),
      explanation: (row: AcceptanceRow) => row.sentence,
      factors: (row: AcceptanceRow, { first }: First) => factorsView(row.factors).slice(0, checkFirst(first)),
    },
  },
};
