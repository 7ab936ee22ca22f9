import { createServer } from 'node:net';
import { ConfigError, runProcess } from '@annex/service/process';
import { installationSecret, type StandaloneConfig, standaloneConfig } from './config.ts';
import { startStandalone } from './launch.ts';

/** Says at once, before anything is started, that somebody listens there already. */
async function checkPort({ host, port }: StandaloneConfig): Promise<void> {
  if (port === 0) return;
  await new Promise<void>((done, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used on ${host} (${error.code})`;
      fail(new ConfigError([`port ${port} ${why}; choose another with ANNEX_PORT`]));
    });
    probe.listen(port, host, () => probe.close(() => done()));
  });
}

await runProcess(async (read) => {
  const config = standaloneConfig(read);
  await checkPort(config);
  const standalone = await startStandalone(config, installationSecret(config), (line) =>
    process.stdout.write(`${line}\n`),
  );
  return async () => {
    process.stdout.write('\nstopping: finishing what is in hand\n');
    await standalone.stop();
    process.stdout.write('stopped; the next start finds everything as it is\n');
  };
});
