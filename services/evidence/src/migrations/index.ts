import type { Migration } from '@annex/service';
import { createProjections } from './20261124_0100_create_projections.ts';
import { createEvidence } from './20261124_0110_create_evidence.ts';
import { createImport } from './20261124_0120_create_import.ts';
import { createMeasure } from './20261124_0130_create_measure.ts';

export const migrations: readonly Migration[] = [createProjections, createEvidence, createImport, createMeasure];
