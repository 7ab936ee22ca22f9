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

/** Makes the role where it is missing, and brings its attributes in line. */
const ensureRole = (role: string, attributes: string) => `
  do $$ begin
    if not exists (select from pg_roles where rolname = ${pg.escapeLiteral(role)}) then create role ${identifier(role)}; end if;
  end $$;
  alter role ${identifier(role)} with ${attributes};`;

/**
 * Makes the roles of services and of the queue, or brings their passwords in line; all in one transaction.
 * @param adminUrl a role that may create roles
 */
export async function provisionRoles(
  adminUrl: string,
  services: readonly ServiceName[],
  secret: string,
): Promise<void> {
  const login = (role: string) =>
    `login noinherit nosuperuser nocreatedb nocreaterole nobypassrls password ${pg.escapeLiteral(rolePassword(secret, role))}`;
  const group = 'nologin noinherit nosuperuser nocreatedb nocreaterole nobypassrls';
  const statements = [ensureRole(queueRole, login(queueRole))];
  for (const service of services) {
    const roles = rolesOf(service);
    statements.push(
      ensureRole(roles.owner, group),
      ensureRole(roles.worker, group),
      ensureRole(roles.login, login(roles.login)),
      `grant ${identifier(roles.worker)} to ${identifier(roles.login)};`,
      `grant ${identifier(roles.owner)} to current_user;`,
    );
  }
  statements.push(`grant ${identifier(queueRole)} to current_user;`);
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await client.query(statements.join('\n'));
        return;
      } catch (error) {
        // Roles live in the cluster, not in the database, and no lock of ours reaches there: another process altered one at this moment.
        const message = error instanceof Error ? error.message : '';
        if (attempt >= 20 || !/already exists|duplicate key|concurrently updated|deadlock/.test(message)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 25 + Math.random() * 50));
      }
    }
  } finally {
    await client.end();
  }
}
