import type { ServiceName } from '@annex/schema';
import {
  createLogger,
  createMetrics,
  openQueues,
  prepareDatabase,
  processConfig,
  serviceUrl,
  startService,
  TokenSigner,
  tokenSeed,
} from '@annex/service';
import { runProcess } from '@annex/service/process';
import { gatewayConfig } from './config.ts';
import { createGateway, httpUpstream, identity, localUpstream } from './service.ts';

/** The services that run in processes of their own, and the variable that says where. */
const remote = {
  controls: 'ANNEX_CONTROLS_URL',
  risk: 'ANNEX_RISK_URL',
  evidence: 'ANNEX_EVIDENCE_URL',
  audit: 'ANNEX_AUDIT_URL',
  integrations: 'ANNEX_INTEGRATIONS_URL',
} as const satisfies { readonly [S in ServiceName]?: string };

await runProcess(async (read) => {
  const config = processConfig(read);
  const own = gatewayConfig(read, config.production);
  const addresses = Object.entries(remote).map(([service, variable]) => {
    const url = read.url(variable, ['http:', 'https:']);
    if (url === undefined && read.text(variable) === undefined)
      read.problem(`${variable} is not set: where the service ${service} answers, http://…`);
    return { service: service as ServiceName, url: url ?? '' };
  });
  read.finish();

  const log = createLogger({ level: config.logLevel });
  await prepareDatabase(config, [identity]);
  const queues = await openQueues(config.queue, log);
  const signer = await TokenSigner.from(tokenSeed(config.secret));
  const service = await startService(identity, {
    databaseUrl: serviceUrl(config, 'identity'),
    poolSize: config.poolSize,
    clock: config.clock,
    queues,
    keys: { jwks: signer.jwks },
    log,
  });
  const metrics = createMetrics('gateway', { process: true });
  metrics.include(service.metrics);
  const gateway = await createGateway({
    config: own,
    identity: service.database,
    upstreams: [
      localUpstream('identity', service),
      ...addresses.map(({ service: name, url }) => httpUpstream(name, url)),
    ],
    signer,
    log: log.child({ service: 'gateway' }),
    metrics,
  });
  const address = await gateway.app.listen({ host: config.host, port: config.port });
  log.info({ address }, 'listening');
  return async () => {
    await gateway.close();
    await service.stop();
    await queues.close();
  };
});
