import { createHmac } from 'node:crypto';
import type { ServiceName } from '@annex/schema';
import pg from 'pg';

/**
 * The roles of a service: the owner owns its schemas and migrates, the login role works, the worker role reaches
 * the outbox, inbox and due rows of all tenants and nothing else.
 */
export function rolesOf(service: ServiceName): { owner: string; login: string; worker: string } {
  return { owner: `annex_${service}_owner`, login: `annex_${service}`, worker: `annex_${service}_worker` };
}

/** The owner of the queue's schema, which is no service's. */
export const queueRole = 'annex_queue';
export const queueSchema = 'annex_queue';

/**
 * The password of a role, derived from the installation's secret, so that replicas agree without a place to keep it.
 * @param secret at least 32 characters
 */
export function rolePassword(secret: string, role: string): string {
  return createHmac('sha256', secret).update(`database:${role}`).digest('base64url');
}

/** The same server and database as `url`, as another role. */
export function urlAs(url: string, role: string, password: string): string {
  const as = new URL(url);
  as.username = encodeURIComponent(role);
  as.password = encodeURIComponent(password);
  return as.href;
}

const identifier = (name: string) => pg.escapeIdentifier(name);

/** Roles live in the cluster, not in the database; several processes may make them at the same moment. */
async function ensureRole(client: pg.Client, role: string, attributes: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
      await client.query(`${found.rowCount ? 'alter' : 'create'} role ${identifier(role)} with ${attributes}`);
      return;
    } catch (error) {
      // Another process made or altered it in between: look again.
      const message = error instanceof Error ? error.message : '';
      if (attempt >= 20 || !/already exists|duplicate key|concurrently updated/.test(message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25 + Math.random() * 50));
    }
  }
}

/**
 * Makes the roles of services and of the queue, or brings their passwords in line.
 * @param adminUrl a role that may create roles
 */
export async function provisionRoles(
  adminUrl: string,
  services: readonly ServiceName[],
  secret: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const login = (role: string) =>
      `login noinherit nosuperuser nocreatedb nocreaterole nobypassrls password ${pg.escapeLiteral(rolePassword(secret, role))}`;
    const group = 'nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls';
    await ensureRole(client, queueRole, login(queueRole));
    for (const service of services) {
      const roles = rolesOf(service);
      await ensureRole(client, roles.owner, group);
      await ensureRole(client, roles.worker, group);
      await ensureRole(client, roles.login, login(roles.login));
      await retryGrant(client, `grant ${identifier(roles.worker)} to ${identifier(roles.login)}`);
      await retryGrant(client, `grant ${identifier(roles.owner)} to current_user`);
    }
    await retryGrant(client, `grant ${identifier(queueRole)} to current_user`);
  } finally {
    await client.end();
  }
}

async function retryGrant(client: pg.Client, statement: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      const message = error instanceof Error ? error.message : '';
      if (attempt >= 20 || !/concurrently updated|duplicate key/.test(message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25 + Math.random() * 50));
    }
  }
}
