import type { AnnexEvent } from '@annex/schema';
import { type EventHandlers, resendRange } from '@annex/service';
import { giveDefaultCriteria } from '../criteria/criteria.operations.ts';
import type { RiskDatabase } from '../database.ts';
import { measuresMoved } from '../indicator/indicator.settle.ts';
import { projectAttainments, projectMeasures } from '../indicator/measure.store.ts';
import { judgeRisk, relevelLinkedTo } from '../level/relevel.ts';
import { ismsOwnedIn, projectPeople } from '../person/person.store.ts';
import { projectImplementations, projectIsms, projectStrengths } from './projection.store.ts';

/** What the service does on the events that it is sent. An event older than what is known changes nothing. */
export const riskSubscriptions: EventHandlers<RiskDatabase> = {
  async 'annex.identity.person.changed.v1'(tx, event) {
    await judgeRisk(tx, await ismsOwnedIn(tx, await projectPeople(tx, event.data.rows)));
  },

  async 'annex.controls.isms.changed.v1'(tx, event) {
    const changed = new Set(await projectIsms(tx, event.data.rows));
    const present = event.data.rows.filter((row) => changed.has(row.id) && !row.deleted).map((row) => row.id);
    await giveDefaultCriteria(tx, [...new Set(present)].sort());
    await judgeRisk(tx, present);
  },

  async 'annex.controls.implementation.changed.v1'(tx, event) {
    await relevelLinkedTo(tx, await projectImplementations(tx, event.data.rows));
  },

  async 'annex.controls.strength.changed.v1'(tx, event) {
    await relevelLinkedTo(tx, await projectStrengths(tx, event.data.rows));
  },

  async 'annex.evidence.measure.changed.v1'(tx, event) {
    await measuresMoved(tx, await projectMeasures(tx, event.data.rows));
  },

  async 'annex.evidence.attainment.changed.v1'(tx, event) {
    await measuresMoved(tx, await projectAttainments(tx, event.data.rows));
  },

  async 'annex.audit.resend.requested.v1'(tx, event: AnnexEvent<'annex.audit.resend.requested.v1'>) {
    const { source, consumer, from, to } = event.data;
    if (source === '/annex/risk') await resendRange(tx, { consumer, from, to });
  },
};
