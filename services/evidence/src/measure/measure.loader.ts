import { type CallContext, findEntity } from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { type MeasureRow, measuresById } from './measure.store.ts';

/** A measure by its id; a level of a query is one statement. */
export function loadMeasure(context: CallContext<EvidenceDatabase>, id: string): Promise<MeasureRow | null> {
  return findEntity(context, 'Measure', measuresById, id);
}
