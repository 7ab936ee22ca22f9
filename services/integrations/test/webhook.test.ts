import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backends, startTestService, type TestService } from '@annex/service/testing';
import { Webhook } from 'standardwebhooks';
import type { IntegrationsDatabase } from '../src/database.ts';
import { integrations } from '../src/service.ts';

/** A receiver that keeps what it gets and answers what it is told. */
class Receiver {
  readonly received: { headers: IncomingMessage['headers']; body: string }[] = [];
  status = 200;
  #server: Server | undefined;
  url = '';

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(this.status).end();
      });
    });
    await new Promise<void>((done) => this.#server?.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
    return this;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

const create = `mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret webhookEndpoint { id version status } } }`;
const look = `query($id: UUID!) { webhookEndpoint(id: $id) { status statusReason version deliveries { id status attempts lastStatus lastError nextAttemptAt eventType } } }`;
type Created = { createWebhookEndpoint: { secret: string; webhookEndpoint: { id: string; version: number } } };
type Seen = {
  webhookEndpoint: {
    status: string;
    statusReason: string | null;
    deliveries: { id: string; status: string; attempts: number; lastError: string | null }[];
  };
};

const config = { secret: 'an installation secret for tests only', privateAddresses: 'loopback' as const };
const person = (version: number) => ({
  rows: [{ id: '0190aaaa-0000-7000-8000-000000000009', version, status: 'ACTIVE' as const, roles: [] }],
});

describe.each(backends())('webhooks over $backend', ({ backend, missing }) => {
  if (missing) {
    it.skip(`are not tested over ${backend}: ${missing}`, () => undefined);
    return;
  }
  let running: TestService<IntegrationsDatabase>;
  let receiver: Receiver;
  const until = async (condition: () => boolean | Promise<boolean>) => {
    for (let i = 0; i < 500 && !(await condition()); i++) await new Promise((done) => setTimeout(done, 20));
    expect(await condition()).toBe(true);
  };
  beforeAll(async () => {
    running = await startTestService(integrations(config), { backend });
  });
  afterAll(() => running.close());
  beforeEach(async () => {
    receiver = await new Receiver().start();
  });
  afterEach(() => receiver.stop());

  const endpoint = async (eventTypes: string[]) =>
    (await running.ask<Created>(create, { input: { url: receiver.url, eventTypes } })).createWebhookEndpoint;
  const seen = async (id: string) => (await running.ask<Seen>(look, { id })).webhookEndpoint;
  const remove = (id: string) =>
    running.ask(
      `mutation($input: DeleteWebhookEndpointInput!) { deleteWebhookEndpoint(input: $input) { deletedId } }`,
      { input: { id } },
    );

  it('deliver an event once, signed so that the official library accepts it, as its exact bytes', async () => {
    const { secret, webhookEndpoint } = await endpoint(['annex.identity.person.changed.v1']);
    await running.emit('annex.identity.person.changed.v1', person(1));
    await until(() => receiver.received.length > 0);
    await until(async () => (await seen(webhookEndpoint.id)).deliveries[0]?.status === 'DELIVERED');
    const [got] = receiver.received;
    const headers = got?.headers as Record<string, string>;
    const event = new Webhook(secret).verify(got?.body ?? '', headers) as { type: string; data: unknown };
    expect(event).toMatchObject({ specversion: '1.0', type: 'annex.identity.person.changed.v1', data: person(1) });
    expect(receiver.received).toHaveLength(1);
    expect((await seen(webhookEndpoint.id)).deliveries[0]?.id).toBe(headers['webhook-id']);
    await remove(webhookEndpoint.id);
  });

  it('try again later under the same delivery id, with a fresh signature, until it arrives', async () => {
    const start = new Date();
    await running.test.setClock(start);
    const { secret, webhookEndpoint } = await endpoint(['annex.identity.person.changed.v1']);
    receiver.status = 500;
    await running.emit('annex.identity.person.changed.v1', person(2));
    await until(async () => (await seen(webhookEndpoint.id)).deliveries[0]?.attempts === 1);
    receiver.status = 204;
    await running.service.messaging.ticker.tick();
    expect(receiver.received).toHaveLength(1);
    await running.test.setClock(new Date(start.getTime() + 10_000));
    await running.service.messaging.ticker.tick();
    await until(async () => (await seen(webhookEndpoint.id)).deliveries[0]?.status === 'DELIVERED');
    expect(receiver.received).toHaveLength(2);
    const ids = receiver.received.map((one) => one.headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    for (const one of receiver.received) new Webhook(secret).verify(one.body, one.headers as Record<string, string>);
    await running.test.setClock(null);
    await remove(webhookEndpoint.id);
  });

  it('are sent again when the process that had one in hand died before it could say what became of it', async () => {
    const start = new Date();
    await running.test.setClock(start);
    const { webhookEndpoint } = await endpoint(['annex.identity.person.changed.v1']);
    await running.emit('annex.identity.person.changed.v1', person(3));
    await until(async () => (await seen(webhookEndpoint.id)).deliveries[0]?.status === 'DELIVERED');
    // As after a kill: leased, sent perhaps, never reported.
    const id = (await seen(webhookEndpoint.id)).deliveries[0]?.id ?? '';
    await running.test.admin(async (client) => {
      await client.query(`update integrations.webhook_delivery set status = 'PENDING' where id = $1`, [id]);
      await client.query(
        `insert into integrations.due (tenant_id, kind, subject_id, due_at) values ($1, 'webhook.delivery', $2, $3)`,
        [running.test.tenants[0], id, new Date(start.getTime() + 60_000)],
      );
    });
    await running.test.setClock(new Date(start.getTime() + 61_000));
    await running.service.messaging.ticker.tick();
    await until(async () => (await seen(webhookEndpoint.id)).deliveries[0]?.status === 'DELIVERED');
    expect(receiver.received.map((one) => one.headers['webhook-id'])).toEqual([id, id]);
    await running.test.setClock(null);
    await remove(webhookEndpoint.id);
  });

  it('stop when the endpoint answers 410, and say why', async () => {
    const { webhookEndpoint } = await endpoint(['annex.identity.person.changed.v1']);
    receiver.status = 410;
    await running.emit('annex.identity.person.changed.v1', person(4));
    await until(async () => (await seen(webhookEndpoint.id)).status === 'DISABLED');
    expect(await seen(webhookEndpoint.id)).toMatchObject({
      statusReason: expect.stringContaining('410'),
      deliveries: [{ status: 'FAILED' }],
    });
    await remove(webhookEndpoint.id);
  });

  it('bring an endpoint only the types that it asked for, and only of its tenant', async () => {
    const { webhookEndpoint } = await endpoint(['annex.identity.tenant.changed.v1']);
    await running.emit('annex.identity.person.changed.v1', person(5));
    const tenant = { rows: [{ id: running.test.tenants[0], version: 1, slug: 'a', name: 'A' }] };
    await running.emit('annex.identity.tenant.changed.v1', tenant, { tenant: running.test.tenants[1] });
    await running.emit('annex.identity.tenant.changed.v1', tenant);
    await until(() => receiver.received.length > 0);
    await running.settle();
    expect(receiver.received.map((one) => JSON.parse(one.body).type)).toEqual(['annex.identity.tenant.changed.v1']);
    await remove(webhookEndpoint.id);
  });

  it('show the secret once: not in a repeat with the same idempotency key, not in a query', async () => {
    const input = { url: receiver.url, eventTypes: [] };
    const first = await running.ask<Created>(create, { input }, { idempotencyKey: `k-${backend}` });
    const again = await running.ask<Created>(create, { input }, { idempotencyKey: `k-${backend}` });
    expect(first.createWebhookEndpoint.secret).toMatch(/^whsec_/);
    expect(again.createWebhookEndpoint).toEqual({ ...first.createWebhookEndpoint, secret: null });
    const stored = await running.test.admin((client) =>
      client.query(`select encode(secret, 'escape') as s from integrations.webhook_endpoint`),
    );
    expect(JSON.stringify(stored.rows)).not.toContain(first.createWebhookEndpoint.secret.slice(6, 20));
    await remove(first.createWebhookEndpoint.webhookEndpoint.id);
  });

  it('are refused for unknown types, bad addresses, stale versions, callers without the permission and other tenants', async () => {
    const code = async (...call: Parameters<typeof running.call>) =>
      (await running.call(...call)).errors?.[0]?.extensions.code;
    expect(await code(create, { input: { url: receiver.url, eventTypes: ['annex.nothing'] } })).toBe('BAD_INPUT');
    expect(await code(create, { input: { url: 'http://10.0.0.1/' } })).toBe('ADDRESS_REFUSED');
    expect(await code(create, { input: { url: receiver.url } }, { permissions: ['integrations:read'] })).toBe(
      'FORBIDDEN',
    );
    const { webhookEndpoint } = await endpoint([]);
    const update = `mutation($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) { webhookEndpoint { version } } }`;
    expect(await code(update, { input: { id: webhookEndpoint.id, expectedVersion: 7, description: 'x' } })).toBe(
      'VERSION_CONFLICT',
    );
    const other = { tenant: running.test.tenants[1] };
    expect(await code(update, { input: { id: webhookEndpoint.id, description: 'x' } }, other)).toBe('NOT_FOUND');
    expect((await running.ask<Seen>(look, { id: webhookEndpoint.id }, other)).webhookEndpoint).toBeNull();
    await remove(webhookEndpoint.id);
  });
});
