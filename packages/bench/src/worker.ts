import { flushCompileCache } from 'node:module';
import { startSystem } from '@annex/standalone';
import { tellReady } from './child.ts';
import { type SystemSettings, systemOptions } from './system.ts';

/** The process that is killed: the whole system on a database and a queue, listening nowhere. */

const settings = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as SystemSettings;
const system = await startSystem(systemOptions(settings));
// A process that is killed keeps nothing by itself: without this every life compiles the whole program again.
flushCompileCache();
tellReady('', () => system.stop());
