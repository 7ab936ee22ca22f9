import { AnnexError, type AnnexEvent, type EventType, notFound } from '@annex/schema';
import {
  checkVersion,
  entityFields,
  newId,
  type OutboundClient,
  schedule,
  touched,
  type WriteTx,
} from '@annex/service';
import {
  abandonDeliveries,
  deleteEndpoint,
  type Endpoint,
  type EndpointStatus,
  endpointsFor,
  insertDeliveries,
  insertEndpoint,
  listEndpoints,
  lockDelivery,
  lockEndpoint,
  updateDelivery,
  updateEndpoint,
  type WebhookTables,
} from './webhook.store.ts';
import { checkDescription, checkEventTypes, type SecretBox, tooManyEndpoints } from './webhook.ts';

export const deliveryKind = 'webhook.delivery';
/** An attempt that has not reported within this time died with its process, and is made again. */
export const leaseSeconds = 60;
const endpointLimit = 100;

type Write = WriteTx<WebhookTables>;

export interface WebhookTools {
  readonly outbound: OutboundClient;
  readonly secrets: SecretBox;
}

function announce(tx: Write, endpoint: Endpoint, deleted = false): void {
  tx.record('annex.integrations.webhook.changed.v1', {
    rows: [
      {
        id: endpoint.id,
        version: endpoint.version,
        url: endpoint.url,
        status: endpoint.status,
        eventTypes: endpoint.eventTypes,
        ...(deleted ? { deleted: true as const } : {}),
      },
    ],
  });
}

async function present(tx: Write, id: string, expectedVersion: number | null | undefined): Promise<Endpoint> {
  const endpoint = await lockEndpoint(tx, id);
  if (!endpoint) throw notFound('WebhookEndpoint', id);
  checkVersion('WebhookEndpoint', id, endpoint.version, expectedVersion);
  return endpoint;
}

/** @returns the id; the secret is shown once by the resolver, which alone sees it in clear */
export async function createEndpoint(
  tx: Write,
  tools: WebhookTools,
  input: { url: string; description?: string | null; eventTypes?: readonly string[] | null },
  secret: string,
): Promise<{ id: string; version: number }> {
  tools.outbound.check(input.url, 'input.url');
  const eventTypes = checkEventTypes(input.eventTypes ?? []);
  if ((await listEndpoints(tx)).length >= endpointLimit) throw tooManyEndpoints(endpointLimit);
  const id = newId();
  const endpoint: Endpoint = {
    ...entityFields(tx),
    id,
    version: 1,
    url: input.url,
    description: checkDescription(input.description ?? ''),
    eventTypes,
    status: 'ACTIVE',
    statusReason: null,
    secret: tools.secrets.seal(secret, id),
  };
  await insertEndpoint(tx, endpoint);
  announce(tx, endpoint);
  return { id, version: 1 };
}

export async function changeEndpoint(
  tx: Write,
  tools: WebhookTools,
  input: {
    id: string;
    expectedVersion?: number | null;
    url?: string | null;
    description?: string | null;
    eventTypes?: readonly string[] | null;
    status?: EndpointStatus | null;
  },
): Promise<{ id: string; version: number }> {
  const endpoint = await present(tx, input.id, input.expectedVersion);
  if (input.url) tools.outbound.check(input.url, 'input.url');
  const status = input.status ?? endpoint.status;
  const changed: Endpoint = {
    ...endpoint,
    ...touched(tx),
    version: endpoint.version + 1,
    url: input.url ?? endpoint.url,
    description: checkDescription(input.description ?? endpoint.description),
    eventTypes: input.eventTypes ? checkEventTypes(input.eventTypes) : endpoint.eventTypes,
    status,
    statusReason: status === 'ACTIVE' ? null : endpoint.statusReason,
  };
  await updateEndpoint(tx, input.id, changed);
  if (status === 'DISABLED') await abandonDeliveries(tx, input.id, 'The endpoint was disabled');
  announce(tx, changed);
  return { id: input.id, version: changed.version };
}

export async function rotateSecret(
  tx: Write,
  tools: WebhookTools,
  input: { id: string; expectedVersion?: number | null },
  secret: string,
): Promise<{ id: string; version: number }> {
  const endpoint = await present(tx, input.id, input.expectedVersion);
  const version = endpoint.version + 1;
  await updateEndpoint(tx, input.id, { ...touched(tx), version, secret: tools.secrets.seal(secret, input.id) });
  announce(tx, { ...endpoint, version });
  return { id: input.id, version };
}

export async function removeEndpoint(
  tx: Write,
  input: { id: string; expectedVersion?: number | null },
): Promise<{ id: string }> {
  const endpoint = await present(tx, input.id, input.expectedVersion);
  await abandonDeliveries(tx, input.id, 'The endpoint was removed');
  await deleteEndpoint(tx, input.id);
  announce(tx, { ...endpoint, version: endpoint.version + 1 }, true);
  return { id: input.id };
}

/** Makes the deliveries of an event, leased to this process, which sends them as soon as the transaction has committed. */
export async function deliverEvent(
  tx: Write,
  event: AnnexEvent<EventType>,
  raw: string,
  send: (tenant: string, deliveryId: string) => void,
): Promise<void> {
  const endpoints = await endpointsFor(tx, event.type);
  if (endpoints.length === 0) return;
  const deliveries = endpoints.map((endpoint) => ({
    tenantId: tx.tenant,
    id: newId(),
    endpointId: endpoint.id,
    eventId: event.id,
    eventType: event.type,
    body: raw,
    status: 'PENDING' as const,
    attempts: 0,
    lastStatus: null,
    lastError: null,
    nextAttemptAt: tx.now,
    deliveredAt: null,
    createdAt: tx.now,
  }));
  await insertDeliveries(tx, deliveries);
  for (const delivery of deliveries) {
    await schedule(tx, deliveryKind, delivery.id, new Date(tx.now.getTime() + leaseSeconds * 1000));
    tx.afterCommit(() => send(tx.tenant, delivery.id));
  }
}

export async function redeliver(
  tx: Write,
  deliveryId: string,
  send: (tenant: string, deliveryId: string) => void,
): Promise<{ id: string }> {
  const delivery = await lockDelivery(tx, deliveryId);
  if (!delivery) throw notFound('WebhookDelivery', deliveryId);
  const endpoint = await lockEndpoint(tx, delivery.endpointId);
  if (endpoint?.status !== 'ACTIVE') {
    throw new AnnexError('STATE_CONFLICT', 'The endpoint of this delivery is disabled or removed; enable it first', {
      details: { deliveryId, endpointId: delivery.endpointId, status: endpoint?.status ?? 'REMOVED' },
    });
  }
  await updateDelivery(tx, deliveryId, { status: 'PENDING', attempts: 0, nextAttemptAt: tx.now, deliveredAt: null });
  await schedule(tx, deliveryKind, deliveryId, new Date(tx.now.getTime() + leaseSeconds * 1000));
  tx.afterCommit(() => send(tx.tenant, deliveryId));
  return { id: deliveryId };
}
