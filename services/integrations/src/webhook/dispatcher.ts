import { type Database, type ServiceContext, schedule, systemScope, unschedule, type WriteTx } from '@annex/service';
import { deliveryKind, leaseSeconds, type WebhookTools } from './webhook.operations.ts';
import {
  abandonDeliveries,
  type Delivery,
  findEndpoints,
  lockDelivery,
  lockEndpoint,
  updateDelivery,
  updateEndpoint,
  type WebhookTables,
} from './webhook.store.ts';
import { type AttemptResult, outcomeOf, signedHeaders } from './webhook.ts';

/** Sends deliveries. No transaction is open while an endpoint is being called. */
export interface Dispatcher {
  /** Sends soon, in the background; what is leased and never reported is sent again by its due moment. */
  send(tenant: string, deliveryId: string): void;
  /** The due moment of a delivery: its lease ran out or its next attempt has come. Takes the lease and sends. */
  onDue(tx: WriteTx<WebhookTables>, deliveryId: string): Promise<void>;
  start(context: ServiceContext<WebhookTables>): void;
  /** Takes nothing new, finishes the calls in hand. */
  stop(): Promise<void>;
  /** Resolves when nothing is being sent. */
  settled(): Promise<void>;
}

/** Calls at once, over all endpoints. */
const parallel = 16;

export function createDispatcher(tools: WebhookTools): Dispatcher {
  let context: ServiceContext<WebhookTables> | undefined;
  const waiting: { tenant: string; id: string }[] = [];
  const inHand = new Set<Promise<void>>();
  let stopped = false;

  const attempt = async (database: Database<WebhookTables>, tenant: string, id: string): Promise<void> => {
    const scope = systemScope('integrations', tenant);
    const found = await database.read(scope, async (tx) => {
      const delivery = await tx.db
        .selectFrom('webhookDelivery')
        .selectAll()
        .where('tenantId', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      const [endpoint] = delivery ? await findEndpoints(tx, [delivery.endpointId]) : [];
      return { delivery, endpoint };
    });
    const { delivery, endpoint } = found;
    if (delivery?.status !== 'PENDING' || endpoint?.status !== 'ACTIVE') return;
    let result: AttemptResult;
    try {
      const secret = tools.secrets.open(endpoint.secret, endpoint.id);
      const answer = await tools.outbound.post(endpoint.url, delivery.body, {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'Annex-Webhooks/1',
        ...signedHeaders(secret, delivery.id, new Date(), delivery.body),
      });
      result = { status: answer.status };
    } catch (error) {
      result = { error: error instanceof Error ? error.message.slice(0, 500) : 'No answer' };
    }
    await database.write(scope, (tx) => report(tx, id, result));
  };

  const report = async (tx: WriteTx<WebhookTables>, id: string, result: AttemptResult): Promise<void> => {
    const delivery = await lockDelivery(tx, id);
    if (delivery?.status !== 'PENDING') return;
    const attempts = delivery.attempts + 1;
    const outcome = outcomeOf(result, attempts, Math.random());
    const change: Partial<Delivery> = {
      attempts,
      lastStatus: 'status' in result ? result.status : null,
      lastError: outcome.kind === 'delivered' ? null : outcome.error,
    };
    if (outcome.kind === 'retry') {
      const next = new Date(tx.now.getTime() + outcome.afterSeconds * 1000);
      await updateDelivery(tx, id, { ...change, nextAttemptAt: next });
      await schedule(tx, deliveryKind, id, next);
      return;
    }
    const delivered = outcome.kind === 'delivered';
    await updateDelivery(tx, id, {
      ...change,
      status: delivered ? 'DELIVERED' : 'FAILED',
      nextAttemptAt: null,
      deliveredAt: delivered ? tx.now : null,
    });
    await unschedule(tx, deliveryKind, id);
    if (outcome.kind === 'failed' && outcome.gone) await disable(tx, delivery.endpointId);
  };

  /** 410 Gone: the receiver says that nobody is there any more (Standard Webhooks). */
  const disable = async (tx: WriteTx<WebhookTables>, endpointId: string): Promise<void> => {
    const endpoint = await lockEndpoint(tx, endpointId);
    if (endpoint?.status !== 'ACTIVE') return;
    const version = endpoint.version + 1;
    const why = 'The endpoint answered 410 Gone';
    await updateEndpoint(tx, endpointId, {
      status: 'DISABLED',
      statusReason: why,
      version,
      updatedAt: tx.now,
      updatedBy: tx.scope.actor,
    });
    await abandonDeliveries(tx, endpointId, why);
    tx.record('annex.integrations.webhook.changed.v1', {
      rows: [{ id: endpointId, version, url: endpoint.url, status: 'DISABLED', eventTypes: endpoint.eventTypes }],
    });
  };

  const pump = () => {
    const running = context;
    if (!running) return;
    while (!stopped && inHand.size < parallel) {
      const next = waiting.shift();
      if (!next) return;
      const call: Promise<void> = attempt(running.database, next.tenant, next.id)
        // The lease runs out and the delivery is tried again; nothing is lost.
        .catch((error) =>
          running.log.error({ err: error, deliveryId: next.id }, 'a webhook delivery could not be recorded'),
        )
        .finally(() => {
          inHand.delete(call);
          pump();
        });
      inHand.add(call);
    }
  };

  return {
    send(tenant, id) {
      if (stopped) return;
      waiting.push({ tenant, id });
      pump();
    },
    async onDue(tx, id) {
      const delivery = await lockDelivery(tx, id);
      if (delivery?.status !== 'PENDING') return;
      await schedule(tx, deliveryKind, id, new Date(tx.now.getTime() + leaseSeconds * 1000));
      tx.afterCommit(() => this.send(tx.tenant, id));
    },
    start(running) {
      context = running;
      pump();
    },
    async stop() {
      stopped = true;
      await Promise.all(inHand);
      await tools.outbound.close();
    },
    async settled() {
      while (waiting.length > 0 || inHand.size > 0)
        await Promise.race([...inHand, new Promise((done) => setTimeout(done, 10))]);
    },
  };
}
