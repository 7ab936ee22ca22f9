import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Logger } from 'pino';

/** Being the one process of several that does something, and a way for the others to tell that one. */
export interface Leadership {
  readonly held: boolean;
  /** Takes the lead where nobody has it, makes sure of it where this process does. @returns whether it is held */
  take(): Promise<boolean>;
  /** Tells the process that has the lead that there is something to do. */
  tell(): void;
  /** Gives the lead back for another to take. */
  release(): Promise<void>;
}

/** How often a lead that is held is made sure of, and how long that may take. */
const heartbeatMs = 5000;

/**
 * Leadership by a session-level advisory lock on a connection of the pool that is kept for it: the lead ends with the
 * connection, whatever happens to the process. The others tell by NOTIFY on theirs. NOTIFY takes a lock over the whole
 * server when it commits, so it belongs to no writing transaction and wants to be sent seldom.
 */
export function leadership(parts: {
  readonly pool: Pool;
  /** The name of the lock and of the channel; an SQL identifier. */
  readonly name: string;
  readonly log: Logger;
  readonly onTold: () => void;
}): Leadership {
  const { pool, name, log, onTold } = parts;
  let client: PoolClient | undefined;
  let held = false;
  let sure = 0;

  // A connection takes one statement at a time.
  let before: Promise<unknown> = Promise.resolve();
  const ask = <R extends QueryResultRow>(on: PoolClient, text: string, values?: unknown[]) => {
    const answer = before.then(() => on.query<R>(text, values));
    before = answer.catch(() => undefined);
    return answer;
  };

  const drop = (lost: PoolClient, error: unknown) => {
    if (client !== lost) return;
    client = undefined;
    held = false;
    before = Promise.resolve();
    lost.release(true);
    log.warn({ err: error }, 'the connection that holds the lead, or waits for it, was lost');
  };

  const connect = async () => {
    const opened = await pool.connect();
    client = opened;
    opened.on('error', (error) => drop(opened, error));
    opened.on('end', () => drop(opened, new Error('The connection ended')));
    opened.on('notification', onTold);
    return opened;
  };

  const acquire = async (on: PoolClient) => {
    const answer = await ask<{ got: boolean }>(on, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
      name,
    ]);
    if (!answer.rows[0]?.got) return;
    await ask(on, `listen ${name}`);
    if (client !== on) return;
    held = true;
    sure = Date.now();
    log.info({ name }, 'this process leads');
  };

  /** A connection may be dead without telling; then another process may have the lock. */
  const makeSure = async (on: PoolClient) => {
    if (Date.now() - sure < heartbeatMs) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${heartbeatMs} ms`)), heartbeatMs);
    });
    try {
      await Promise.race([ask(on, 'select 1'), late]);
      sure = Date.now();
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    get held() {
      return held;
    },
    async take() {
      const on = client ?? (await connect());
      try {
        if (held) await makeSure(on);
        else await acquire(on);
      } catch (error) {
        drop(on, error);
      }
      return held;
    },
    tell() {
      if (client) ask(client, `notify ${name}`).catch(() => undefined);
    },
    async release() {
      const on = client;
      client = undefined;
      held = false;
      if (!on) return;
      await ask(on, 'select pg_advisory_unlock_all()').catch(() => undefined);
      on.release(true);
    },
  };
}
