import { flushCompileCache } from 'node:module';
import { connectDatabase, createLogger, openQueues, serviceUrl, startMessaging } from '@annex/service';
import { allDefinitions } from '@annex/standalone';
import { tellReady } from './child.ts';
import { definitionSettings, type SystemSettings } from './system.ts';

/** The process that is killed: relay, ticker and consumers of every service on a database and a queue that others prepared. Nobody asks it anything. */

const settings = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as SystemSettings;
const log = createLogger({ service: 'bench', level: 'silent' });
const queues = await openQueues(settings.queue, log);
const services = await Promise.all(
  allDefinitions(definitionSettings(settings.secret, settings.blobFolder)).map(async (definition) => {
    const { name } = definition;
    const url = serviceUrl(settings, name);
    const database = connectDatabase<never>({ service: name, url, poolSize: settings.poolSize, clock: 'system', log });
    const messaging = await startMessaging({ definition, database, queue: queues, log, clock: 'system' });
    const stopOwn = await definition.start?.({ name, database, log });
    return { database, messaging, stopOwn };
  }),
);
// A process that is killed keeps nothing by itself: without this every life compiles the whole program again.
flushCompileCache();
tellReady('', async () => {
  for (const { database, messaging, stopOwn } of services) {
    await messaging.stop();
    await stopOwn?.();
    await database.close();
  }
  await queues.close();
});
