import { type EventData, type EventType, eventTypes } from '@annex/schema';
import {
  createOutboundClient,
  type EventHandler,
  type EventHandlers,
  resendRange,
  type ServiceDefinition,
} from '@annex/service';
import type { IntegrationsConfig } from './config.ts';
import type { IntegrationsDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';
import { createDispatcher } from './webhook/dispatcher.ts';
import { deliverEvent, deliveryKind } from './webhook/webhook.operations.ts';
import { webhookModule } from './webhook/webhook.resolvers.ts';
import { createSecretBox } from './webhook/webhook.ts';

/** Webhooks; ticket systems and notifications follow. */
export function integrations(config: IntegrationsConfig): ServiceDefinition<IntegrationsDatabase> {
  const tools = {
    outbound: createOutboundClient({ allowed: config.privateAddresses }),
    secrets: createSecretBox(config.secret),
  };
  const dispatcher = createDispatcher(tools);
  const handle: EventHandler<IntegrationsDatabase, EventType> = async (tx, event, raw) => {
    if (event.type === 'annex.audit.resend.requested.v1') {
      const asked = event.data as EventData<'annex.audit.resend.requested.v1'>;
      if (asked.source === '/annex/integrations') await resendRange(tx, asked);
      // Housekeeping between services is nobody's business outside.
      return;
    }
    await deliverEvent(tx, event, raw, (tenant, id) => dispatcher.send(tenant, id));
  };
  const handlers = Object.fromEntries(eventTypes.map((type) => [type, handle])) as EventHandlers<IntegrationsDatabase>;
  return {
    name: 'integrations',
    migrations,
    modules: [webhookModule(tools, dispatcher)],
    subscriptions: { integrations: handlers },
    timers: { [deliveryKind]: (tx, due) => dispatcher.onDue(tx, due.subjectId) },
    announce: async (tx) => {
      const endpoints = await tx.db
        .selectFrom('webhookEndpoint')
        .selectAll()
        .where('tenantId', '=', tx.tenant)
        .orderBy('id')
        .execute();
      if (endpoints.length === 0) return;
      tx.record('annex.integrations.webhook.changed.v1', {
        rows: endpoints.map(({ id, version, url, status, eventTypes }) => ({ id, version, url, status, eventTypes })),
      });
    },
    start: async (context) => {
      dispatcher.start(context);
      return () => dispatcher.stop();
    },
  };
}
