import type { OscalProfile } from '@annex/oscal';
import { type EntityColumns, entityFields, type Tx, type WriteTx } from '@annex/service';

export interface CatalogueProfileTable {
  /** The profile that a catalogue was resolved from, as OSCAL 1.2.1 has it; its id is the catalogue's. */
  catalogueProfile: EntityColumns & { profile: OscalProfile };
}

export async function insertProfile(
  tx: WriteTx<CatalogueProfileTable>,
  catalogueId: string,
  profile: OscalProfile,
): Promise<void> {
  await tx.db
    .insertInto('catalogueProfile')
    .values({ ...entityFields(tx), id: catalogueId, version: 1, profile: JSON.stringify(profile) as never })
    .execute();
}

/** The profile that a catalogue was resolved from; undefined where it came from elsewhere. */
export async function profileOf(tx: Tx<CatalogueProfileTable>, catalogueId: string): Promise<OscalProfile | undefined> {
  const row = await tx.db
    .selectFrom('catalogueProfile')
    .select('profile')
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', catalogueId)
    .executeTakeFirst();
  return row?.profile;
}

export async function deleteProfile(tx: WriteTx<CatalogueProfileTable>, catalogueId: string): Promise<void> {
  await tx.query('delete from catalogue_profile where tenant_id = $1 and id = $2', [tx.tenant, catalogueId]);
}
