import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { Selectable } from 'kysely';
import type { StoredKind, TriggerStatus } from './trigger.ts';

export interface TriggerTables {
  reassessmentTrigger: IsmsEntityColumns & {
    riskId: string;
    kind: StoredKind;
    /** What raised it: while it is open, the same cause raises no other. */
    cause: string;
    reason: string;
    linkKind: string | null;
    linkId: string | null;
    status: TriggerStatus;
    raisedAt: Date;
    raisedBy: string;
    closedAt: Date | null;
    closedBy: string | null;
    /** The assessment that answered it. */
    assessmentId: string | null;
  };
}

export type TriggerRow = Selectable<TriggerTables['reassessmentTrigger']>;

export const triggers = (tx: Tx<TriggerTables>) =>
  tx.db
    .selectFrom('reassessmentTrigger')
    .selectAll('reassessmentTrigger')
    .where('reassessmentTrigger.tenantId', '=', tx.tenant);

export function findTriggers(tx: Tx<TriggerTables>, ids: readonly string[]): Promise<TriggerRow[]> {
  return triggers(tx)
    .where('id', 'in', [...ids])
    .execute();
}

export interface Raised {
  readonly riskId: string;
  readonly cause: string;
  readonly reason: string;
  readonly link: { readonly kind: string; readonly id: string } | null;
}

/** Raises each of these on its risk where that is open and has none of that cause; one statement. @returns what is new */
export async function insertTriggers(
  tx: WriteTx<TriggerTables>,
  kind: StoredKind,
  raised: readonly Raised[],
): Promise<TriggerRow[]> {
  const sorted = raised.toSorted((a, b) => (a.riskId < b.riskId ? -1 : a.riskId > b.riskId ? 1 : 0));
  const column = <V>(value: (one: Raised) => V) => sorted.map(value);
  const { rows } = await tx.query<{ id: string }>(
    `insert into reassessment_trigger (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by,
       risk_id, kind, cause, reason, link_kind, link_id, status, raised_at, raised_by)
     select $1, f.id, r.isms_id, 1, $2, $3, $2, $3, r.id, $4, f.cause, f.reason, f.link_kind, f.link_id, 'OPEN', $2, $3
     from unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[]) as f(id, risk_id, cause, reason, link_kind, link_id)
     join risk r on r.tenant_id = $1 and r.id = f.risk_id and r.status = 'OPEN'
     on conflict (tenant_id, risk_id, kind, cause) where status = 'OPEN' do nothing returning id`,
    [
      ...[tx.tenant, tx.now, tx.scope.actor, kind],
      ...[column(() => newId()), column((one) => one.riskId), column((one) => one.cause), column((one) => one.reason)],
      ...[column((one) => one.link?.kind ?? null), column((one) => one.link?.id ?? null)],
    ],
  );
  return rows.length === 0
    ? []
    : findTriggers(
        tx,
        rows.map((row) => row.id),
      );
}

/** Closes what is open of a risk: it was assessed. @returns what was closed */
export function closeOpen(tx: WriteTx<TriggerTables>, riskId: string, assessmentId: string): Promise<TriggerRow[]> {
  return tx.db
    .updateTable('reassessmentTrigger')
    .set((set) => ({
      ...touched(tx),
      version: set('version', '+', 1),
      ...{ status: 'CLOSED' as const, closedAt: tx.now, closedBy: tx.scope.actor, assessmentId },
    }))
    .where('tenantId', '=', tx.tenant)
    .where('riskId', '=', riskId)
    .where('status', '=', 'OPEN')
    .returningAll()
    .execute();
}

/** The open risks that were assessed before and are about one of these assets, with that asset. */
export async function assessedAbout(
  tx: Tx<TriggerTables>,
  assetIds: readonly string[],
): Promise<{ readonly riskId: string; readonly assetId: string }[]> {
  const { rows } = await tx.query<{ riskId: string; assetId: string }>(
    `select r.id as "riskId", i.asset_id as "assetId" from identification_asset i join risk r on r.tenant_id = i.tenant_id and r.id = i.risk_id
     where i.tenant_id = $1 and i.asset_id = any($2::uuid[]) and r.status = 'OPEN' and r.assessed_frequency is not null`,
    [tx.tenant, assetIds],
  );
  return rows;
}

/** A trigger as others are told of it: without its reason. */
export function triggerEvent(row: TriggerRow): EventRow<'annex.risk.trigger.changed.v1'> {
  const { id, ismsId, version, riskId, kind, status, assessmentId } = row;
  return {
    ...{ id, ismsId, version, riskId, kind, status, assessmentId },
    raisedAt: row.raisedAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}
