/** A process of the risk service that takes a delivery and never comes back from it; a test kills it. */

import { eventTypes } from '@annex/schema';
import { pino } from 'pino';
import { connectDatabase } from '../../src/database/database.ts';
import { type QueueConfig, startMessaging } from '../../src/messaging/index.ts';

const [queue, url] = process.argv.slice(2) as [string, string];
const log = pino({ level: 'silent' });
const freeze = async () => {
  process.stdout.write('in hand\n');
  await new Promise(() => undefined);
};
await startMessaging({
  definition: {
    name: 'risk',
    migrations: [],
    modules: [],
    subscriptions: { risk: Object.fromEntries(eventTypes.map((type) => [type, freeze])) },
    timers: {},
    announce: async () => undefined,
  },
  database: connectDatabase({ service: 'risk', url, poolSize: 4, clock: 'system', log }),
  queue: JSON.parse(queue) as QueueConfig,
  log,
  clock: 'system',
  options: { ticker: { everyMs: 0 } },
});
