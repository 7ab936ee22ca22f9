import type { Migration } from '@annex/service';

/** Who may own something, as identity tells it; a resync tells of those who were there before. */
export const createPerson: Migration = {
  name: '20261127_1500_create_person',
  async up(tables) {
    await tables.entity('person', {
      isms: false,
      columns: { status: `text not null check (status in ('ACTIVE', 'INACTIVE'))` },
    });
  },
};
