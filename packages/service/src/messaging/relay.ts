import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { leadership } from './leadership.ts';
import { Ledger } from './ledger.ts';
import type { MessagingMetrics } from './metrics.ts';
import { Held, type Jobs, nextPortion, type Waiting } from './portion.ts';
import type { Queues } from './queue.ts';

export interface RelayOptions {
  /** Jobs that one tenant may have in the queues before its further events wait in the outbox. */
  readonly inFlightPerTenant: number;
  /** Events of one tenant in one go. */
  readonly batch: number;
  readonly batchBytes: number;
  /** The net under poke and NOTIFY, in milliseconds. */
  readonly pollMs: number;
}

export const relayDefaults: RelayOptions = {
  inFlightPerTenant: 2000,
  batch: 500,
  batchBytes: 8 * 1024 * 1024,
  pollMs: 1000,
};

export interface Relay {
  /** Whether this process holds the service's lock; of several, one does. */
  readonly leading: boolean;
  /** There may be something to send, of this tenant or of any; cheap, may be called as often as wanted. */
  poke(tenant?: string): void;
  /** Finishes the pass in hand and gives the lock back. */
  stop(): Promise<void>;
}

/** Pokes that come this close together make one NOTIFY. */
const notifyMs = 20;
/** Tenants of whom a pass sends what was held: nobody's first events wait for that of all. */
const heldAPass = 16;
/** A full tenant is looked at again after this time. */
const fullMs = 250;
/** The ledger's size at which it is checked as a whole, so that memory stays bounded whatever the number of tenants. */
const ledgerLimit = 100_000;

interface Taken extends Omit<Waiting, 'event'> {
  readonly body: string;
  /** How many were numbered in this go. */
  readonly numbered: number;
}

/** The exact bytes of an event: what the outbox keeps, with the sequence that the relay gave. */
export const eventText = (sequence: number, body: string): string => `{"sequence":${sequence},${body}`;

/**
 * Sends what a service's outbox holds. It numbers the committed rows of each tenant without gaps, adds them to the
 * queue of each consumer (of those who come after others when there is quiet, all that came until then together), then marks them as published:
 * dying between any two of these steps makes duplicates, which the inbox of the consumer takes, and loses nothing.
 */
export function startRelay<T>(parts: {
  readonly database: Database<T>;
  readonly queues: Queues;
  readonly log: Logger;
  readonly metrics: MessagingMetrics;
  readonly options?: Partial<RelayOptions>;
}): Relay {
  const { database, queues, log, metrics } = parts;
  const options = { ...relayDefaults, ...parts.options };
  const { service } = database;
  const ledger = new Ledger();

  let stopping = false;
  // Sleeping and waking: a wake during a pass is kept for the next sleep.
  let woken = false;
  let wake: (() => void) | undefined;
  const wakeUp = () => {
    woken = true;
    wake?.();
  };
  const sleep = async (ms: number) => {
    if (woken || stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = undefined;
  };

  // Whom the next pass serves: tenants that this process recorded something for, or whoever has something.
  const poked = new Set<string>();
  let everyone = true;
  let lookedAtEveryone = 0;

  const onTold = () => {
    everyone = true;
    wakeUp();
  };
  const lead = leadership({ pool: database.pool, name: `annex_outbox_${service}`, log, onTold });

  let telling: NodeJS.Timeout | undefined;
  const poke = (tenant?: string) => {
    if (stopping) return;
    if (lead.held) {
      if (tenant === undefined) everyone = true;
      else poked.add(tenant);
      wakeUp();
    } else {
      telling ??= setTimeout(() => {
        telling = undefined;
        lead.tell();
      }, notifyMs);
    }
  };
  database.onRecorded(poke);

  /** Tenants with something to send, by hopping over the index from tenant to tenant. */
  const tenantsWaiting = async () => {
    const rows = await database.acrossTenants<{ tenant_id: string }>(`
      with recursive hop(tenant_id) as (
        (select tenant_id from outbox where published_at is null order by tenant_id limit 1)
        union all
        select (select o.tenant_id from outbox o where o.published_at is null and o.tenant_id > hop.tenant_id
                order by o.tenant_id limit 1)
        from hop where hop.tenant_id is not null
      )
      select tenant_id from hop where tenant_id is not null`);
    return rows.map((row) => row.tenant_id);
  };

  // What waits for a quiet moment, by tenant. It is published when all have it, so whoever leads next sends it again to all.
  const held = new Held();
  let quiet = false;
  let listening = false;
  const listenForQuiet = () => {
    if (listening) return;
    listening = true;
    void queues.quiet().then(() => {
      listening = false;
      quiet = true;
      wakeUp();
    });
  };

  /** Numbers what is not numbered, and reads what is next to be sent: one transaction in one round trip. */
  const numberAndRead = async (tenant: string, limit: number): Promise<Waiting[]> => {
    const { rows } = await database.pool.query<Taken>({
      name: 'relay_take',
      text: `select * from ${service}.relay_take($1, $2, $3, $4, $5)`,
      values: [tenant, options.batch, limit, options.batchBytes, held.reached(tenant)],
    });
    if (rows[0]?.numbered) metrics.recorded(rows[0].numbered);
    return rows.map(({ id, type, sequence, body, age }) => ({
      id,
      type,
      sequence,
      event: eventText(sequence, body),
      age,
    }));
  };

  const inFlight = (tenant: string) => ledger.inFlight(tenant) + held.waiting(tenant);

  const roomOf = async (tenant: string): Promise<number> => {
    if (inFlight(tenant) >= options.inFlightPerTenant) await ledger.check(tenant, queues.existing);
    return options.inFlightPerTenant - inFlight(tenant);
  };

  const send = async (tenant: string, jobs: Jobs) => {
    await Promise.all(
      [...jobs].map(async ([consumer, events]) => {
        await queues.add(consumer, events);
        ledger.add(
          tenant,
          consumer,
          events.map((event) => event.id),
        );
        metrics.published(consumer, events.length);
      }),
    );
  };

  /** Sends what was held to those who come after others; then all have it. */
  const sendHeld = async (tenant: string) => {
    const { ids, jobs } = held.of(tenant);
    await send(tenant, jobs);
    await database.pool.query({
      name: 'relay_published',
      text: `select ${service}.relay_published($1, $2)`,
      values: [tenant, ids],
    });
    held.delete(tenant);
  };

  /** One go for one tenant. @returns whether more waits, and whether the tenant has its share in the queues already */
  const relayTenant = async (tenant: string): Promise<'done' | 'more' | 'full'> => {
    const room = await roomOf(tenant);
    if (room <= 0) return 'full';
    const limit = Math.min(options.batch, room);
    const waiting = await numberAndRead(tenant, limit);
    if (waiting.length === 0) return 'done';
    metrics.lag(waiting[0]?.age ?? 0);
    const portion = nextPortion(tenant, waiting, room);
    await send(tenant, portion.first);
    held.add(tenant, portion);
    listenForQuiet();
    // Who has much to send is not slowed down: its chains are long in any case.
    if (held.waiting(tenant) >= options.batch || held.size(tenant) >= options.batchBytes) await sendHeld(tenant);
    return portion.ids.length < waiting.length || waiting.length >= limit ? 'more' : 'done';
  };

  /** Tells whether what is held could be sent; what could not is kept, and tried again in the next pass. */
  const sendAllOf = async (tenants: readonly string[]): Promise<boolean> => {
    let sent = true;
    for (const tenant of tenants) {
      try {
        await sendHeld(tenant);
      } catch (error) {
        sent = false;
        log.warn(
          { err: error, tenant },
          'events could not be sent to all; they stay in the outbox and are tried again',
        );
      }
    }
    return sent;
  };

  /** What is held waits no longer: some tenants of it. @returns how long to wait before the next pass */
  const sendSomeHeld = async (): Promise<number> => {
    const tenants = held.tenants();
    const sent = await sendAllOf(tenants.slice(0, heldAPass));
    const more = tenants.length > heldAPass;
    quiet = more || !sent;
    return more && sent ? 0 : options.pollMs;
  };

  /** One go for every tenant that has something. @returns how long to wait before the next */
  const pass = async (): Promise<number> => {
    const tenants = new Set(poked);
    poked.clear();
    // The net must not wait for a quiet moment: where pokes never end, nobody sleeps the whole of a poll.
    if (everyone || performance.now() - lookedAtEveryone >= options.pollMs - 1) {
      everyone = false;
      lookedAtEveryone = performance.now();
      const waiting = await tenantsWaiting();
      if (waiting.length === 0) metrics.lag(0);
      for (const tenant of waiting) tenants.add(tenant);
    }
    let wait = options.pollMs;
    const queue = tenants.values();
    const one = async () => {
      for (const tenant of queue) {
        if (stopping || !lead.held) return;
        try {
          const state = await relayTenant(tenant);
          if (state === 'done') continue;
          poked.add(tenant);
          wait = state === 'more' ? 0 : Math.min(wait, fullMs);
        } catch (error) {
          log.warn({ err: error, tenant }, 'events could not be sent; they stay in the outbox and are tried again');
        }
      }
    };
    // Two at a time: one reads while the other's jobs are added.
    await Promise.all([one(), one()]);
    if (quiet && lead.held) wait = Math.min(wait, await sendSomeHeld());
    if (ledger.size > ledgerLimit) {
      for (const tenant of ledger.tenants()) await ledger.check(tenant, queues.existing);
    }
    return wait;
  };

  const run = async () => {
    // Relays that start together do not all look at the same moment of each second.
    for (let phase = Math.random(); !stopping; phase = 1) {
      woken = false;
      let wait = options.pollMs;
      try {
        if (await lead.take()) wait = await pass();
        else held.clear();
      } catch (error) {
        log.warn({ err: error }, 'the relay could not work; it tries again');
      }
      if (wait > 0) await sleep(wait * phase);
    }
  };
  const running = run();

  return {
    get leading() {
      return lead.held;
    },
    poke,
    async stop() {
      stopping = true;
      clearTimeout(telling);
      wakeUp();
      await running;
      if (lead.held) await sendAllOf(held.tenants());
      await lead.release();
    },
  };
}
