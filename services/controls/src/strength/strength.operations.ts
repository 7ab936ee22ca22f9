import type { EventRow } from '@annex/schema';
import { entityFields, judge, type WriteTx } from '@annex/service';
import { implementationRules, strengthRules } from '../conformity.ts';
import type { ControlsDatabase } from '../database.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import {
  computed,
  insertStrength,
  lockStrengths,
  type StrengthInputs,
  type StrengthRow,
  strengthInputs,
  updateStrengths,
} from './strength.store.ts';
import { strengthOf } from './strength.ts';

/** So many at a time: a measure may stand behind many implementations. */
const batchSize = 500;

export function strengthEvent(
  row: StrengthRow,
  { reference, title }: Pick<ImplementationRow, 'reference' | 'title'>,
): EventRow<'annex.controls.strength.changed.v1'> {
  const { id, ismsId, version, verified, claimed, verification } = row;
  return {
    id,
    ismsId,
    version,
    reference,
    title,
    verified,
    claimed,
    verification,
    computedAt: row.computedAt.toISOString(),
  };
}

/** Gives a new implementation its first strength: nothing is linked and nothing assessed. */
export async function beginStrength(tx: WriteTx<ControlsDatabase>, implementation: ImplementationRow): Promise<void> {
  const strength = strengthOf({ ...implementation, designs: [], links: [], cap: null });
  const row: StrengthRow = {
    ...entityFields(tx),
    id: implementation.id,
    ismsId: implementation.ismsId,
    version: 1,
    ...computed(strength),
    computedAt: tx.now,
  };
  await insertStrength(tx, row);
  tx.record('annex.controls.strength.changed.v1', { rows: [strengthEvent(row, implementation)] });
}

/** The row after a recomputation; undefined where no number moved. */
function moved(row: StrengthRow, inputs: StrengthInputs): StrengthRow | undefined {
  const now = computed(strengthOf(inputs.facts));
  const same = (Object.keys(now) as (keyof typeof now)[]).every((name) => now[name] === row[name]);
  return same ? undefined : { ...row, ...now, version: row.version + 1 };
}

/**
 * Recomputes the strength of implementations and announces those that moved. The rows are locked first and the inputs read in new
 * statements after, so that of two changes side by side the later one sees both.
 * @returns the ISMS in which anything moved
 */
async function recompute(tx: WriteTx<ControlsDatabase>, ids: readonly string[]): Promise<string[]> {
  const sorted = [...new Set(ids)].sort();
  const touchedIsms = new Set<string>();
  for (let start = 0; start < sorted.length; start += batchSize) {
    const locked = await lockStrengths(tx, sorted.slice(start, start + batchSize));
    if (locked.length === 0) continue;
    const inputs = new Map(
      (
        await strengthInputs(
          tx,
          locked.map((row) => row.id),
        )
      ).map((one) => [one.implementation.id, one]),
    );
    const changes = locked.flatMap((row) => {
      const of = inputs.get(row.id);
      const after = of && moved(row, of);
      return of && after ? [{ row: { ...after, computedAt: tx.now }, implementation: of.implementation }] : [];
    });
    if (changes.length === 0) continue;
    await updateStrengths(
      tx,
      changes.map((change) => change.row),
    );
    tx.record('annex.controls.strength.changed.v1', {
      rows: changes.map((change) => strengthEvent(change.row, change.implementation)),
    });
    for (const { row } of changes) touchedIsms.add(row.ismsId);
  }
  return [...touchedIsms];
}

/**
 * What follows from a change of facts behind implementations, in the same transaction: strength, then the rules of conformity.
 * @param ismsIds ISMS whose rules are judged though no strength may have moved
 */
export async function settle(
  tx: WriteTx<ControlsDatabase>,
  implementationIds: readonly string[],
  ismsIds: readonly string[] = [],
): Promise<void> {
  const moving = await recompute(tx, implementationIds);
  if (ismsIds.length > 0) await judge(tx, 'controls', ismsIds, implementationRules);
  // A measurement moves many strengths and often; the rules that look at other facts are left alone.
  const others = moving.filter((id) => !ismsIds.includes(id));
  if (others.length > 0) await judge(tx, 'controls', others, strengthRules);
}
