import { announceRules, everyRow, type WriteTx } from '@annex/service';
import type { EvidenceDatabase } from './database.ts';
import { evidenceEventRow } from './evidence/evidence.operations.ts';
import { implementationsOf } from './evidence/evidence.store.ts';
import { importEventRow } from './import/import.operations.ts';
import { attainmentEventRow } from './measure/attainment.operations.ts';
import { measureEventRow } from './measure/measure.operations.ts';

/** Tells the present state of everything again: measures, what they say, evidence, the latest import of each source, rule results. */
export async function announce(tx: WriteTx<EvidenceDatabase>): Promise<void> {
  for await (const measures of everyRow(tx, 'measure')) {
    tx.record('annex.evidence.measure.changed.v1', { rows: measures.map(measureEventRow) });
    const ids = measures.map((measure) => measure.id);
    const said = await tx.db
      .selectFrom('attainment')
      .selectAll()
      .where('tenantId', '=', tx.tenant)
      .where('id', 'in', ids)
      .execute();
    const byId = new Map(said.map((row) => [row.id, row]));
    const rows = measures.flatMap((measure) => {
      const row = byId.get(measure.id);
      return row ? [attainmentEventRow(measure, row)] : [];
    });
    if (rows.length > 0) tx.record('annex.evidence.attainment.changed.v1', { rows });
  }
  for await (const rows of everyRow(tx, 'evidence')) {
    const links = await implementationsOf(
      tx,
      rows.map((row) => row.id),
    );
    tx.record('annex.evidence.evidence.changed.v1', {
      rows: rows.map((row) => evidenceEventRow(row, links.get(row.id) ?? [])),
    });
  }
  for await (const sources of everyRow(tx, 'checkSource')) {
    tx.record('annex.evidence.import.completed.v1', {
      rows: sources.map((row) => importEventRow({ ...row, id: row.importId, source: row.name })),
    });
  }
  await announceRules(tx, 'evidence');
}
