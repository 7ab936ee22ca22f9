import type { Migration } from '@annex/service';

/** What other services told: ISMS, and implementations with their verified strength. */
export const createProjections: Migration = {
  name: '20261124_0100_create_projections',
  async up(tables) {
    await tables.entity('isms', {
      isms: false,
      columns: {
        name: 'text not null',
        status: 'text not null',
        deleted: 'boolean not null default false',
      },
    });
    // One row for both streams about an implementation, each with the version it came to: whoever links a risk to it
    // locks this row, and so waits for a strength that is on its way.
    await tables.entity('implementation', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        status: 'text',
        deleted: 'boolean not null default false',
        implementation_version: 'integer not null default 0',
        verified: 'double precision',
        strength_version: 'integer not null default 0',
      },
    });
  },
};
