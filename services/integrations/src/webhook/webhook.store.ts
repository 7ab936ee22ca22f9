import type { EntityColumns, Tx, WriteTx } from '@annex/service';
import type { Selectable } from 'kysely';

export type EndpointStatus = 'ACTIVE' | 'DISABLED';
export type DeliveryStatus = 'PENDING' | 'DELIVERED' | 'FAILED';

interface EndpointTable extends EntityColumns {
  url: string;
  description: string;
  eventTypes: string[];
  status: EndpointStatus;
  statusReason: string | null;
  secret: Buffer;
}

interface DeliveryTable {
  tenantId: string;
  id: string;
  endpointId: string;
  eventId: string;
  eventType: string;
  body: string;
  status: DeliveryStatus;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  nextAttemptAt: Date | null;
  deliveredAt: Date | null;
  createdAt: Date;
}

export interface WebhookTables {
  webhookEndpoint: EndpointTable;
  webhookDelivery: DeliveryTable;
}

export type Endpoint = Selectable<EndpointTable>;
export type Delivery = Selectable<DeliveryTable>;
type Read = Tx<WebhookTables>;
type Write = WriteTx<WebhookTables>;

export const listEndpoints = (tx: Read): Promise<Endpoint[]> =>
  tx.db.selectFrom('webhookEndpoint').selectAll().where('tenantId', '=', tx.tenant).orderBy('id').limit(100).execute();

export const findEndpoints = (tx: Read, ids: readonly string[]): Promise<Endpoint[]> =>
  tx.db
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', [...ids])
    .execute();

export const lockEndpoint = (tx: Write, id: string): Promise<Endpoint | undefined> =>
  tx.db
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

export const insertEndpoint = (tx: Write, row: Endpoint) => tx.db.insertInto('webhookEndpoint').values(row).execute();

export const updateEndpoint = (tx: Write, id: string, change: Partial<Endpoint>) =>
  tx.db.updateTable('webhookEndpoint').set(change).where('tenantId', '=', tx.tenant).where('id', '=', id).execute();

export const deleteEndpoint = (tx: Write, id: string) =>
  tx.db.deleteFrom('webhookEndpoint').where('tenantId', '=', tx.tenant).where('id', '=', id).execute();

/** Active endpoints that want this type. */
export const endpointsFor = (tx: Read, eventType: string) =>
  tx.db
    .selectFrom('webhookEndpoint')
    .select(['id'])
    .where('tenantId', '=', tx.tenant)
    .where('status', '=', 'ACTIVE')
    .where((e) => e.or([e('eventTypes', '=', e.val([] as string[])), e(e.val(eventType), '=', e.fn.any('eventTypes'))]))
    .execute();

export const insertDeliveries = (tx: Write, rows: readonly Delivery[]) =>
  tx.db
    .insertInto('webhookDelivery')
    .values([...rows])
    .execute();

export const lockDelivery = (tx: Write, id: string): Promise<Delivery | undefined> =>
  tx.db
    .selectFrom('webhookDelivery')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

export const updateDelivery = (tx: Write, id: string, change: Partial<Delivery>) =>
  tx.db.updateTable('webhookDelivery').set(change).where('tenantId', '=', tx.tenant).where('id', '=', id).execute();

/** Gives up what still waits for an endpoint. */
export const abandonDeliveries = (tx: Write, endpointId: string, why: string) =>
  tx.db
    .updateTable('webhookDelivery')
    .set({ status: 'FAILED', lastError: why, nextAttemptAt: null })
    .where('tenantId', '=', tx.tenant)
    .where('endpointId', '=', endpointId)
    .where('status', '=', 'PENDING')
    .execute();

export const findDeliveries = (tx: Read, ids: readonly string[]): Promise<Delivery[]> =>
  tx.db
    .selectFrom('webhookDelivery')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', [...ids])
    .execute();

/** The newest deliveries of each endpoint, in one statement. Ids are UUIDv7, so their order is that of time. */
export async function latestDeliveries(tx: Read, endpointIds: readonly string[], first: number): Promise<Delivery[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select d.id from unnest($2::uuid[]) as e(id)
       cross join lateral (select id from webhook_delivery where tenant_id = $1 and endpoint_id = e.id order by id desc limit $3) d`,
    [tx.tenant, [...endpointIds], first],
  );
  if (rows.length === 0) return [];
  const found = await findDeliveries(
    tx,
    rows.map((row) => row.id),
  );
  return found.sort((a, b) => (a.id < b.id ? 1 : -1));
}
