import { type EventHandlers, resendRange } from '@annex/service';
import { judgeEvidence } from '../conformity.ts';
import type { EvidenceDatabase } from '../database.ts';
import { projectImplementations, projectIsms } from './projection.store.ts';

/** What the service does on the events that it is sent. An event older than what is known changes nothing. */
export const subscriptions: EventHandlers<EvidenceDatabase> = {
  async 'annex.controls.isms.changed.v1'(tx, event) {
    const changed = new Set(await projectIsms(tx, event.data.rows));
    // A new ISMS is judged from the start: nothing is measured in it yet.
    const present = event.data.rows.filter((row) => changed.has(row.id) && !row.deleted).map((row) => row.id);
    if (present.length > 0) await judgeEvidence(tx, present);
  },

  async 'annex.controls.implementation.changed.v1'(tx, event) {
    await projectImplementations(tx, event.data.rows);
  },

  async 'annex.audit.resend.requested.v1'(tx, event) {
    const { source, consumer, from, to } = event.data;
    if (source === '/annex/evidence') await resendRange(tx, { consumer, from, to });
  },
};
