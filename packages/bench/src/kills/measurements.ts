import { connectDatabase, createLogger, newId, type Resolver, type Scope, serviceUrl } from '@annex/service';
import { allDefinitions } from '@annex/standalone';
import { definitionSettings, type SystemSettings } from '../system.ts';
import type { Register } from './organisation.ts';

/** Records measurements by the evidence service's own operation, on a connection that no kill reaches. */
export interface Measurements {
  /** How many were committed. */
  readonly recorded: number;
  /** Records so many, a few at a time. */
  record(count: number): Promise<void>;
  close(): Promise<void>;
}

const atATime = 3;
/** As a replica would: whoever writes tells the process that relays, and not at every write. */
const tellEveryMs = 20;

type Recording = (parent: unknown, args: { input: unknown }, context: unknown) => Promise<unknown>;

/** The service's mutation, which checks its input, computes what the measure says now and records the events. */
function operation(settings: SystemSettings): Recording {
  const evidence = allDefinitions(definitionSettings(settings.secret, settings.blobFolder)).find(
    (definition) => definition.name === 'evidence',
  );
  for (const { resolvers } of evidence?.modules ?? []) {
    const mutations = resolvers.Mutation as { readonly [name: string]: Resolver<unknown> } | undefined;
    if (mutations?.recordMeasurement) return mutations.recordMeasurement as unknown as Recording;
  }
  throw new Error('The evidence service records no measurements');
}

export function openMeasurements(settings: SystemSettings, register: Register): Measurements {
  const database = connectDatabase<unknown>({
    service: 'evidence',
    url: serviceUrl(settings, 'evidence'),
    poolSize: atATime + 1,
    clock: 'system',
    log: createLogger({ service: 'bench', level: 'silent' }),
  });
  const recordMeasurement = operation(settings);
  const { tenantId: tenant, personId, measureIds } = register;
  let recorded = 0;
  let telling: NodeJS.Timeout | undefined;
  const tell = () => {
    telling ??= setTimeout(() => {
      telling = undefined;
      database.pool.query('notify annex_outbox_evidence').catch(() => undefined);
    }, tellEveryMs);
  };

  const one = async () => {
    const measureId = measureIds[Math.floor(Math.random() * measureIds.length)];
    const value = Math.round(Math.random() * 100);
    const scope: Scope = { tenant, actor: `person:${personId}`, correlationId: newId(), hops: 0 };
    const context = {
      write: (_name: string, _input: unknown, run: Parameters<typeof database.write>[1]) => database.write(scope, run),
      // What the mutation would answer with is of no interest.
      loader: () => ({ load: async () => null }),
    };
    await recordMeasurement(undefined, { input: { measureId, value } }, context);
    recorded++;
    tell();
  };

  return {
    get recorded() {
      return recorded;
    },
    async record(count) {
      let left = count;
      const some = async () => {
        while (left-- > 0) await one();
      };
      await Promise.all(Array.from({ length: atATime }, some));
    },
    async close() {
      clearTimeout(telling);
      await database.close();
    },
  };
}
