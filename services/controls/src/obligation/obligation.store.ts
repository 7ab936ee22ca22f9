import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import { sql } from 'kysely';
import type { ObligationKind, ObligationStatus } from './obligation.ts';

export interface ObligationRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  description: string;
  kind: ObligationKind;
  source: string;
  jurisdiction: string;
  ownerId: string | null;
  partyId: string | null;
  controlIds: string[];
  implementationIds: string[];
  riskIds: string[];
  reviewDate: Date | null;
  status: ObligationStatus;
}

export interface ObligationTable {
  obligation: ObligationRow;
}

const present = (tx: Tx<ObligationTable>) =>
  tx.db.selectFrom('obligation').selectAll().where('tenantId', '=', tx.tenant);

/** The obligations of an ISMS that a filter leaves, unordered; for a connection. */
export function obligationsOf(
  tx: Tx<ObligationTable>,
  ismsId: string,
  filter: {
    readonly kind?: ObligationKind | null | undefined;
    readonly status?: ObligationStatus | null | undefined;
    readonly ownerId?: string | null | undefined;
    readonly partyId?: string | null | undefined;
    readonly controlId?: string | undefined;
  } = {},
) {
  let query = present(tx).where('ismsId', '=', ismsId);
  if (filter.kind) query = query.where('kind', '=', filter.kind);
  if (filter.status) query = query.where('status', '=', filter.status);
  if (filter.ownerId) query = query.where('ownerId', '=', filter.ownerId);
  if (filter.partyId) query = query.where('partyId', '=', filter.partyId);
  const { controlId } = filter;
  if (controlId !== undefined) query = query.where(({ ref }) => sql<boolean>`${controlId} = any(${ref('controlIds')})`);
  return query;
}

export function findObligations(tx: Tx<ObligationTable>, ids: readonly string[]): Promise<ObligationRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readObligation(tx: Tx<ObligationTable>, id: string): Promise<ObligationRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Obligation', id);
  return row;
}

export async function insertObligation(tx: WriteTx<ObligationTable>, row: ObligationRow): Promise<void> {
  await tx.db.insertInto('obligation').values(row).execute();
}

export async function updateObligationRow(tx: WriteTx<ObligationTable>, row: ObligationRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...columns } = row;
  await tx.db
    .updateTable('obligation')
    .set({ ...columns, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

/** Which obligations in force need which controls, by reference. */
export async function obligationNeeds(
  tx: Tx<ObligationTable>,
  ismsId: string,
): Promise<{ controlId: string; id: string; reference: string; title: string }[]> {
  const rows = await obligationsOf(tx, ismsId, { status: 'IN_FORCE' }).orderBy('reference').execute();
  return rows.flatMap(({ id, reference, title, controlIds }) =>
    controlIds.map((controlId) => ({ controlId, id, reference, title })),
  );
}

/** The next moment at which an obligation in force is to be looked at again. */
export async function nextReview(tx: Tx<ObligationTable>, ismsId: string): Promise<Date | undefined> {
  const row = await obligationsOf(tx, ismsId, { status: 'IN_FORCE' })
    .clearSelect()
    .select(({ fn }) => fn.min('reviewDate').as('next'))
    .where('reviewDate', '>', tx.now)
    .executeTakeFirst();
  return row?.next ?? undefined;
}

/** Which of these risks the register has told of and not taken away. */
export async function knownRisks(tx: Tx<ObligationTable>, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from risk_need where tenant_id = $1 and id = any($2::uuid[]) and not deleted',
    [tx.tenant, ids],
  );
  return new Set(rows.map((row) => row.id));
}
