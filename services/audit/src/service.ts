import { type EventType, eventTypes } from '@annex/schema';
import { announceRules, type EventHandler, type EventHandlers, judge, type ServiceDefinition } from '@annex/service';
import type { AuditConfig } from './config.ts';
import { answerDueKind, auditRules } from './conformity.ts';
import type { AuditDatabase } from './database.ts';
import { announceFindings, followRisks } from './finding/finding.operations.ts';
import { findingModule } from './finding/finding.resolvers.ts';
import { findingsById } from './finding/finding.store.ts';
import { followIsms } from './isms/isms.operations.ts';
import { auditMigrations } from './migrations/index.ts';
import { gatherConformity } from './readiness/readiness.operations.ts';
import { readinessModule } from './readiness/readiness.resolvers.ts';
import { alarmBell } from './trail/alarm.ts';
import { chaseGap, gapDueKind, recordInTrail, resendOwn, type TrailSettings } from './trail/trail.operations.ts';
import { trailModule } from './trail/trail.resolvers.ts';

export { type AuditConfig, auditConfig } from './config.ts';

const projections: EventHandlers<AuditDatabase> = {
  'annex.controls.isms.changed.v1': (tx, event) => followIsms(tx, event.data),
  'annex.risk.risk.changed.v1': (tx, event) => followRisks(tx, event.data),
  'annex.controls.conformity.changed.v1': (tx, event) => gatherConformity(tx, 'controls', event.data),
  'annex.risk.conformity.changed.v1': (tx, event) => gatherConformity(tx, 'risk', event.data),
  'annex.evidence.conformity.changed.v1': (tx, event) => gatherConformity(tx, 'evidence', event.data),
  'annex.audit.conformity.changed.v1': (tx, event) => gatherConformity(tx, 'audit', event.data),
  'annex.audit.resend.requested.v1': (tx, event) => resendOwn(tx, event.data),
};

/** The audit service: readiness by clause, findings, and the trail of everything that happened. */
export function audit(config: AuditConfig): ServiceDefinition<AuditDatabase> {
  const bell = alarmBell();
  const settings: TrailSettings = { gapSeconds: config.trailGapSeconds, alarm: bell.ring };
  const record: EventHandler<AuditDatabase, EventType> = (tx, event, raw) => recordInTrail(tx, event, raw, settings);
  return {
    name: 'audit',
    migrations: auditMigrations,
    modules: [readinessModule, findingModule, trailModule] as ServiceDefinition<AuditDatabase>['modules'],
    subscriptions: {
      audit: projections,
      trail: Object.fromEntries(eventTypes.map((type) => [type, record])),
    },
    timers: {
      [gapDueKind]: (tx, due) => chaseGap(tx, due.subjectId, settings),
      [answerDueKind]: async (tx, due) => {
        const [finding] = await findingsById(tx, [due.subjectId]);
        if (finding) await judge(tx, 'audit', [finding.ismsId], auditRules);
      },
    },
    async announce(tx) {
      await announceFindings(tx);
      await announceRules(tx, 'audit');
    },
    async start({ log }) {
      bell.listen((call) => log.error({ ...call }, `the trail: ${call.reason}`));
      return async () => bell.listen(undefined);
    },
  };
}
