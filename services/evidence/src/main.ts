import { runService } from '@annex/service';
import { evidence, evidenceConfig } from './service.ts';

await runService((read, config) => evidence(evidenceConfig(read, config.blobFolder)));
