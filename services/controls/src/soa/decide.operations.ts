import { AnnexError, type EventRow, type FieldFault } from '@annex/schema';
import { entityFields, ismsOf, judge, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { resolverOf } from '../implementation/implementation.operations.ts';
import { text } from '../input.ts';
import { holdIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { liveRows } from './soa.live.ts';
import { soaRules } from './soa.rules.ts';
import { keepEntries, lockEntries, type SoaEntryRow } from './soa.store.ts';
import type { Decision, Reason, SoaRow } from './soa.ts';

export interface DecisionInput {
  readonly controlId: string;
  readonly expectedVersion?: number | null;
  readonly decision?: Decision | null;
  readonly justification?: string | null;
  readonly reasons?: readonly Reason[] | null;
}

export interface DecideInput {
  readonly ismsId?: string | null;
  readonly entries: readonly DecisionInput[];
}

/** So many controls in one mutation; all of Annex A ten times over. */
const mostEntries = 1000;
const mostReasons = 50;

export function applicabilityEvent(row: SoaEntryRow): EventRow<'annex.controls.applicability.changed.v1'> {
  const { id, ismsId, version, controlId, decision, reasons, decidedBy, decidedAt } = row;
  return {
    ...{ id, ismsId, version, controlId, decision, decidedBy },
    justified: row.justification !== '',
    reasons: [...new Set(reasons.map((reason) => reason.kind))],
    decidedAt: decidedAt.toISOString(),
  };
}

/** Collects what is wrong with every row before anything is refused. */
class Faults {
  readonly bad: FieldFault[] = [];
  readonly conflicts: FieldFault[] = [];

  /** Runs a check that throws BAD_INPUT; gives the fallback where it does. */
  try<R>(check: () => R, fallback: R): R {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof AnnexError) || error.faults.length === 0) throw error;
      this.bad.push(...error.faults);
      return fallback;
    }
  }

  /** @throws AnnexError BAD_INPUT, or STATE_CONFLICT where only what stands is in the way; every row is named */
  refuse(): void {
    const [code, faults] =
      this.bad.length > 0 ? (['BAD_INPUT', this.bad] as const) : (['STATE_CONFLICT', this.conflicts] as const);
    const [first] = faults;
    if (!first) return;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    throw new AnnexError(code, `${first.field}: ${first.allowed}${more}`, { faults });
  }
}

/** What the row's decision would stand against, in a sentence; nothing where it may be made. */
function obstacle(row: SoaRow | undefined, decision: Decision): string | undefined {
  if (decision !== 'NOT_NECESSARY') return undefined;
  const needing = [...(row?.risks ?? []), ...(row?.obligations ?? [])].map((one) => one.reference);
  if (needing.length === 0) return undefined;
  const shown = needing.slice(0, 5).join(', ') + (needing.length > 5 ? ` and ${needing.length - 5} more` : '');
  return `must stay necessary: ${shown} needs it`;
}

/**
 * Decides of controls whether they are necessary, and why (27001, 6.1.3 b to d). All or nothing: each row at fault is named. A control that
 * the treatment of an open risk or an obligation needs cannot be left out.
 * @throws AnnexError BAD_INPUT, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function decide(
  tx: WriteTx<ControlsDatabase>,
  input: DecideInput,
): Promise<{ ismsId: string; changed: number }> {
  const { entries } = input;
  if (entries.length < 1 || entries.length > mostEntries) {
    throw new AnnexError('BAD_INPUT', `input.entries: must hold 1 to ${mostEntries} controls`, {
      faults: [{ field: 'input.entries', given: entries.length, allowed: `must hold 1 to ${mostEntries} controls` }],
    });
  }
  const isms = await holdIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);

  const faults = new Faults();
  const resolve = await resolverOf(
    tx,
    entries.map((entry) => entry.controlId),
  );
  const ids = entries.map(({ controlId }, index) => {
    const field = `input.entries.${index}.controlId`;
    const id = resolve(controlId);
    if (!id) faults.bad.push({ field, given: controlId, allowed: 'must be a control of a catalogue, such as A.8.28' });
    return id;
  });
  ids.forEach((id, index) => {
    if (id && ids.indexOf(id) < index)
      faults.bad.push({ field: `input.entries.${index}.controlId`, given: id, allowed: 'must be named once' });
  });
  const known = ids.filter((id) => id !== undefined);
  const present = new Map(
    known.length > 0 ? (await lockEntries(tx, isms.id, known)).map((row) => [row.controlId, row]) : [],
  );
  const live = new Map((await liveRows(tx, isms.id)).map((row) => [row.controlId, row]));

  const changed: SoaEntryRow[] = [];
  entries.forEach((entry, index) => {
    const id = ids[index];
    if (!id) return;
    const at = `input.entries.${index}`;
    const before = present.get(id);
    const { expectedVersion } = entry;
    if (expectedVersion !== null && expectedVersion !== undefined && expectedVersion !== (before?.version ?? 0)) {
      throw new AnnexError(
        'VERSION_CONFLICT',
        `${at}: ${id} is at version ${before?.version ?? 0}, not ${expectedVersion}`,
        {
          details: { kind: 'SoaEntry', id, presentVersion: before?.version ?? 0, expectedVersion },
        },
      );
    }
    const reasons = entry.reasons ?? before?.reasons ?? [];
    if (reasons.length > mostReasons)
      faults.bad.push({
        field: `${at}.reasons`,
        given: reasons.length,
        allowed: `must hold at most ${mostReasons} reasons`,
      });
    const after: SoaEntryRow = {
      ...(before ?? {
        ...entityFields(tx),
        id: newId(),
        ismsId: isms.id,
        version: 0,
        controlId: id,
        decidedBy: '',
        decidedAt: tx.now,
      }),
      decision: entry.decision ?? before?.decision ?? 'UNDECIDED',
      justification: faults.try(
        () => text(`${at}.justification`, entry.justification ?? before?.justification ?? '', 5000, 'optional'),
        '',
      ),
      reasons: reasons.map(({ kind, text: said }, place) => ({
        kind,
        text: faults.try(() => text(`${at}.reasons.${place}.text`, said, 1000, 'required'), ''),
      })),
    };
    if (after.decision === 'NOT_NECESSARY' && after.justification === '')
      faults.bad.push({
        field: `${at}.justification`,
        given: '',
        allowed: `must say why ${live.get(id)?.number ?? id} is left out`,
      });
    const against = obstacle(live.get(id), after.decision);
    if (against) faults.conflicts.push({ field: `${at}.decision`, given: after.decision, allowed: against });
    const same =
      before &&
      before.decision === after.decision &&
      before.justification === after.justification &&
      JSON.stringify(before.reasons) === JSON.stringify(after.reasons);
    if (!same)
      changed.push({ ...after, version: after.version + 1, decidedBy: actingPerson(tx.scope), decidedAt: tx.now });
  });
  faults.refuse();
  if (changed.length > 0) {
    await keepEntries(tx, changed);
    tx.record('annex.controls.applicability.changed.v1', { rows: changed.map(applicabilityEvent) });
    await judge(tx, 'controls', [isms.id], soaRules);
  }
  return { ismsId: isms.id, changed: changed.length };
}
