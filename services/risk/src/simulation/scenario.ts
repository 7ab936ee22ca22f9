import type { ControlInput, Left, Portfolio } from '@annex/simulation';
import type { Criteria } from '../criteria/criteria.ts';
import type { Factor } from '../level/level.ts';
import type { Quantified } from '../quantification/quantification.ts';
import { type Figures, figuresOf, leftOf, ratedScenario } from '../quantification/reading.ts';
import type { SimulatedReading } from './simulation.ts';
import { type Treatment, treated } from './treatment.ts';

/** What the numbers of a scenario are: those of a quantification, or the bands of a rating. */
export type Basis = 'QUANTIFIED' | 'RATED';

/** A risk as it goes into a simulation, frozen with its inputs. */
export interface FrozenScenario extends Quantified {
  readonly riskId: string;
  readonly riskVersion: number;
  readonly reference: string;
  readonly title: string;
  readonly basis: Basis;
  /** What controls leave of it, in the order of the simulation's readings. */
  readonly readings: readonly Left[];
  /** What each linked implementation would leave together with the others at full strength, and without it. */
  readonly controls: readonly { readonly implementationId: string; readonly full: Left; readonly none: Left }[];
}

interface SimulatedRisk {
  readonly id: string;
  readonly version: number;
  readonly reference: string;
  readonly title: string;
  readonly inherentLikelihood: number;
  readonly inherentConsequence: number;
}

const whole: Left = { frequency: 1, loss: 1 };

/** The readings of a simulation: without controls, with those that exist and, where one is tried out, with a treatment. */
export const readingsWith = (treatment: Treatment | null): SimulatedReading[] =>
  treatment ? ['INHERENT', 'CURRENT', 'RESIDUAL'] : ['INHERENT', 'CURRENT'];

/** Freezes a risk with what is known of it now. */
export function freeze(
  criteria: Criteria,
  risk: SimulatedRisk,
  quantification: (Figures & Quantified) | undefined,
  factors: readonly Factor[],
  treatment: Treatment | null,
): FrozenScenario {
  const { frequency, forms } = quantification ?? ratedScenario(criteria, risk);
  const figures = quantification ?? figuresOf({ frequency, forms });
  const left = (links: readonly Factor[]) => leftOf(criteria, figures, links);
  const with_ = (implementationId: string, strength: number) =>
    left(factors.map((factor) => (factor.implementationId === implementationId ? { ...factor, strength } : factor)));
  return {
    riskId: risk.id,
    riskVersion: risk.version,
    reference: risk.reference,
    title: risk.title,
    basis: quantification ? 'QUANTIFIED' : 'RATED',
    frequency,
    forms,
    readings: [whole, left(factors), ...(treatment ? [left(treated(risk.id, factors, treatment))] : [])],
    controls: factors.map(({ implementationId }) => ({
      implementationId,
      full: with_(implementationId, 1),
      none: with_(implementationId, 0),
    })),
  };
}

/** How many drivers are kept. */
const mostDrivers = 25;

/** The portfolio of frozen scenarios; what drives it is asked of the controls that exist. */
export function portfolioOf(
  simulation: Pick<Portfolio, 'seed' | 'trials' | 'correlations'>,
  scenarios: readonly FrozenScenario[],
): Portfolio {
  const controls = new Map<string, ControlInput['scenarios'][number][]>();
  for (const { riskId, controls: own } of scenarios) {
    for (const { implementationId, full, none } of own) {
      const known = controls.get(implementationId);
      if (known) known.push({ id: riskId, full, none });
      else controls.set(implementationId, [{ id: riskId, full, none }]);
    }
  }
  return {
    seed: simulation.seed,
    trials: simulation.trials,
    correlations: simulation.correlations,
    members: scenarios.map(({ riskId, frequency, forms, readings }) => ({
      scenario: { id: riskId, frequency, forms },
      readings,
    })),
    drivers: {
      reading: 1,
      most: mostDrivers,
      controls: [...controls].map(([id, within]) => ({ id, scenarios: within })),
    },
  };
}
