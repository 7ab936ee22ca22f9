import type { Migration } from '@annex/service';
import { createIsmsAndImplementation } from './20261124_0100_create_isms_and_implementation.ts';
import { createMeasureLinksAndStrength } from './20261124_0110_create_measure_links_and_strength.ts';

export const migrations: readonly Migration[] = [createIsmsAndImplementation, createMeasureLinksAndStrength];
