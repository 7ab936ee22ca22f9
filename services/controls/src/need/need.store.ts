import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newestOfEach, type Tx, type WriteTx } from '@annex/service';

/** A risk as far as this service needs it: what it rests on, and whether it is open. */
export interface RiskNeedRow extends IsmsEntityColumns {
  sourceVersion: number;
  deleted: boolean;
  reference: string;
  title: string;
  status: 'OPEN' | 'CLOSED';
  implementationIds: string[];
}

export interface RiskNeedTable {
  riskNeed: RiskNeedRow;
}

/** Takes over what is newer than what is known. @returns the ISMS of what changed */
export async function keepRiskNeeds(
  tx: WriteTx<RiskNeedTable>,
  rows: readonly EventRow<'annex.risk.need.changed.v1'>[],
): Promise<string[]> {
  const kept = newestOfEach(rows).map(
    ({ id, ismsId, version, deleted = false, reference, title, status, implementationIds }) => ({
      ...{ id, isms_id: ismsId, source_version: version, deleted, reference, title, status },
      implementation_ids: implementationIds,
    }),
  );
  const { rows: changed } = await tx.query<{ isms_id: string }>(
    `insert into risk_need as present (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by,
        source_version, deleted, reference, title, status, implementation_ids)
     select $1, f.id, f.isms_id, 1, $3, $4, $3, $4, f.source_version, f.deleted, f.reference, f.title, f.status, f.implementation_ids
       from jsonb_to_recordset($2::jsonb) as f(id uuid, isms_id uuid, source_version integer, deleted boolean, reference text, title text,
            status text, implementation_ids uuid[])
     on conflict (tenant_id, id) do update set version = present.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
        source_version = excluded.source_version, deleted = excluded.deleted, reference = excluded.reference, title = excluded.title,
        status = excluded.status, implementation_ids = excluded.implementation_ids
     where excluded.source_version > present.source_version
     returning isms_id`,
    [tx.tenant, JSON.stringify(kept), tx.now, tx.scope.actor],
  );
  return [...new Set(changed.map((row) => row.isms_id))];
}

/** A risk that needs a control: it is open and rests on an implementation of it. */
export interface Need {
  readonly controlId: string;
  readonly id: string;
  readonly reference: string;
  readonly title: string;
}

/** Which open risks of an ISMS need which controls (27001, 6.1.3 b), by reference. */
export async function riskNeeds(tx: Tx<RiskNeedTable>, ismsId: string): Promise<Need[]> {
  const { rows } = await tx.query<{ control_id: string; id: string; reference: string; title: string }>(
    `select distinct c.control_id, r.id, r.reference, r.title
       from risk_need r
       join implementation_control c on c.tenant_id = r.tenant_id and c.implementation_id = any(r.implementation_ids)
      where r.tenant_id = $1 and r.isms_id = $2 and r.status = 'OPEN' and not r.deleted
      order by c.control_id, r.reference`,
    [tx.tenant, ismsId],
  );
  return rows.map(({ control_id, ...rest }) => ({ controlId: control_id, ...rest }));
}
