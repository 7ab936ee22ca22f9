import type { Migration } from '@annex/service';

export const createCatalogueProfile: Migration = {
  name: '20261126_0210_create_catalogue_profile',
  async up(tables) {
    // A table of its own, named by its catalogue: lists of catalogues need not read profiles.
    await tables.entity('catalogue_profile', { isms: false, columns: { profile: 'jsonb not null' } });
  },
};
