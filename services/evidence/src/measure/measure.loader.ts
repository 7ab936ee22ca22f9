import type { CallContext } from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { type MeasureRow, measuresById } from './measure.store.ts';

/** A measure by its id; a level of a query is one statement. */
export function loadMeasure(context: CallContext<EvidenceDatabase>, id: string): Promise<MeasureRow | null> {
  return context
    .loader<string, MeasureRow | null>('Measure', async (tx, ids) => {
      const found = new Map((await measuresById(tx, ids)).map((row) => [row.id, row]));
      return ids.map((key) => found.get(key) ?? null);
    })
    .load(id);
}
