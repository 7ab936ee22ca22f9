import type { WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import {
  type EntryRow,
  entriesAfter,
  entryEvent,
  type IncidentRow,
  incidentEvent,
  incidentsAfter,
  linksOf,
} from './incident.store.ts';

/** Tells every incident and every entry of a timeline again. */
export async function announceIncidents(tx: WriteTx<RiskDatabase>): Promise<void> {
  for (let after: string | null = null; ; ) {
    const rows: IncidentRow[] = await incidentsAfter(tx, after, 1000);
    const last = rows.at(-1);
    if (!last) break;
    const links = await linksOf(
      tx,
      rows.map((row) => row.id),
    );
    const told = rows.map((row) => incidentEvent(row, links.get(row.id) ?? { riskIds: [], assetIds: [] }));
    tx.record('annex.risk.incident.changed.v1', { rows: told });
    after = last.id;
  }
  for (let after: string | null = null; ; ) {
    const rows: EntryRow[] = await entriesAfter(tx, after, 1000);
    const last = rows.at(-1);
    if (!last) return;
    tx.record('annex.risk.incident-entry.added.v1', { rows: rows.map(entryEvent) });
    after = last.id;
  }
}
