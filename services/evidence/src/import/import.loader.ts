import { type CallContext, findEntity } from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { type ImportRow, importsById } from './import.store.ts';

/** An import by its id; a level of a query is one statement. */
export function loadImport(context: CallContext<EvidenceDatabase>, id: string): Promise<ImportRow | null> {
  return findEntity(context, 'Import', importsById, id);
}
