import { runService } from '@annex/service';
import { integrationsConfig } from './config.ts';
import { integrations } from './service.ts';

await runService((read, config) => integrations(integrationsConfig(read, config.secret)));
