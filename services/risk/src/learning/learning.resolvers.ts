import { type CallContext, findEntity, type GraphqlModule, sdl } from '@annex/service';
import {
  type LossBelief,
  lossAsLognormal,
  mean,
  quantile,
  type RateBelief,
  rateMean,
  rateQuantile,
} from '@annex/simulation';
import { bandsView } from '../criteria/criteria.resolvers.ts';
import { bandOf } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { findIncidents } from '../incident/incident.store.ts';
import { lossView } from '../level/level.view.ts';
import { riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import {
  type AdoptObservedInput,
  adoptObserved,
  type Basis,
  basesOf,
  type Observed,
  observe,
} from './learning.operations.ts';
import { checkAsked, type LossUpdate } from './learning.ts';

interface ObservedArgs {
  readonly from: Date;
  readonly until?: Date | null;
  readonly priorYears: number;
  readonly priorEvents: number;
}

const rateView = (belief: RateBelief) => ({
  ...belief,
  mean: rateMean(belief),
  low: rateQuantile(belief, 0.05),
  high: rateQuantile(belief, 0.95),
});

function lossBeliefView(belief: LossBelief, currency: string) {
  const lognormal = lossAsLognormal(belief);
  return {
    weight: belief.weight,
    logMean: belief.mean,
    logVariance: belief.scale / (belief.shape - 1),
    mean: lossView(mean(lognormal), currency),
    median: lossView(quantile(lognormal, 0.5), currency),
    low: lossView(lognormal.low, currency),
    high: lossView(lognormal.high, currency),
  };
}

const lossUpdateView = ({ category, observed, prior, posterior }: LossUpdate, currency: string) => ({
  category,
  observed: observed.map((loss) => lossView(loss, currency)),
  prior: lossBeliefView(prior, currency),
  posterior: lossBeliefView(posterior, currency),
  shift: quantile(lossAsLognormal(posterior), 0.5) / quantile(lossAsLognormal(prior), 0.5),
});

function observedView(observed: Observed) {
  const { criteria, sorted, years, learned, risk } = observed;
  const bands = bandsView(criteria.likelihoods);
  const seen = sorted.inside.length / years;
  const level = bandOf(criteria.likelihoods, seen);
  const rated = risk.currentLikelihood;
  return {
    ...{ ...observed.window, years, count: sorted.inside.length, frequencySeen: seen, sorted },
    bandSeen: bands[level - 1],
    bandRated: bands[rated - 1],
    agreement: level === rated ? 'SAME' : level < rated ? 'BELOW' : 'ABOVE',
    adoptedUntil: observed.adoptedUntil,
    frequency: learned && {
      prior: rateView(learned.frequency.prior),
      posterior: rateView(learned.frequency.posterior),
      yearsBeforeControls: learned.exposure,
      shift: rateMean(learned.frequency.posterior) / rateMean(learned.frequency.prior),
    },
    losses: learned?.losses.map((update) => lossUpdateView(update, criteria.currency)) ?? [],
    explanation: observed.sentences,
  };
}

type Shown = ReturnType<typeof observedView>;

/** Incidents by the rows that were learned from, batched. */
const shown = (context: CallContext<RiskDatabase>, seen: Shown['sorted']['inside']) =>
  Promise.all(seen.slice(0, 100).map(({ id }) => findEntity(context, 'Incident', findIncidents, id)));

export const learningModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./learning.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async adoptObserved(_, { input }: { input: AdoptObservedInput }, context) {
        const saved = await context.write('adoptObserved', input, (tx) => adoptObserved(tx, context.caller, input));
        return { risk: await riskFor(context, saved.riskId) };
      },
    },
    Risk: {
      async observed({ id }: RiskRow, { from, until, ...weights }: ObservedArgs, context) {
        const found = await context
          .loader<string, { basis: Basis | null; now: Date }>('basisOfRisk', async (tx, ids) =>
            (await basesOf(tx, ids)).map((basis) => ({ basis, now: tx.now })),
          )
          .load(id);
        if (!found.basis) throw new Error(`The risk ${id} was read and is not there`);
        const window = { from, until: until ?? found.now };
        checkAsked(window, weights, found.now, '');
        return observedView(observe(found.basis, window, weights));
      },
    },
    ObservedRisk: {
      incidents: ({ sorted }: Shown, _, context) => shown(context, sorted.inside),
      partlyInside: ({ sorted }: Shown, _, context) => shown(context, [...sorted.partly, ...sorted.undated]),
      unconfirmed: ({ sorted }: Shown, _, context) => shown(context, sorted.unconfirmed),
    },
  },
};
