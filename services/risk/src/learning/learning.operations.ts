import { AnnexError, notFound } from '@annex/schema';
import { type Caller, checkVersion, type Tx, type WriteTx } from '@annex/service';
import { type Frequency, type Left, lossAsLognormal, rateAsLognormal, rateMean } from '@annex/simulation';
import { type CriteriaRow, criteriaOfIsms, holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { short } from '../level/level.explanation.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { quantifyRisk } from '../quantification/quantification.operations.ts';
import { type QuantificationRow, quantificationsOf } from '../quantification/quantification.store.ts';
import { leftOf } from '../quantification/reading.ts';
import { factorsOf } from '../risk/link.store.ts';
import { holdRisk, type RiskRow, risksById } from '../risk/risk.store.ts';
import { sentencesOf } from './explanation.ts';
import { type AdoptionRow, insertAdoption, latestAdoptions, seenOfRisks } from './learning.store.ts';
import {
  checkAsked,
  formsAfter,
  type Learned,
  learn,
  type Seen,
  type Sorted,
  sortSeen,
  type Weights,
  type Window,
  yearsOf,
} from './learning.ts';

/** What was observed of a risk, and what it makes of its quantification. */
export interface Observed {
  readonly risk: RiskRow;
  readonly criteria: CriteriaRow;
  readonly window: Window;
  readonly years: number;
  readonly sorted: Sorted;
  /** Null where the risk is not quantified in the currency of the criteria. */
  readonly learned: Learned | null;
  /** Until when incidents are in the quantification already. */
  readonly adoptedUntil: Date | null;
  readonly overlaps: boolean;
  readonly sentences: readonly string[];
}

/** What observing rests on. */
export interface Basis {
  readonly risk: RiskRow;
  readonly criteria: CriteriaRow;
  readonly seen: readonly Seen[];
  readonly quantification: QuantificationRow | null;
  readonly left: Left;
  readonly adoption: AdoptionRow | null;
}

/** What the incidents of a window say of a risk. Pure. */
export function observe(basis: Basis, window: Window, weights: Weights): Observed {
  const { risk, criteria, quantification, adoption } = basis;
  const years = yearsOf(window);
  const sorted = sortSeen(basis.seen, window);
  // Whoever quantified it anew since decided anew what it rests on.
  const holds =
    adoption?.quantificationId === quantification?.id && adoption?.quantificationVersion === quantification?.version;
  const holding = holds ? adoption : null;
  const usable = quantification?.currency === criteria.currency ? quantification : null;
  const learned = usable && learn(usable, sorted.inside, years, basis.left, weights, holding?.weights ?? {});
  const adoptedUntil = holding?.windowUntil ?? null;
  const overlaps = adoptedUntil !== null && window.from < adoptedUntil;
  const sentences = sentencesOf(criteria, sorted, years, risk.currentLikelihood, learned, adoptedUntil, overlaps);
  return { risk, criteria, window, years, sorted, learned, adoptedUntil, overlaps, sentences };
}

/** What observing each of these risks rests on; in a handful of statements, however many there are. */
export async function basesOf(tx: Tx<RiskDatabase>, riskIds: readonly string[]): Promise<(Basis | null)[]> {
  const risks = await risksById(tx, riskIds);
  const criteria = await criteriaOfIsms(
    tx,
    [...risks.values()].map((risk) => risk.ismsId),
  );
  const seen = await seenOfRisks(tx, riskIds);
  const quantifications = await quantificationsOf(tx, riskIds);
  const adoptions = await latestAdoptions(tx, riskIds);
  const factors = await factorsOf(tx, riskIds);
  return riskIds.map((id, index) => {
    const risk = risks.get(id);
    const own = risk && criteria.get(risk.ismsId);
    if (!risk || !own) return null;
    const quantification = quantifications.get(id) ?? null;
    const left = quantification ? leftOf(own, quantification, factors.get(id) ?? []) : { frequency: 1, loss: 1 };
    return { risk, criteria: own, seen: seen[index] ?? [], quantification, left, adoption: adoptions[index] ?? null };
  });
}

export interface AdoptObservedInput {
  readonly riskId: string;
  readonly expectedVersion: number;
  readonly from: Date;
  readonly until?: Date | null;
  readonly priorYears?: number | null;
  readonly priorEvents?: number | null;
  readonly reason: string;
}

/** The distributions that a caller would give, as `quantifyRisk` takes them. */
const given = (frequency: Frequency) => ({ ...frequency });

/**
 * Makes what was learned from the incidents of a window the quantification of a risk, with a rationale that names them (27005, 7.3).
 * @throws AnnexError BAD_INPUT, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT where the risk is not quantified, or incidents would count twice
 */
export async function adoptObserved(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: AdoptObservedInput,
): Promise<{ id: string; version: number; riskId: string }> {
  const reason = text('input.reason', input.reason, 2000, 'required');
  const window = { from: input.from, until: input.until ?? tx.now };
  const weights = { priorYears: input.priorYears ?? 1, priorEvents: input.priorEvents ?? 3 };
  checkAsked(window, weights, tx.now, 'input.');
  const first = (await risksById(tx, [input.riskId])).get(input.riskId);
  if (!first) throw notFound('Risk', input.riskId);
  await holdActiveIsms(tx, first.ismsId);
  await holdCriteria(tx, first.ismsId, 'share');
  await holdRisk(tx, input.riskId);
  const [basis] = await basesOf(tx, [input.riskId]);
  if (!basis) throw notFound('Risk', input.riskId);
  const { risk, quantification } = basis;
  checkVersion(
    'RiskQuantification',
    quantification?.id ?? risk.id,
    quantification?.version ?? 0,
    input.expectedVersion,
  );
  const observed = observe(basis, window, weights);
  const { learned, sorted, adoptedUntil, overlaps } = observed;
  if (!quantification || !learned) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `${risk.reference} is not quantified in the currency of the criteria; quantify it before learning from incidents`,
      { details: { kind: 'Risk', id: risk.id, allowed: ['quantifyRisk'] } },
    );
  }
  if (overlaps) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `The quantification of ${risk.reference} was learned from incidents until ${adoptedUntil?.toISOString()}; begin there, so that none counts twice`,
      { details: { kind: 'Risk', id: risk.id, adoptedUntil: adoptedUntil?.toISOString() } },
    );
  }
  const { prior, posterior } = learned.frequency;
  const named = sorted.inside.map(({ reference }) => reference);
  const list = named.length > 50 ? `${named.slice(0, 50).join(', ')} and ${named.length - 50} more` : named.join(', ');
  const [from, until] = [window.from, window.until].map((moment) => moment.toISOString().slice(0, 10));
  const rationale = `${reason} Learned from what was observed from ${from} to ${until}: ${named.length === 0 ? 'no incident' : list}. The mean frequency went from ${short(rateMean(prior))} to ${short(rateMean(posterior))} a year.`;
  const saved = await quantifyRisk(tx, caller, {
    riskId: risk.id,
    expectedVersion: quantification.version,
    frequency: given(rateAsLognormal(posterior)),
    lossForms: formsAfter(quantification.forms, learned, lossAsLognormal).map((form) => ({
      ...form,
      loss: given(form.loss),
    })),
    rationale,
  });
  await insertAdoption(tx, {
    ...{ ismsId: risk.ismsId, riskId: risk.id, quantificationId: saved.id, quantificationVersion: saved.version },
    ...{ windowFrom: window.from, windowUntil: window.until, incidentIds: sorted.inside.map(({ id }) => id) },
    weights: Object.fromEntries(learned.losses.map(({ category, posterior: { weight } }) => [category, weight])),
  });
  return saved;
}
