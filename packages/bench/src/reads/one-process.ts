import { join } from 'node:path';
import { gatewayConfig } from '@annex/gateway';
import { createLogger, EnvironmentReader, logToFile, queueConfig } from '@annex/service';
import { startSystem } from '@annex/standalone';
import { tellReady } from '../child.ts';
import { benchSecret } from '../servers.ts';

/** The whole of Annex in one process, as `npm start` runs it, with a log in a file. */

const databaseUrl = process.env.DATABASE_URL ?? '';
const folder = process.env.BENCH_FOLDER ?? '';
const system = await startSystem({
  databaseUrl,
  queue: queueConfig(databaseUrl, undefined, benchSecret),
  secret: benchSecret,
  clock: 'system',
  poolSize: Number(process.env.BENCH_POOL_SIZE),
  blobFolder: join(folder, 'blobs'),
  privateAddresses: 'refuse',
  gateway: gatewayConfig(new EnvironmentReader({}), false),
  log: createLogger({ service: 'annex', level: 'info', destination: logToFile(join(folder, 'annex.log')) }),
});
const address = await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
tellReady(`${address}/graphql`, () => system.stop());
