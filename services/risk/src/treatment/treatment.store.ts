import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, numberOf, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Insertable, Selectable } from 'kysely';
import type { Judged } from '../level/judged.ts';
import type { TreatmentOption } from '../risk/risk.ts';
import type { ActionRow, ActionTable } from './action.store.ts';
import type { NamedImplementation, TreatmentPromise } from './expected.ts';
import type { NecessaryControl } from './plan.ts';
import { type ApproverRole, openStatuses, type TreatmentStatus } from './treatment.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null, string | null>;

/** A level that is to be left, with the inputs of the moment in which it was approved. */
export type Residual = Omit<Judged, 'ismsId' | 'riskId'>;

export interface TreatmentTables extends ActionTable {
  treatment: IsmsEntityColumns & {
    reference: string;
    /** The number in the reference, to order by. */
    number: number;
    riskId: string;
    option: TreatmentOption;
    reason: string;
    status: TreatmentStatus;
    /** Who wrote a part of it: `person:<id>` or `key:<id>`. */
    authors: string[];
    promises: Json<readonly TreatmentPromise[]>;
    controls: Json<readonly NecessaryControl[]>;
    /** How often it was proposed: approvals belong to one of these rounds. */
    round: number;
    proposedBy: string | null;
    proposedAt: Date | null;
    approvedAt: Date | null;
    expected: JsonOrNull<Residual>;
    /** How many actions are overdue, as was announced. */
    overdue: number;
    /** Why it was rejected, taken up again or abandoned. */
    note: string;
    result: string;
    completedAt: Date | null;
  };
  treatmentApproval: {
    tenantId: string;
    id: string;
    ismsId: string;
    treatmentId: string;
    round: number;
    role: ApproverRole;
    personId: string;
    note: string;
    residual: JsonOrNull<Residual>;
    approvedAt: Date;
  };
}

export type TreatmentRow = Selectable<TreatmentTables['treatment']>;
export type ApprovalRow = Selectable<TreatmentTables['treatmentApproval']>;
export type TreatmentPatch = Partial<
  Omit<TreatmentRow, 'tenantId' | 'id' | 'ismsId' | 'riskId' | 'reference' | 'number' | 'version'>
>;

const treatments = (tx: Tx<TreatmentTables>) =>
  tx.db.selectFrom('treatment').selectAll('treatment').where('treatment.tenantId', '=', tx.tenant);

export function findTreatments(tx: Tx<TreatmentTables>, ids: readonly string[]): Promise<TreatmentRow[]> {
  return treatments(tx)
    .where('id', 'in', [...ids])
    .execute();
}

export interface TreatmentFilter {
  readonly riskId?: string | null;
  readonly option?: TreatmentOption | null;
  readonly status?: TreatmentStatus | null;
  readonly overdue?: boolean | null;
}

/** The treatments of an ISMS that a filter leaves, unordered and unlimited. */
export function filteredTreatments(tx: Tx<TreatmentTables>, ismsId: string, filter: TreatmentFilter) {
  let query = treatments(tx).where('ismsId', '=', ismsId);
  if (filter.riskId) query = query.where('riskId', '=', filter.riskId);
  if (filter.option) query = query.where('option', '=', filter.option);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.overdue != null) query = query.where('overdue', filter.overdue ? '>' : '=', 0);
  return query;
}

/** The treatments of each of these risks, the latest first; in one statement. */
export async function treatmentsOf(tx: Tx<TreatmentTables>, riskIds: readonly string[]): Promise<TreatmentRow[][]> {
  const rows = await treatments(tx)
    .where('riskId', 'in', [...riskIds])
    .orderBy('number', 'desc')
    .execute();
  return riskIds.map((id) => rows.filter((row) => row.riskId === id));
}

/** The treatment of a risk that is not over yet; there is at most one. */
export function openTreatment(tx: Tx<TreatmentTables>, riskId: string): Promise<TreatmentRow | undefined> {
  return treatments(tx)
    .where('riskId', '=', riskId)
    .where('status', 'in', [...openStatuses])
    .executeTakeFirst();
}

/** The treatment that decides how a risk is treated: the one approved last, unless it was abandoned or taken up again. */
export function decidingTreatment(tx: Tx<TreatmentTables>, riskId: string): Promise<TreatmentRow | undefined> {
  return treatments(tx)
    .where('riskId', '=', riskId)
    .where('status', 'in', ['APPROVED', 'COMPLETED'])
    .orderBy('approvedAt', 'desc')
    .limit(1)
    .executeTakeFirst();
}

type NewTreatment = Pick<
  Insertable<TreatmentTables['treatment']>,
  'id' | 'ismsId' | 'reference' | 'riskId' | 'option' | 'reason' | 'authors'
> & { readonly promises: readonly TreatmentPromise[]; readonly controls: readonly NecessaryControl[] };

export function insertTreatment(tx: WriteTx<TreatmentTables>, row: NewTreatment): Promise<TreatmentRow> {
  return tx.db
    .insertInto('treatment')
    .values({
      ...entityFields(tx),
      ...row,
      version: 1,
      number: numberOf(row.reference),
      status: 'DRAFT',
      promises: JSON.stringify(row.promises),
      controls: JSON.stringify(row.controls),
      round: 0,
      overdue: 0,
      note: '',
      result: '',
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export function updateTreatmentRow(
  tx: WriteTx<TreatmentTables>,
  present: TreatmentRow,
  { promises, controls, expected, ...values }: TreatmentPatch,
): Promise<TreatmentRow> {
  return tx.db
    .updateTable('treatment')
    .set({
      ...touched(tx),
      version: present.version + 1,
      ...values,
      ...(promises === undefined ? {} : { promises: JSON.stringify(promises) }),
      ...(controls === undefined ? {} : { controls: JSON.stringify(controls) }),
      ...(expected === undefined ? {} : { expected: expected && JSON.stringify(expected) }),
    })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function insertApproval(
  tx: WriteTx<TreatmentTables>,
  row: Omit<ApprovalRow, 'tenantId' | 'id' | 'approvedAt'>,
): Promise<void> {
  const residual = row.residual && JSON.stringify(row.residual);
  await tx.db
    .insertInto('treatmentApproval')
    .values({ ...row, residual, tenantId: tx.tenant, id: newId(), approvedAt: tx.now })
    .execute();
}

/** The approvals of each of these treatments in the order in which they were given; in one statement. */
export async function approvalsOf(tx: Tx<TreatmentTables>, ids: readonly string[]): Promise<ApprovalRow[][]> {
  const rows = await tx.db
    .selectFrom('treatmentApproval')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('treatmentId', 'in', [...ids])
    .orderBy('approvedAt')
    .orderBy('id')
    .execute();
  return ids.map((id) => rows.filter((row) => row.treatmentId === id));
}

/** What is known of these implementations, removed ones included. */
export async function namedImplementations(
  tx: Tx<TreatmentTables>,
  ids: readonly string[],
): Promise<Map<string, NamedImplementation>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<NamedImplementation>(
    'select id, reference, title, verified, deleted from implementation where tenant_id = $1 and id = any($2::uuid[])',
    [tx.tenant, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const levelOf = ({ likelihood, consequence, level, rank, rule }: Residual) => ({
  likelihood,
  consequence,
  level,
  rank,
  rule,
});

/** A treatment as others are told of it. */
export function treatmentEvent(
  row: TreatmentRow,
  actions: readonly ActionRow[],
): EventRow<'annex.risk.treatment.changed.v1'> {
  const { id, ismsId, version, reference, riskId, option, status, overdue } = row;
  return {
    ...{ id, ismsId, version, reference, riskId, option, status, overdue },
    approvedAt: row.approvedAt?.toISOString() ?? null,
    expected: row.expected && levelOf(row.expected),
    controlIds: row.controls.map(({ controlId }) => controlId),
    implementationIds: row.promises.map(({ implementationId }) => implementationId),
    actions: actions.map((action) => ({
      id: action.id,
      title: action.title,
      ownerId: action.ownerId,
      dueAt: action.dueAt?.toISOString() ?? null,
      status: action.status,
    })),
  };
}
