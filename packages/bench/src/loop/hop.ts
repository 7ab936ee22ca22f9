import { performance } from 'node:perf_hooks';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

/** A bare hop: one event from one service to the next with nothing of Annex in between. */
export interface Hop {
  /** @returns milliseconds that one took */
  once(): Promise<number>;
  close(): Promise<void>;
}

/** As long as an event of the loop. */
const payload = 'x'.repeat(900);

/**
 * A hop is what an event costs at least where none may be lost or work twice: the sender commits an insert (the relay numbers what it
 * sends) and adds a job to a BullMQ queue; a worker takes it and commits three inserts in one transaction (that the event was handled, its
 * effect, and the event that follows). Four inserts, two commits, one job.
 */
export async function openHop(databaseUrl: string, redisUrl: string): Promise<Hop> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  await pool.query('create schema bench; create table bench.hop (id bigserial primary key, body text not null)');
  const insert = (on: pg.Pool | pg.PoolClient) => on.query('insert into bench.hop (body) values ($1)', [payload]);
  const effect = async () => {
    const client = await pool.connect();
    await client.query('begin');
    for (let count = 0; count < 3; count++) await insert(client);
    await client.query('commit');
    client.release();
  };
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue('hop', { connection, prefix: 'bench' });
  let arrived: () => void = () => undefined;
  const worker = new Worker(
    'hop',
    async () => {
      await effect();
      arrived();
    },
    { connection, prefix: 'bench', concurrency: 8 },
  );
  await worker.waitUntilReady();
  return {
    async once() {
      const end = new Promise<void>((done) => {
        arrived = done;
      });
      const began = performance.now();
      await insert(pool);
      await queue.add('event', { event: payload }, { removeOnComplete: true, removeOnFail: true });
      await end;
      return performance.now() - began;
    },
    async close() {
      await worker.close();
      await queue.close();
      await connection.quit();
      await pool.end();
    },
  };
}
