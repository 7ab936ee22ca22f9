import type { Migration } from '@annex/service';
import { createReadiness } from './20261124_0100_create_readiness.ts';
import { createFinding } from './20261124_0110_create_finding.ts';
import { createTrail } from './20261124_0120_create_trail.ts';

export const auditMigrations: readonly Migration[] = [createReadiness, createFinding, createTrail];
