import type { Migration } from '@annex/service';

export const addReplaces: Migration = {
  name: '20261126_0310_add_replaces',
  async up(tables) {
    // The edition that it comes after, by its name: editions of one key, so that a later import of that edition is meant too.
    await tables.addColumn('catalogue', 'predecessor', 'text');
    // Numbers in that edition; null where nobody said, an empty list where the control is new.
    await tables.addColumn('catalogue_item', 'replaces', 'text[]');
  },
};
