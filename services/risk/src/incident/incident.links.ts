import type { FieldFault } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { faultsOfNamed } from '../linked.ts';
import type { IncidentLinks } from './incident.store.ts';

/** What is wrong with the risks and assets that an incident is to be linked to. */
export async function faultsOfLinks(
  tx: WriteTx<RiskDatabase>,
  { ismsId }: { readonly ismsId: string },
  { riskIds, assetIds }: IncidentLinks,
): Promise<FieldFault[]> {
  const risks = { field: 'input.riskIds', table: 'risk', allowed: 'must be a risk of the same ISMS' } as const;
  const assets = { field: 'input.assetIds', table: 'asset', allowed: 'must be an asset of the same ISMS' } as const;
  return [...(await faultsOfNamed(tx, ismsId, risks, riskIds)), ...(await faultsOfNamed(tx, ismsId, assets, assetIds))];
}
