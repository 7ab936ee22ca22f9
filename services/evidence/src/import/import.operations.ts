import type { EventRow } from '@annex/schema';
import { ismsOf, newId, type WriteTx } from '@annex/service';
import type { ReceivedBlob } from '../blob/blob.ts';
import { judgeEvidence } from '../conformity.ts';
import type { EvidenceDatabase } from '../database.ts';
import { collect } from '../measure/attainment.operations.ts';
import { holdFeeding, holdMeasures, measuresFedBy } from '../measure/measure.store.ts';
import { type ImportRow, recordChecks, recordFindings, replaceSource, sameBefore } from './import.store.ts';
import type { SarifLog } from './sarif.ts';

export function importEventRow(
  row: Pick<ImportRow, 'id' | 'ismsId' | 'source' | 'tool' | 'outcome' | 'open' | 'importedAt'>,
): EventRow<'annex.evidence.import.completed.v1'> {
  const { id, ismsId, source, tool, outcome, open, importedAt } = row;
  return { id, ismsId, version: 1, format: 'sarif', source, tool, outcome, open, importedAt: importedAt.toISOString() };
}

export interface ImportInput {
  readonly ismsId: string | null;
  readonly source: string;
  readonly log: SarifLog;
}

/**
 * Imports a log that was read already: it replaces the previous one of its source, its rules become checks of a series, and the
 * measures that it feeds are taken anew (27004, 7.3). All in one transaction; the blob is kept last.
 */
export async function importSarif(
  tx: WriteTx<EvidenceDatabase>,
  { ismsId: given, source, log }: ImportInput,
  file: ReceivedBlob,
): Promise<ImportRow> {
  const ismsId = await ismsOf(tx, given);
  await holdFeeding(tx, ismsId, 'together');
  const id = newId();
  const tool = log.tools[0] ?? '';
  await replaceSource(tx, { id, ismsId, source, tool, outcome: log.outcome, open: log.open });
  const { sha256, bytes } = file;
  const row: ImportRow = {
    ...{ id, ismsId, source, tool, sha256, bytes },
    tenantId: tx.tenant,
    format: 'sarif',
    tools: [...log.tools],
    outcome: log.outcome,
    reasons: [...log.reasons],
    results: log.results,
    open: log.open,
    rules: log.checks.length,
    byLevel: log.byLevel,
    sameAs: await sameBefore(tx, { ismsId, source, sha256 }),
    importedAt: tx.now,
    importedBy: tx.scope.onBehalfOf ?? tx.scope.actor,
  };
  await tx.db.insertInto('toolImport').values(row).execute();
  await recordChecks(tx, row, log);
  await recordFindings(tx, row, log);
  tx.record('annex.evidence.import.completed.v1', { rows: [importEventRow(row)] });
  await collect(tx, await holdMeasures(tx, await measuresFedBy(tx, ismsId, source)), id);
  await judgeEvidence(tx, [ismsId]);
  await file.keep();
  return row;
}
