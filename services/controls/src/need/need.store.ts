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

/** A treatment of a risk as far as this service needs it: which controls it needs, and whether and when it was approved. */
export interface TreatmentNeedRow extends IsmsEntityColumns {
  sourceVersion: number;
  deleted: boolean;
  riskId: string;
  status: EventRow<'annex.risk.treatment.changed.v1'>['status'];
  approvedAt: Date | null;
  controlIds: string[];
  implementationIds: string[];
}

export interface NeedTables {
  riskNeed: RiskNeedRow;
  treatmentNeed: TreatmentNeedRow;
}

/** Takes over what is newer than what is known. @returns the ISMS of what changed */
export async function keepRiskNeeds(
  tx: WriteTx<NeedTables>,
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

/** As `keepRiskNeeds`, for what treatments of risks need. */
export async function keepTreatmentNeeds(
  tx: WriteTx<NeedTables>,
  rows: readonly EventRow<'annex.risk.treatment.changed.v1'>[],
): Promise<string[]> {
  const kept = newestOfEach(rows).map(({ id, ismsId, version, deleted = false, riskId, status, ...row }) => ({
    ...{ id, isms_id: ismsId, source_version: version, deleted, risk_id: riskId, status },
    approved_at: row.approvedAt,
    control_ids: row.controlIds,
    implementation_ids: row.implementationIds,
  }));
  const { rows: changed } = await tx.query<{ isms_id: string }>(
    `insert into treatment_need as present (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by,
        source_version, deleted, risk_id, status, approved_at, control_ids, implementation_ids)
     select $1, f.id, f.isms_id, 1, $3, $4, $3, $4, f.source_version, f.deleted, f.risk_id, f.status, f.approved_at, f.control_ids,
            f.implementation_ids
       from jsonb_to_recordset($2::jsonb) as f(id uuid, isms_id uuid, source_version integer, deleted boolean, risk_id uuid, status text,
            approved_at timestamptz, control_ids text[], implementation_ids uuid[])
     on conflict (tenant_id, id) do update set version = present.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
        source_version = excluded.source_version, deleted = excluded.deleted, risk_id = excluded.risk_id, status = excluded.status,
        approved_at = excluded.approved_at, control_ids = excluded.control_ids, implementation_ids = excluded.implementation_ids
     where excluded.source_version > present.source_version
     returning isms_id`,
    [tx.tenant, JSON.stringify(kept), tx.now, tx.scope.actor],
  );
  return [...new Set(changed.map((row) => row.isms_id))];
}

/**
 * Which open risks of the ISMS $2 of the tenant $1 need which controls: `control_id, id, reference, title`. A risk needs the controls that the
 * implementations which it rests on implement, those of its treatment that was approved last, and those that are implemented by what that
 * promises. A treatment that was abandoned, or taken up again, needs none.
 */
export const neededControls = `
  select c.control_id, r.id, r.reference, r.title
    from risk_need r
    join implementation_control c on c.tenant_id = r.tenant_id and c.implementation_id = any(r.implementation_ids)
   where r.tenant_id = $1 and r.isms_id = $2 and r.status = 'OPEN' and not r.deleted
  union
  select needed.control_id, r.id, r.reference, r.title
    from (select distinct on (risk_id) risk_id, control_ids, implementation_ids
            from treatment_need
           where tenant_id = $1 and isms_id = $2 and status in ('APPROVED', 'COMPLETED') and not deleted
           order by risk_id, approved_at desc) t
    join risk_need r on r.tenant_id = $1 and r.id = t.risk_id and r.status = 'OPEN' and not r.deleted
    cross join lateral (
      select unnest(t.control_ids) as control_id
      union
      select c.control_id from implementation_control c where c.tenant_id = $1 and c.implementation_id = any(t.implementation_ids)
    ) needed`;

/** A risk that needs a control: it is open, and rests on an implementation of it or is treated by it. */
export interface Need {
  readonly controlId: string;
  readonly id: string;
  readonly reference: string;
  readonly title: string;
}

/** Which open risks of an ISMS need which controls (27001, 6.1.3 b), by reference. */
export async function riskNeeds(tx: Tx<NeedTables>, ismsId: string): Promise<Need[]> {
  const { rows } = await tx.query<{ control_id: string; id: string; reference: string; title: string }>(
    `select control_id, id, reference, title from (${neededControls}) n order by control_id, reference`,
    [tx.tenant, ismsId],
  );
  return rows.map(({ control_id, ...rest }) => ({ controlId: control_id, ...rest }));
}
