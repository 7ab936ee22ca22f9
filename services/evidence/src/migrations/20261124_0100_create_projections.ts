import type { Migration } from '@annex/service';

/** What controls told of ISMS and implementations. */
export const createProjections: Migration = {
  name: '20261124_0100_create_projections',
  async up(tables) {
    await tables.entity('isms', {
      isms: false,
      columns: { name: 'text not null', status: 'text not null', deleted: 'boolean not null default false' },
    });
    await tables.entity('implementation', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        status: 'text not null',
        deleted: 'boolean not null default false',
      },
    });
  },
};
