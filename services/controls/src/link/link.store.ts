import type { IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import type { LinkRole, LinkStanding } from '../strength/strength.ts';

export interface MeasureLinkRow extends IsmsEntityColumns {
  implementationId: string;
  measureId: string;
  weight: number;
  role: LinkRole;
  standing: LinkStanding;
  linkedBy: string;
  linkedVersion: number;
  unlinkedAt: Date | null;
  unlinkedBy: string | null;
  unlinkedVersion: number | null;
  unlinkedReason: string | null;
  lastReading: number | null;
}

export interface MeasureLinkTable {
  measureLink: MeasureLinkRow;
}

const links = (tx: Tx<MeasureLinkTable>) =>
  tx.db.selectFrom('measureLink').selectAll().where('tenantId', '=', tx.tenant);

/** The links that an implementation has now. */
export function presentLinks(tx: Tx<MeasureLinkTable>, implementationId: string): Promise<MeasureLinkRow[]> {
  return links(tx)
    .where('implementationId', '=', implementationId)
    .where('unlinkedAt', 'is', null)
    .orderBy('id')
    .execute();
}

/** The links of implementations, unlinked ones among them, oldest first. */
export function linksOf(tx: Tx<MeasureLinkTable>, implementationIds: readonly string[]): Promise<MeasureLinkRow[]> {
  return links(tx).where('implementationId', 'in', implementationIds).orderBy('id').execute();
}

/** The implementations that any of these measures is linked to now. */
export async function implementationsLinkedTo(
  tx: Tx<MeasureLinkTable>,
  measureIds: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ implementation_id: string }>(
    `select distinct implementation_id from measure_link
      where tenant_id = $1 and measure_id = any($2::uuid[]) and unlinked_at is null`,
    [tx.tenant, measureIds],
  );
  return rows.map((row) => row.implementation_id);
}

export async function insertLink(tx: WriteTx<MeasureLinkTable>, row: MeasureLinkRow): Promise<void> {
  await tx.db.insertInto('measureLink').values(row).execute();
}

export async function endLink(tx: WriteTx<MeasureLinkTable>, row: MeasureLinkRow): Promise<void> {
  const { version, unlinkedAt, unlinkedBy, unlinkedVersion, unlinkedReason, lastReading, updatedAt, updatedBy } = row;
  await tx.db
    .updateTable('measureLink')
    .set({ version, unlinkedAt, unlinkedBy, unlinkedVersion, unlinkedReason, lastReading, updatedAt, updatedBy })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}
