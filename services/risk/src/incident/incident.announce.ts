import { everyRow, runsOf, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { entryEvent, incidentEvent, incidentsAfter, linksOf } from './incident.store.ts';

/** Tells every incident and every entry of a timeline again. */
export async function announceIncidents(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of runsOf((after) => incidentsAfter(tx, after, 1000))) {
    const links = await linksOf(
      tx,
      rows.map((row) => row.id),
    );
    const told = rows.map((row) => incidentEvent(row, links.get(row.id) ?? { riskIds: [], assetIds: [] }));
    tx.record('annex.risk.incident.changed.v1', { rows: told });
  }
  for await (const rows of everyRow(tx, 'incidentEntry')) {
    tx.record('annex.risk.incident-entry.added.v1', { rows: rows.map(entryEvent) });
  }
}
