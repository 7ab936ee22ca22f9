import { threats, weaknesses } from '@annex/threats';
import type { Identified } from '../identification/identification.ts';
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

/** Something that brings a risk, and what it is in the scenario. */
export interface Cause {
  readonly kind: 'SOURCE' | 'THREAT' | 'WEAKNESS' | 'SCENARIO' | 'DESCRIPTION';
  readonly text: string;
  readonly libraryId: string | null;
}

/** What brings a risk, in the order in which it comes about: source, threat, weaknesses, scenario; what people wrote of it last. */
export function causesOf(
  { description }: Pick<RiskRow, 'description'>,
  identified: Omit<Identified, 'approach'> | null,
): Cause[] {
  const said = (kind: Cause['kind'], ...texts: readonly (string | null | undefined)[]): Cause[] =>
    texts.flatMap((text) => (text?.trim() ? { kind, text, libraryId: null } : []));
  const entry = (kind: Cause['kind'], of: { readonly id: string; readonly title: string } | undefined): Cause[] =>
    of ? [{ kind, text: of.title, libraryId: of.id }] : [];
  return [
    ...said('SOURCE', identified?.riskSource),
    ...entry('THREAT', threats.get(identified?.threatId ?? '')),
    ...said('THREAT', identified?.threat),
    ...(identified?.weaknessIds ?? []).flatMap((id) => entry('WEAKNESS', weaknesses.get(id))),
    ...said('WEAKNESS', ...(identified?.weaknesses ?? [])),
    ...said('SCENARIO', identified?.strategicScenario, identified?.operationalScenario),
    ...said('DESCRIPTION', description),
  ];
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
