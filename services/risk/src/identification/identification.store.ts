import type { EventRow } from '@annex/schema';
import { entityFields, type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { Identified } from './identification.ts';

export interface IdentificationRow extends IsmsEntityColumns, Identified {
  riskId: string;
  templateId: string | null;
}

export interface IdentificationTables {
  identification: IdentificationRow;
  identificationAsset: IsmsEntityColumns & { riskId: string; assetId: string };
}

const all = (tx: Tx<IdentificationTables>) =>
  tx.db.selectFrom('identification').selectAll().where('tenantId', '=', tx.tenant);

/** How these risks were identified, by risk. */
export async function identificationsOf(
  tx: Tx<IdentificationTables>,
  riskIds: readonly string[],
): Promise<Map<string, IdentificationRow>> {
  if (riskIds.length === 0) return new Map();
  const rows = await all(tx)
    .where('riskId', 'in', [...riskIds])
    .execute();
  return new Map(rows.map((row) => [row.riskId, row]));
}

/** The assets that these risks are about, by risk, in a fixed order. */
export async function assetIdsOf(
  tx: Tx<IdentificationTables>,
  riskIds: readonly string[],
): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ riskId: string; assetIds: string[] }>(
    `select risk_id as "riskId", array_agg(asset_id order by asset_id) as "assetIds" from identification_asset
     where tenant_id = $1 and risk_id = any($2::uuid[]) group by risk_id`,
    [tx.tenant, riskIds],
  );
  return new Map(rows.map(({ riskId, assetIds }) => [riskId, assetIds]));
}

/** Says how a risk was identified, in place of what was said before. */
export async function putIdentification(
  tx: WriteTx<IdentificationTables>,
  risk: { readonly id: string; readonly ismsId: string },
  present: IdentificationRow | undefined,
  values: Identified & { readonly templateId: string | null },
  assetIds: readonly string[],
): Promise<IdentificationRow> {
  await tx.query(
    'delete from identification_asset where tenant_id = $1 and risk_id = $2 and not asset_id = any($3::uuid[])',
    [tx.tenant, risk.id, assetIds],
  );
  if (assetIds.length > 0) {
    await tx.db
      .insertInto('identificationAsset')
      .values(
        assetIds.map((assetId) => ({
          ...entityFields(tx),
          ...{ id: newId(), version: 1, ismsId: risk.ismsId, riskId: risk.id, assetId },
        })),
      )
      .onConflict((conflict) => conflict.columns(['tenantId', 'riskId', 'assetId']).doNothing())
      .execute();
  }
  if (!present) {
    return tx.db
      .insertInto('identification')
      .values({ ...entityFields(tx), id: newId(), version: 1, ismsId: risk.ismsId, riskId: risk.id, ...values })
      .returningAll()
      .executeTakeFirstOrThrow();
  }
  return tx.db
    .updateTable('identification')
    .set({ ...touched(tx), version: present.version + 1, ...values })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', present.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function deleteIdentification(tx: WriteTx<IdentificationTables>, row: IdentificationRow): Promise<void> {
  await tx.db
    .deleteFrom('identificationAsset')
    .where('tenantId', '=', tx.tenant)
    .where('riskId', '=', row.riskId)
    .execute();
  await tx.db.deleteFrom('identification').where('tenantId', '=', tx.tenant).where('id', '=', row.id).execute();
}

/** An identification as it is told. */
export function identificationEvent(
  row: IdentificationRow,
  assetIds: readonly string[],
): EventRow<'annex.risk.identification.changed.v1'> {
  const { id, ismsId, version, riskId, approach, interestedPartyId, threatId, weaknessIds, templateId } = row;
  return {
    ...{ id, ismsId, version, riskId, approach, interestedPartyId, threatId, weaknessIds, templateId },
    assetIds: [...assetIds],
  };
}
