import { runService } from '@annex/service';
import { controls } from './service.ts';

await runService(() => controls);
