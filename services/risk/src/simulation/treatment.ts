import { AnnexError, badInput, type FieldFault } from '@annex/schema';
import { text } from '../input.ts';
import type { Factor } from '../level/level.ts';

/** A treatment to try out: what it costs in a year, and what it promises. */
export interface TreatmentInput {
  readonly title: string;
  readonly annualCost: number;
  readonly strengths?: readonly { readonly implementationId: string; readonly strength: number }[] | null;
  readonly effects?:
    | readonly { readonly riskId: string; readonly likelihoodEffect: number; readonly consequenceEffect: number }[]
    | null;
}

/** A treatment as it is kept with a simulation. */
export interface Treatment {
  readonly title: string;
  /** Minor units of the simulation's currency. */
  readonly annualCost: number;
  readonly strengths: readonly { readonly implementationId: string; readonly strength: number }[];
  readonly effects: readonly {
    readonly riskId: string;
    readonly likelihoodEffect: number;
    readonly consequenceEffect: number;
  }[];
}

const mostPromises = 500;

/**
 * A treatment that may be simulated.
 * @param linked the implementations that the simulated risks are linked to
 * @param simulated the simulated risks
 * @throws AnnexError BAD_INPUT with every fault
 */
export function treatmentOf(
  input: TreatmentInput,
  linked: ReadonlySet<string>,
  simulated: { readonly has: (id: string) => boolean },
): Treatment {
  const title = text('input.treatment.title', input.title, 200, 'required');
  const strengths = input.strengths ?? [];
  const effects = input.effects ?? [];
  const faults: FieldFault[] = [];
  const share = (field: string, given: number) => {
    if (!(given >= 0 && given <= 1)) faults.push({ field, given, allowed: 'a share from 0 to 1' });
  };
  if (!(input.annualCost >= 0 && input.annualCost <= 1e15))
    faults.push({ field: 'input.treatment.annualCost', given: input.annualCost, allowed: 'a number from 0 to 1e15' });
  const promises = strengths.length + effects.length;
  if (promises < 1 || promises > mostPromises)
    throw badInput('input.treatment', promises, `1 to ${mostPromises} strengths and effects together`);
  const once = (field: string, ids: readonly string[], known: (id: string) => boolean, allowed: string) => {
    const seen = new Set<string>();
    for (const [index, id] of ids.entries()) {
      const at = field.replace('*', `[${index}]`);
      if (!known(id)) faults.push({ field: at, given: id, allowed });
      if (seen.has(id)) faults.push({ field: at, given: id, allowed: 'one that no other entry names' });
      seen.add(id);
    }
  };
  once(
    'input.treatment.strengths*.implementationId',
    strengths.map(({ implementationId }) => implementationId),
    (id) => linked.has(id),
    'an implementation that a simulated risk is linked to',
  );
  once(
    'input.treatment.effects*.riskId',
    effects.map(({ riskId }) => riskId),
    (id) => simulated.has(id),
    'a risk that is simulated',
  );
  for (const [index, { strength }] of strengths.entries())
    share(`input.treatment.strengths[${index}].strength`, strength);
  for (const [index, effect] of effects.entries()) {
    share(`input.treatment.effects[${index}].likelihoodEffect`, effect.likelihoodEffect);
    share(`input.treatment.effects[${index}].consequenceEffect`, effect.consequenceEffect);
  }
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return { title, annualCost: input.annualCost, strengths: [...strengths], effects: [...effects] };
}

/** The links of a risk with what the treatment promises: other strengths, and a further control at full strength. */
export function treated(riskId: string, factors: readonly Factor[], treatment: Treatment): Factor[] {
  const promised = new Map(treatment.strengths.map(({ implementationId, strength }) => [implementationId, strength]));
  const links = factors.map((factor) => ({
    ...factor,
    strength: promised.get(factor.implementationId) ?? factor.strength,
  }));
  const further = treatment.effects
    .filter((effect) => effect.riskId === riskId)
    .map(({ likelihoodEffect, consequenceEffect }) => ({
      implementationId: 'treatment',
      reference: '',
      title: treatment.title,
      strength: 1,
      strengthNote: null,
      likelihoodEffect,
      consequenceEffect,
      commonCause: null,
    }));
  return [...links, ...further];
}
