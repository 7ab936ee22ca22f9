import { type CallContext, type GraphqlModule, sdl } from '@annex/service';
import type { Distribution, Frequency, LossForm } from '@annex/simulation';
import { bandsView } from '../criteria/criteria.resolvers.ts';
import { criteriaFor } from '../criteria/criteria.store.ts';
import { bandOf, type Criteria } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { lossView, ratingView } from '../level/level.view.ts';
import { currentRating } from '../risk/risk.rating.ts';
import { factorsFor, riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import {
  type QuantifyRiskInput,
  quantifyRisk,
  type RemoveQuantificationInput,
  removeQuantification,
} from './quantification.operations.ts';
import { type QuantificationRow, quantificationsOf } from './quantification.store.ts';
import { type QuantifiedReading, readingsOf } from './reading.ts';

type Context = CallContext<RiskDatabase>;

/** The quantification of a risk, once a request; null where there is none. */
export const quantificationFor = (context: Context, riskId: string): Promise<QuantificationRow | null> =>
  context
    .loader<string, QuantificationRow | null>('quantificationOfRisk', async (tx, ids) => {
      const found = await quantificationsOf(tx, ids);
      return ids.map((asked) => found.get(asked) ?? null);
    })
    .load(riskId);

/** A distribution as the API shows it. */
export const distributionView = (distribution: Frequency | Distribution) => ({
  rate: null,
  low: null,
  mode: null,
  high: null,
  values: null,
  ...distribution,
});

/** A loss form as the API shows it. */
export const lossFormView = ({ loss, ...form }: LossForm) => ({ ...form, loss: distributionView(loss) });

function readingView(criteria: Criteria, reading: QuantifiedReading) {
  const { percentile95Loss } = reading;
  const bands = bandsView(criteria.consequences);
  return {
    ...reading,
    rating: ratingView(criteria, reading.rating),
    rated: ratingView(criteria, reading.rated),
    percentile95Loss: lossView(percentile95Loss, criteria.currency),
    percentile95Band: bands[bandOf(criteria.consequences, percentile95Loss) - 1],
    expectedAnnualLoss: lossView(reading.expectedAnnualLoss, criteria.currency),
  };
}

/** One of the two levels of a quantified risk; null where its losses are not in the currency of the criteria. */
async function readingFor(context: Context, row: QuantificationRow, which: 'inherent' | 'current') {
  const [risk, criteria] = await Promise.all([riskFor(context, row.riskId), criteriaFor(context, row.ismsId)]);
  if (row.currency !== criteria.currency) return null;
  const factors = await factorsFor(context, row.riskId);
  return readingView(criteria, readingsOf(criteria, row, risk, currentRating(criteria, risk, factors), factors)[which]);
}

export const quantificationModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./quantification.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async quantifyRisk(_, { input }: { input: QuantifyRiskInput }, context) {
        const saved = await context.write('quantifyRisk', input, (tx) => quantifyRisk(tx, context.caller, input));
        return { risk: await riskFor(context, saved.riskId) };
      },
      async removeQuantification(_, { input }: { input: RemoveQuantificationInput }, context) {
        const saved = await context.write('removeQuantification', input, (tx) => removeQuantification(tx, input));
        return { risk: await riskFor(context, saved.riskId) };
      },
    },
    Risk: {
      quantification: ({ id }: RiskRow, _, context) => quantificationFor(context, id),
    },
    RiskQuantification: {
      frequency: (row: QuantificationRow) => distributionView(row.frequency),
      lossForms: (row: QuantificationRow) => row.forms.map(lossFormView),
      meanLoss: (row: QuantificationRow) => lossView(row.meanLoss, row.currency),
      medianLoss: (row: QuantificationRow) => lossView(row.medianLoss, row.currency),
      percentile95Loss: (row: QuantificationRow) => lossView(row.percentile95Loss, row.currency),
      quantifiedBy: (row: QuantificationRow) => (row.quantifiedBy === null ? null : { id: row.quantifiedBy }),
      quantifiedAt: (row: QuantificationRow) => row.updatedAt,
      inherent: (row: QuantificationRow, _, context) => readingFor(context, row, 'inherent'),
      current: (row: QuantificationRow, _, context) => readingFor(context, row, 'current'),
    },
  },
};
