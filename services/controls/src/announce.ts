import { announceRules, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from './database.ts';
import { implementationEvent } from './implementation/implementation.operations.ts';
import { controlIdsOf, filteredImplementations } from './implementation/implementation.store.ts';
import { ismsEvent } from './isms/isms.operations.ts';
import { allIsms } from './isms/isms.store.ts';
import { applicabilityEvent } from './soa/decide.operations.ts';
import { soaEvent } from './soa/soa.operations.ts';
import { entriesOf, versionsOf } from './soa/soa.store.ts';
import { strengthEvent } from './strength/strength.operations.ts';
import { findStrengths } from './strength/strength.store.ts';

const pageSize = 1000;

/** Announces every ISMS, implementation, strength and rule result of the tenant as it is now (`annex resync`). */
export async function announce(tx: WriteTx<ControlsDatabase>): Promise<void> {
  const isms = await allIsms(tx).orderBy('id').execute();
  if (isms.length > 0) tx.record('annex.controls.isms.changed.v1', { rows: isms.map(ismsEvent) });
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const page = await filteredImplementations(tx, {}).where('id', '>', after).orderBy('id').limit(pageSize).execute();
    const last = page.at(-1);
    if (!last) break;
    const ids = page.map((row) => row.id);
    const controls = await controlIdsOf(tx, ids);
    tx.record('annex.controls.implementation.changed.v1', {
      rows: page.map((row, index) => implementationEvent(row, controls[index] ?? [])),
    });
    const byId = new Map(page.map((row) => [row.id, row]));
    const rows = (await findStrengths(tx, ids)).flatMap((strength) => {
      const implementation = byId.get(strength.id);
      return implementation ? [strengthEvent(strength, implementation)] : [];
    });
    if (rows.length > 0) tx.record('annex.controls.strength.changed.v1', { rows });
    after = last.id;
  }
  for (const { id } of isms) {
    const entries = await entriesOf(tx, id);
    for (let start = 0; start < entries.length; start += pageSize) {
      const rows = entries.slice(start, start + pageSize).map(applicabilityEvent);
      tx.record('annex.controls.applicability.changed.v1', { rows });
    }
    const versions = await versionsOf(tx, id).orderBy('number').execute();
    if (versions.length > 0) tx.record('annex.controls.soa.changed.v1', { rows: versions.map(soaEvent) });
  }
  await announceRules(tx, 'controls');
}
