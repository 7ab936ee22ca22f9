import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { type LaunchedDatabase, launchEmbeddedDatabase } from '@annex/service/embedded';
import { ConfigError } from '@annex/service/process';
import type { StandaloneConfig } from './config.ts';
import { holdFolder } from './lock.ts';
import type { Standalone } from './standalone.ts';

/** Tells of a step when it begins, so that a long one is seen to be under way. */
function progress(say: (line: string) => void): (step: string) => void {
  const began = Date.now();
  return (step) => say(`  ${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${step}`);
}

/**
 * Starts everything that `npm start` promises: the database where none is given, all services, the example organisation where the
 * database has none; then listens. This file imports little, because the program is loaded while the database comes up.
 * @param say gets the lines for the person at the terminal
 * @throws ConfigError, EmbeddedDatabaseError: one line that says what is in the way
 */
export async function startStandalone(
  config: StandaloneConfig,
  secret: string,
  say: (line: string) => void,
): Promise<Standalone> {
  const { folder } = config;
  mkdirSync(folder, { recursive: true });
  const release = await holdFolder(folder);
  if (!release)
    throw new ConfigError([`another Annex runs on ${folder}; stop it, or choose another folder with ANNEX_DATA_DIR`]);
  const step = progress(say);
  let database: LaunchedDatabase | undefined;
  const putDown = async () => {
    await database?.stop();
    release();
  };
  try {
    if (config.databaseUrl === undefined) {
      database = await launchEmbeddedDatabase({ folder, onStep: step });
      if (database.orphan === 'stopped') step('stopped the database that an earlier, killed start had left running');
    }
    enableCompileCache(join(folder, 'compiled'));
    // GraphQL looks at each value twice unless it is told that nobody is developing it.
    process.env.NODE_ENV ??= 'production';
    const [{ openStandalone }] = await Promise.all([import('./standalone.ts'), database?.ready]);
    const databaseUrl = config.databaseUrl ?? database?.url ?? '';
    const opened = await openStandalone(config, secret, { databaseUrl, step, say });
    return {
      ...opened,
      async stop() {
        await opened.stop();
        await putDown();
      },
    };
  } catch (error) {
    await putDown().catch(() => undefined);
    throw error;
  }
}
