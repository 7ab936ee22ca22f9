import { notFound } from '@annex/schema';
import type { IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import { touched } from '@annex/service';
import type { SiteKind } from './site.ts';

export interface SiteRow extends IsmsEntityColumns {
  name: string;
  kind: SiteKind;
  description: string;
}

export interface SiteTable {
  site: SiteRow;
}

const present = (tx: Tx<SiteTable>) => tx.db.selectFrom('site').selectAll().where('tenantId', '=', tx.tenant);

/** The sites of an ISMS, unordered; for a connection. */
export function sitesOf(tx: Tx<SiteTable>, ismsId: string, kind?: SiteKind | null) {
  const query = present(tx).where('ismsId', '=', ismsId);
  return kind ? query.where('kind', '=', kind) : query;
}

export async function findSites(tx: Tx<SiteTable>, ids: readonly string[]): Promise<SiteRow[]> {
  return ids.length === 0 ? [] : present(tx).where('id', 'in', ids).execute();
}

/** @throws AnnexError NOT_FOUND */
export async function readSite(tx: Tx<SiteTable>, id: string): Promise<SiteRow> {
  const row = await present(tx).where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('Site', id);
  return row;
}

export function siteNamed(tx: Tx<SiteTable>, ismsId: string, name: string): Promise<SiteRow | undefined> {
  return sitesOf(tx, ismsId).where('name', '=', name).executeTakeFirst();
}

export async function insertSite(tx: WriteTx<SiteTable>, row: SiteRow): Promise<void> {
  await tx.db.insertInto('site').values(row).execute();
}

export async function updateSiteRow(tx: WriteTx<SiteTable>, row: SiteRow): Promise<void> {
  const { name, kind, description, version } = row;
  await tx.db
    .updateTable('site')
    .set({ name, kind, description, version, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
}

export async function deleteSiteRow(tx: WriteTx<SiteTable>, id: string): Promise<void> {
  await tx.db.deleteFrom('site').where('tenantId', '=', tx.tenant).where('id', '=', id).execute();
}
