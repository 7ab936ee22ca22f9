import fastify from 'fastify';
import pg from 'pg';
import { tellReady } from '../child.ts';
import { page, statement } from './query.ts';
import type { SeededTenant } from './seed.ts';

/** The limit's process: one hand-written statement behind fastify, whose answer is sent as PostgreSQL made it. */

const tenants = JSON.parse(process.env.BENCH_TENANTS ?? '[]') as SeededTenant[];
const tenantOf = new Map(tenants.map(({ id, key }) => [`Bearer ${key}`, id]));

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.BENCH_POOL_SIZE) });
const app = fastify();
app.post('/graphql', async (request, reply) => {
  const tenant = tenantOf.get(request.headers.authorization ?? '');
  const { behind } = request.body as { behind: string };
  const { rows } = await pool.query<{ body: string }>(statement, [
    tenant,
    behind,
    page.implementations,
    page.risks,
    page.evidence,
  ]);
  return reply.type('application/json').send(rows[0]?.body);
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
tellReady(`${address}/graphql`, async () => {
  await app.close();
  await pool.end();
});
