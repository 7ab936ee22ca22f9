import type { Migration } from '@annex/service';
import { createIsmsAndImplementation } from './20261124_0100_create_isms_and_implementation.ts';
import { createMeasureLinksAndStrength } from './20261124_0110_create_measure_links_and_strength.ts';
import { createCatalogue } from './20261125_0100_create_catalogue.ts';
import { createUpgrade } from './20261125_0200_create_upgrade.ts';
import { createSearch } from './20261125_0300_create_search.ts';
import { createSoa } from './20261126_0700_create_soa.ts';

export const migrations: readonly Migration[] = [
  createIsmsAndImplementation,
  createMeasureLinksAndStrength,
  createCatalogue,
  createUpgrade,
  createSearch,
  createSoa,
];
