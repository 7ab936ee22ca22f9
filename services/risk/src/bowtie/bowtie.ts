import type { ExplainedFactor } from '../level/level.explanation.ts';
import type { RiskRow } from '../risk/risk.store.ts';

/** On which side of the event a barrier stands. */
export type Side = 'LIKELIHOOD' | 'CONSEQUENCE';

/** A link as a barrier on one side, with what it takes off there now. */
export interface Barrier {
  readonly implementationId: string;
  readonly reference: string;
  readonly title: string;
  readonly effect: number;
  readonly strength: number;
  readonly commonCause: string | null;
  readonly takesOff: number;
  readonly why: string;
}

/** The barriers of a side, those that take most off first. A link without an effect there is none. */
export function barriersOn(side: Side, factors: readonly ExplainedFactor[]): Barrier[] {
  return factors
    .map((factor) => {
      const { implementationId, reference, title, strength, commonCause, why } = factor;
      const effect = side === 'LIKELIHOOD' ? factor.likelihoodEffect : factor.consequenceEffect;
      const counts = factor.counted === 'BOTH' || factor.counted === side;
      return {
        implementationId,
        reference,
        title,
        effect,
        strength,
        commonCause,
        takesOff: counts ? effect * strength : 0,
        why,
      };
    })
    .filter(({ effect }) => effect > 0)
    .sort((a, b) => b.takesOff - a.takesOff || (a.implementationId < b.implementationId ? -1 : 1));
}

/** What an event takes: properties of information first, then the forms of loss that were quantified. */
export function consequencesOf(
  { affects }: Pick<RiskRow, 'affects'>,
  forms: readonly { readonly category: string; readonly probability: number }[],
) {
  return [
    ...affects.map((property) => ({ property, category: null, probability: null })),
    ...forms.map(({ category, probability }) => ({ property: null, category, probability })),
  ];
}
