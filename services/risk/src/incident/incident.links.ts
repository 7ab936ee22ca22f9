import { type FieldFault, isUuid } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { assetsOfIsms, type IncidentLinks, risksOfIsms } from './incident.store.ts';

const mostLinks = 200;

/** What is wrong with the risks and assets that an incident is to be linked to. */
export async function faultsOfLinks(
  tx: WriteTx<RiskDatabase>,
  { ismsId }: { readonly ismsId: string },
  { riskIds, assetIds }: IncidentLinks,
): Promise<FieldFault[]> {
  const faults: FieldFault[] = [];
  for (const [field, kind, given, find] of [
    ['riskIds', 'a risk', riskIds, risksOfIsms],
    ['assetIds', 'an asset', assetIds, assetsOfIsms],
  ] as const) {
    if (given.length > mostLinks) {
      faults.push({ field: `input.${field}`, given: given.length, allowed: `must name at most ${mostLinks}` });
      continue;
    }
    if (given.length === 0) continue;
    const known = await find(tx, ismsId, given.filter(isUuid));
    for (const [index, id] of given.entries())
      if (!known.has(id))
        faults.push({ field: `input.${field}.${index}`, given: id, allowed: `must be ${kind} of the same ISMS` });
  }
  return faults;
}
