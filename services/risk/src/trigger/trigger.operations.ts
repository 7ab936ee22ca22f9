import { AnnexError, notFound } from '@annex/schema';
import { type DueHandler, everyRow, judge, newId, schedule, type WriteTx } from '@annex/service';
import type { AssetFacts } from '../asset/asset.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { risksById } from '../risk/risk.store.ts';
import { triggerRules } from './trigger.rules.ts';
import { assessedAbout, closeOpen, insertTriggers, type TriggerRow, triggerEvent } from './trigger.store.ts';
import { deadlineOf, type StoredKind } from './trigger.ts';

/** The due moment at which the triggers of a day have been open too long; its subject is the ISMS and that day. */
export const triggerOverdue = 'trigger.overdue';

/** Tells of triggers, sees to it that those left open announce themselves, and judges their ISMS. */
async function settle(tx: WriteTx<RiskDatabase>, rows: readonly TriggerRow[]): Promise<void> {
  if (rows.length === 0) return;
  tx.record('annex.risk.trigger.changed.v1', { rows: rows.map(triggerEvent) });
  const ismsIds = [...new Set(rows.map((row) => row.ismsId))].sort();
  const deadline = deadlineOf(tx.now);
  if (rows.some((row) => row.status === 'OPEN'))
    for (const ismsId of ismsIds)
      await schedule(tx, triggerOverdue, `${ismsId}/${deadline.toISOString().slice(0, 10)}`, deadline);
  await judge(tx, 'risk', ismsIds, triggerRules);
}

export interface RaisedTrigger {
  readonly riskIds: readonly string[];
  readonly kind: StoredKind;
  readonly reason: string;
  /** What raised it; the same one raises no second trigger of a risk while the first is open. */
  readonly link: { readonly kind: string; readonly id: string } | null;
}

/** Asks for open risks to be assessed again; the next assessment of each answers it. @returns the ids of what was raised */
export async function raiseTrigger(tx: WriteTx<RiskDatabase>, raised: RaisedTrigger): Promise<string[]> {
  const { riskIds, kind, reason, link } = raised;
  if (riskIds.length === 0) return [];
  const cause = link ? `${link.kind} ${link.id}` : newId();
  const rows = await insertTriggers(
    tx,
    kind,
    [...new Set(riskIds)].map((riskId) => ({ riskId, cause, reason, link })),
  );
  await settle(tx, rows);
  return rows.map((row) => row.id);
}

/** An assessment answers what asked for one. */
export async function closeTriggers(tx: WriteTx<RiskDatabase>, riskId: string, assessmentId: string): Promise<void> {
  await settle(tx, await closeOpen(tx, riskId, assessmentId));
}

type ValuedAsset = Pick<AssetFacts, 'name' | (typeof valued)[number]> & {
  readonly id: string;
  readonly reference: string;
};
const valued = ['classification', 'confidentiality', 'integrity', 'availability'] as const;

/** Where what people valued or classified of assets changed, the assessed risks about them are to be assessed again. */
export async function raiseForAssets(
  tx: WriteTx<RiskDatabase>,
  changes: readonly { readonly before: ValuedAsset; readonly after: ValuedAsset }[],
): Promise<void> {
  const anew = new Map(
    changes.flatMap(({ before, after }) =>
      valued.some((field) => before[field] !== after[field]) ? [[after.id, after] as const] : [],
    ),
  );
  if (anew.size === 0) return;
  const about = await assessedAbout(tx, [...anew.keys()]);
  const raised = about.map(({ riskId, assetId }) => ({
    riskId,
    cause: `Asset ${assetId}`,
    reason: `${anew.get(assetId)?.reference} ${anew.get(assetId)?.name} was classified or valued anew.`,
    link: { kind: 'Asset', id: assetId },
  }));
  await settle(tx, await insertTriggers(tx, 'ASSET_CHANGED', raised));
}

export interface RequestReassessmentInput {
  readonly riskId: string;
  readonly reason: string;
}

/**
 * A person asks for an open risk to be assessed again, and says why.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, STATE_CONFLICT for a closed risk or a retired ISMS
 */
export async function requestReassessment(
  tx: WriteTx<RiskDatabase>,
  input: RequestReassessmentInput,
): Promise<{ id: string }> {
  const reason = text('input.reason', input.reason, 2000, 'required');
  const risk = (await risksById(tx, [input.riskId])).get(input.riskId);
  if (!risk) throw notFound('Risk', input.riskId);
  await holdActiveIsms(tx, risk.ismsId);
  const [id] = await raiseTrigger(tx, { riskIds: [risk.id], kind: 'MANUAL', reason, link: null });
  if (id) return { id };
  throw new AnnexError('STATE_CONFLICT', `${risk.reference} is closed; reopen it before assessing it`, {
    details: { present: 'CLOSED', allowed: ['reopen'] },
  });
}

/** Triggers of a day have been open too long, or were answered meanwhile. */
export const triggersAreOverdue: DueHandler<RiskDatabase> = async (tx, { subjectId }) => {
  await judge(tx, 'risk', [subjectId.split('/')[0] ?? ''], triggerRules);
};

/** Tells every trigger again. */
export async function announceTriggers(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'reassessmentTrigger')) {
    tx.record('annex.risk.trigger.changed.v1', { rows: rows.map(triggerEvent) });
  }
}
