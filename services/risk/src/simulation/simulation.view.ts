import { type LossSummary, shownPercentiles, tails, treatmentReturn } from '@annex/simulation';
import { money } from '../level/level.explanation.ts';
import { lossView } from '../level/level.view.ts';
import { distributionView, lossFormView } from '../quantification/quantification.resolvers.ts';
import type { ScenarioOutcome, SimulationRow } from './simulation.store.ts';
import type { SimulatedReading } from './simulation.ts';

/** A summary of losses as the API shows it. */
function figuresView(summary: LossSummary, currency: string) {
  const loss = (amount: number) => lossView(amount, currency);
  return {
    expectedLoss: loss(summary.expected),
    standardError: loss(summary.standardError),
    standardDeviation: loss(summary.standardDeviation),
    anyLoss: summary.anyLoss,
    largest: loss(summary.largest),
    percentiles: shownPercentiles.map((percent) => ({ percent, loss: loss(summary.percentiles[percent]) })),
    tails: tails.map((percent) => ({
      percent,
      valueAtRisk: loss(summary.percentiles[percent]),
      tailValueAtRisk: loss(summary.tailMeans[percent]),
    })),
  };
}

/** What all risks of a simulation lose, reading by reading; nothing until it is done. */
export function resultsView({ readings, result, currency }: SimulationRow) {
  return readings.flatMap((reading, index) => {
    const found = result?.readings[index];
    if (!found) return [];
    return [
      {
        reading,
        figures: figuresView(found.summary, currency),
        exceedance: found.curve.map(({ probability, loss }) => ({ probability, loss: lossView(loss, currency) })),
      },
    ];
  });
}

/** What the treatment of a simulation is worth; null where there is none, or no result yet. */
export function treatmentReturnView({ treatment, readings, result, currency }: SimulationRow) {
  const expected = (reading: SimulatedReading) => result?.readings[readings.indexOf(reading)]?.summary.expected;
  const [before, after] = [expected('CURRENT'), expected('RESIDUAL')];
  if (!treatment || before === undefined || after === undefined) return null;
  const { reduction, cost, net, ratio } = treatmentReturn(before, after, treatment.annualCost);
  const amount = (value: number) => money({ currency }, value);
  const worth = net >= 0 ? `${amount(net)} more than it costs` : `${amount(-net)} less than it costs`;
  return {
    reduction: lossView(reduction, currency),
    cost: lossView(cost, currency),
    net: lossView(net, currency),
    ratio,
    explanation: `“${treatment.title}” lowers the expected loss of a year from ${amount(before)} to ${amount(after)} and costs ${amount(cost)} in it: it is expected to save ${worth}.`,
  };
}

/** The treatment of a simulation as the API shows it. */
export const treatmentView = ({ treatment, currency }: SimulationRow) =>
  treatment && {
    ...treatment,
    annualCost: lossView(treatment.annualCost, currency),
    strengths: treatment.strengths.map(({ implementationId, strength }) => ({
      implementation: { id: implementationId },
      strength,
    })),
  };

/** What drives a simulation, as the API shows it. */
export const driversView = ({ result, currency }: SimulationRow) =>
  (result?.drivers ?? []).map(({ kind, scenario, input, low, high }) => ({
    kind,
    riskId: scenario,
    implementation: kind === 'CONTROL' ? { id: input } : null,
    category: kind === 'LOSS' ? input : null,
    low: lossView(low, currency),
    high: lossView(high, currency),
  }));

/** A simulated risk as the API shows it. */
export const scenarioView = (row: ScenarioOutcome, simulation: Pick<SimulationRow, 'readings' | 'currency'>) => ({
  ...row,
  frequency: distributionView(row.frequency),
  lossForms: row.forms.map(lossFormView),
  readings: simulation.readings.map((reading, index) => {
    const summary = row.summaries?.[index];
    return {
      reading,
      frequencyLeft: row.readings[index]?.frequency ?? 1,
      lossLeft: row.readings[index]?.loss ?? 1,
      figures: summary ? figuresView(summary, simulation.currency) : null,
    };
  }),
});
