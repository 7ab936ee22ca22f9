import type { EventRow } from '@annex/schema';
import type { EntityColumns, Tx, WriteTx } from '@annex/service';
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { FindingCause, FindingCondition, FindingOrigin, FindingStatus } from './finding.ts';

interface FindingTable extends EntityColumns {
  ismsId: string;
  reference: string;
  title: string;
  status: FindingStatus;
  origin: FindingOrigin;
  cause: FindingCause;
  condition: FindingCondition;
  clause: string;
  subjectKind: string;
  subjectId: string;
  subjectReference: string;
  reason: string;
  recurrenceOf: string | null;
  proposedAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  decisionReason: string | null;
  clearedAt: Date | null;
}

export interface FindingTables {
  finding: FindingTable;
}

export type Finding = Selectable<FindingTable>;

const findings = (tx: Tx<FindingTables>) => tx.db.selectFrom('finding').selectAll().where('tenantId', '=', tx.tenant);

export interface FindingFilter {
  readonly ismsId: string;
  readonly status?: FindingStatus | null | undefined;
  readonly clause?: string | null | undefined;
}

/** The findings of an ISMS, unordered: the source of a connection. */
export function findingsQuery(tx: Tx<FindingTables>, { ismsId, status, clause }: FindingFilter) {
  return findings(tx)
    .where('ismsId', '=', ismsId)
    .$if(typeof status === 'string', (query) => query.where('status', '=', status as FindingStatus))
    .$if(typeof clause === 'string', (query) => query.where('clause', '=', clause as string));
}

export async function findingsById(tx: Tx<FindingTables>, ids: readonly string[]): Promise<Finding[]> {
  return findings(tx).where('id', 'in', ids).execute();
}

/** A page of all findings of the tenant, by id. */
export function findingsAfter(tx: Tx<FindingTables>, after: string, limit: number): Promise<Finding[]> {
  return findings(tx).where('id', '>', after).orderBy('id').limit(limit).execute();
}

/** One finding, held until the transaction ends. */
export async function holdFinding(tx: WriteTx<FindingTables>, id: string): Promise<Finding | undefined> {
  return findings(tx).where('id', '=', id).forUpdate().executeTakeFirst();
}

/** The findings of a cause whose condition is present, by subject; held until the transaction ends. */
export async function holdStanding(
  tx: WriteTx<FindingTables>,
  cause: FindingCause,
  subjectIds: readonly string[],
): Promise<Map<string, Finding>> {
  const rows = await findings(tx)
    .where('cause', '=', cause)
    .where('subjectId', 'in', subjectIds)
    .where('condition', '=', 'PRESENT')
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.subjectId, row]));
}

/** The latest finding of a cause for each subject, whatever became of it. */
export async function latestFindings(
  tx: Tx<FindingTables>,
  cause: FindingCause,
  subjectIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.db
    .selectFrom('finding')
    .select(['subjectId', 'id'])
    .distinctOn('subjectId')
    .where('tenantId', '=', tx.tenant)
    .where('cause', '=', cause)
    .where('subjectId', 'in', subjectIds)
    .orderBy('subjectId')
    .orderBy('proposedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.subjectId, row.id]));
}

export async function insertFindings(
  tx: WriteTx<FindingTables>,
  rows: readonly Insertable<FindingTable>[],
): Promise<Finding[]> {
  if (rows.length === 0) return [];
  return tx.db.insertInto('finding').values(rows).returningAll().execute();
}

/** Changes a finding that is held, and raises its version. */
export async function changeFinding(
  tx: WriteTx<FindingTables>,
  held: Finding,
  change: Updateable<FindingTable>,
): Promise<Finding> {
  return tx.db
    .updateTable('finding')
    .set({ ...change, version: held.version + 1, updatedAt: tx.now, updatedBy: tx.scope.actor })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', held.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** One version of a finding: who left it like this, when. */
export interface FindingVersion {
  readonly id: string;
  readonly version: number;
  readonly at: Date;
  readonly by: string;
  readonly status: FindingStatus;
  readonly condition: FindingCondition;
  readonly reason: string;
  readonly decisionReason: string | null;
}

/** All versions of findings up to the moment of the transaction, the first one first. */
export async function findingVersions(tx: Tx<FindingTables>, ids: readonly string[]): Promise<FindingVersion[]> {
  // History is named by its schema: the versions before the moment are asked for, not the one at it.
  const { rows } = await tx.query<Omit<FindingVersion, 'decisionReason'> & { decision_reason: string | null }>(
    `select id, version, recorded_from as at, updated_by as by, status, condition, reason, decision_reason
       from audit_history.finding
      where tenant_id = $1 and id = any($2::uuid[]) and recorded_from <= current_setting('annex.now')::timestamptz
      order by id, version`,
    [tx.tenant, ids],
  );
  return rows.map(({ decision_reason, ...row }) => ({ ...row, decisionReason: decision_reason }));
}

/** The finding as events tell it. */
export function toEventRow(finding: Finding): EventRow<'annex.audit.finding.changed.v1'> {
  return {
    id: finding.id,
    ismsId: finding.ismsId,
    version: finding.version,
    reference: finding.reference,
    title: finding.title,
    status: finding.status,
    origin: finding.origin,
    clause: finding.clause,
    subject: { kind: finding.subjectKind, id: finding.subjectId, reference: finding.subjectReference },
    reason: finding.reason,
    changedAt: finding.updatedAt.toISOString(),
  };
}
