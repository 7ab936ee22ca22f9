import { notFound } from '@annex/schema';
import { type IsmsEntityColumns, type Tx, touched, type WriteTx } from '@annex/service';
import { sql } from 'kysely';
import type { ExceptionStatus } from './exception.ts';

export interface ExceptionRow extends IsmsEntityColumns {
  reference: string;
  title: string;
  reason: string;
  implementationId: string;
  /** Those of the implementation's controls that are not met, as it was asked for. */
  controlIds: string[];
  compensation: string;
  compensatingImplementationIds: string[];
  cap: number;
  endsAt: Date;
  status: ExceptionStatus;
  requestedBy: string;
  requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  decisionNote: string;
  endedBy: string | null;
  endedAt: Date | null;
  endNote: string;
}

export interface ExceptionTable {
  exception: ExceptionRow;
}

const present = (tx: Tx<ExceptionTable>) => tx.db.selectFrom('exception').selectAll().where('tenantId', '=', tx.tenant);

export interface ExceptionFilter {
  readonly ismsId?: string | null | undefined;
  readonly status?: ExceptionStatus | null | undefined;
  readonly implementationId?: string | null | undefined;
  readonly controlId?: string | undefined;
  readonly endsBefore?: Date | null | undefined;
}

/** The exceptions for which all holds that is asked for, unordered; for a connection. */
export function filteredExceptions(tx: Tx<ExceptionTable>, filter: ExceptionFilter) {
  const { ismsId, status, implementationId, controlId, endsBefore } = filter;
  let query = present(tx);
  if (ismsId) query = query.where('ismsId', '=', ismsId);
  if (status) query = query.where('status', '=', status);
  if (implementationId) query = query.where('implementationId', '=', implementationId);
  if (endsBefore) query = query.where('endsAt', '<', endsBefore);
  if (controlId !== undefined) query = query.where(({ ref }) => sql<boolean>`${controlId} = any(${ref('controlIds')})`);
  return query;
}

export function findExceptions(tx: Tx<ExceptionTable>, ids: readonly string[]): Promise<ExceptionRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function lockException(tx: WriteTx<ExceptionTable>, id: string): Promise<ExceptionRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('Exception', id);
  return row;
}

/**
 * The exceptions in force of implementations, by number. Told by the status alone, which the due moment changes: until its end is written
 * down an exception goes on capping, and what is computed agrees with what is shown.
 */
export function exceptionsInForce(
  tx: Tx<ExceptionTable>,
  implementationIds: readonly string[],
): Promise<ExceptionRow[]> {
  return present(tx)
    .where('implementationId', 'in', implementationIds)
    .where('status', '=', 'APPROVED')
    .orderBy('reference')
    .execute();
}

export async function insertException(tx: WriteTx<ExceptionTable>, row: ExceptionRow): Promise<void> {
  await tx.db.insertInto('exception').values(row).execute();
}

/** Writes what changes of an exception that is locked: what was asked for never does. */
export async function updateExceptionRow(tx: WriteTx<ExceptionTable>, row: ExceptionRow): Promise<void> {
  const { version, status, decidedBy, decidedAt, decisionNote, endedBy, endedAt, endNote } = row;
  await tx.db
    .updateTable('exception')
    .set({ version, status, decidedBy, decidedAt, decisionNote, endedBy, endedAt, endNote, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}
