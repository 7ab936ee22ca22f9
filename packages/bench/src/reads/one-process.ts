import { join } from 'node:path';
import { createLogger, logToFile, queueConfig } from '@annex/service';
import { startSystem } from '@annex/standalone';
import { tellReady } from '../child.ts';
import { benchSecret } from '../servers.ts';
import { systemOptions } from '../system.ts';

/** The whole of Annex in one process, as `npm start` runs it, with a log in a file. */

const databaseUrl = process.env.DATABASE_URL ?? '';
const folder = process.env.BENCH_FOLDER ?? '';
const system = await startSystem(
  systemOptions(
    {
      databaseUrl,
      queue: queueConfig(databaseUrl, undefined, benchSecret),
      secret: benchSecret,
      poolSize: Number(process.env.BENCH_POOL_SIZE),
      blobFolder: join(folder, 'blobs'),
    },
    createLogger({ service: 'annex', level: 'info', destination: logToFile(join(folder, 'annex.log')) }),
  ),
);
const address = await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
tellReady(`${address}/graphql`, () => system.stop());
