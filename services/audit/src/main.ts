import { runService } from '@annex/service';
import { audit, auditConfig } from './service.ts';

await runService((read) => audit(auditConfig(read)));
