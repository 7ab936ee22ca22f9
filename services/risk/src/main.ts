import { runService } from '@annex/service';
import { risk } from './service.ts';

await runService(() => risk);
