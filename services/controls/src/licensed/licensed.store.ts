import { notFound } from '@annex/schema';
import type { EntityColumns, Tx, WriteTx } from '@annex/service';
import { touched } from '@annex/service';

/** A text as it is kept; its words are in `licensedContent`, which has no history. */
export interface LicensedTextRow extends EntityColumns {
  placeId: string;
  language: string;
  sha256: string;
  contentId: string;
  licensedBy: string;
  licenceReference: string;
  licensedUntil: Date | null;
}

export interface LicensedTables {
  licensedText: LicensedTextRow;
  licensedContent: {
    tenantId: string;
    id: string;
    licensedTextId: string;
    text: string;
    licensedUntil: Date | null;
    keptAt: Date;
  };
}

const present = (tx: Tx<LicensedTables>) =>
  tx.db.selectFrom('licensedText').selectAll().where('tenantId', '=', tx.tenant);

/** The tenant's texts, unordered, of one framework where told; for a connection. */
export function licensedTexts(tx: Tx<LicensedTables>, framework?: string | null) {
  const all = present(tx);
  return framework
    ? all.where(({ eb, fn, val }) => eb(fn<boolean>('starts_with', ['placeId', val(`${framework}:`)]), '=', true))
    : all;
}

/** A run of the tenant's texts by their ids, from behind one on. */
export function textsAfter(tx: Tx<LicensedTables>, id: string, most: number): Promise<LicensedTextRow[]> {
  return present(tx).where('id', '>', id).orderBy('id').limit(most).execute();
}

export function findLicensedTexts(tx: Tx<LicensedTables>, ids: readonly string[]): Promise<LicensedTextRow[]> {
  return present(tx).where('id', 'in', ids).execute();
}

/** The texts of places, in any language. */
export function textsOfPlaces(tx: Tx<LicensedTables>, placeIds: readonly string[]): Promise<LicensedTextRow[]> {
  return present(tx).where('placeId', 'in', placeIds).execute();
}

/** The words of texts by the ids of their contents, each with the end of the licence as it is agreed now. */
export function contentsById(
  tx: Tx<LicensedTables>,
  ids: readonly string[],
): Promise<Pick<LicensedTables['licensedContent'], 'id' | 'text' | 'licensedUntil'>[]> {
  return tx.db
    .selectFrom('licensedContent')
    .select(['id', 'text', 'licensedUntil'])
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', ids)
    .execute();
}

export function lockTextOf(
  tx: WriteTx<LicensedTables>,
  placeId: string,
  language: string,
): Promise<LicensedTextRow | undefined> {
  return present(tx).where('placeId', '=', placeId).where('language', '=', language).forUpdate().executeTakeFirst();
}

/** @throws AnnexError NOT_FOUND */
export async function lockText(tx: WriteTx<LicensedTables>, id: string): Promise<LicensedTextRow> {
  const row = await present(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('LicensedText', id);
  return row;
}

export async function insertContent(
  tx: WriteTx<LicensedTables>,
  row: Pick<LicensedTextRow, 'id' | 'contentId' | 'licensedUntil'>,
  text: string,
): Promise<void> {
  const { id: licensedTextId, contentId: id, licensedUntil } = row;
  await tx.db
    .insertInto('licensedContent')
    .values({ tenantId: tx.tenant, id, licensedTextId, text, licensedUntil, keptAt: tx.now })
    .execute();
}

export async function insertText(tx: WriteTx<LicensedTables>, row: LicensedTextRow): Promise<void> {
  await tx.db.insertInto('licensedText').values(row).execute();
}

/** Writes a text that is locked; the licence holds for the words that it had before, too. */
export async function updateText(tx: WriteTx<LicensedTables>, row: LicensedTextRow): Promise<void> {
  const { version, sha256, contentId, licensedBy, licenceReference, licensedUntil } = row;
  await tx.db
    .updateTable('licensedText')
    .set({ version, sha256, contentId, licensedBy, licenceReference, licensedUntil, ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', row.id)
    .execute();
  await tx.db
    .updateTable('licensedContent')
    .set({ licensedUntil })
    .where('tenantId', '=', tx.tenant)
    .where('licensedTextId', '=', row.id)
    .execute();
}

/** Takes texts away with all words that they ever had. */
export async function deleteTexts(tx: WriteTx<LicensedTables>, ids: readonly string[]): Promise<void> {
  await tx.query('delete from licensed_content where tenant_id = $1 and licensed_text_id = any($2::uuid[])', [
    tx.tenant,
    ids,
  ]);
  await tx.query('delete from licensed_text where tenant_id = $1 and id = any($2::uuid[])', [tx.tenant, ids]);
}
