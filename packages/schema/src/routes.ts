import { type EventType, eventTypes } from './events/index.ts';

/** The services of Annex; `identity` is the subgraph and event source that the gateway serves itself. */
export const serviceNames = ['identity', 'controls', 'risk', 'evidence', 'audit', 'integrations'] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * Who gets what: a consumer has one queue, belongs to one service, and receives the types listed. The trail is a
 * consumer of its own beside audit's projections, so that a slow projection never delays the record. Who comes `afterOthers` lets the
 * chains that somebody waits for pass first, for a moment: it is sent its events, and handles them, when there is quiet.
 */
export const routes = {
  controls: {
    service: 'controls',
    types: [
      'annex.identity.tenant.changed.v1',
      'annex.evidence.measure.changed.v1',
      'annex.evidence.attainment.changed.v1',
      'annex.risk.need.changed.v1',
      'annex.risk.treatment.changed.v1',
      'annex.audit.resend.requested.v1',
    ],
  },
  risk: {
    service: 'risk',
    types: [
      'annex.identity.person.changed.v1',
      'annex.controls.isms.changed.v1',
      'annex.controls.implementation.changed.v1',
      'annex.controls.strength.changed.v1',
      'annex.evidence.measure.changed.v1',
      'annex.evidence.attainment.changed.v1',
      'annex.audit.resend.requested.v1',
    ],
  },
  evidence: {
    service: 'evidence',
    types: [
      'annex.controls.isms.changed.v1',
      'annex.controls.implementation.changed.v1',
      'annex.audit.resend.requested.v1',
    ],
  },
  audit: {
    service: 'audit',
    types: [
      'annex.controls.isms.changed.v1',
      'annex.risk.risk.changed.v1',
      'annex.controls.conformity.changed.v1',
      'annex.risk.conformity.changed.v1',
      'annex.evidence.conformity.changed.v1',
      'annex.audit.conformity.changed.v1',
      'annex.audit.resend.requested.v1',
    ],
  },
  trail: { service: 'audit', types: eventTypes, afterOthers: true },
  integrations: { service: 'integrations', types: eventTypes, afterOthers: true },
  identity: { service: 'identity', types: ['annex.audit.resend.requested.v1'] },
} as const satisfies Record<string, { service: ServiceName; types: readonly EventType[]; afterOthers?: true }>;

export type ConsumerName = keyof typeof routes;
export const consumerNames = Object.keys(routes) as ConsumerName[];

const consumersByType = new Map<EventType, ConsumerName[]>(
  eventTypes.map((type) => [
    type,
    consumerNames.filter((name) => (routes[name].types as readonly EventType[]).includes(type)),
  ]),
);

/** The consumers that an event of this type is sent to. */
export function consumersOf(type: EventType): readonly ConsumerName[] {
  return consumersByType.get(type) ?? [];
}

/** Whether a consumer lets the chains that somebody waits for pass first. */
export const comesAfterOthers = (consumer: ConsumerName): boolean => 'afterOthers' in routes[consumer];
