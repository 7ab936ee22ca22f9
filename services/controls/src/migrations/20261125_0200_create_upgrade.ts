import type { Migration } from '@annex/service';

export const createUpgrade: Migration = {
  name: '20261125_0200_create_upgrade',
  async up(tables) {
    await tables.entity('upgrade', {
      columns: {
        from_framework: 'text not null',
        to_framework: 'text not null',
        status: `text not null check (status in ('APPLIED', 'UNDONE'))`,
        // What was done to each implementation, so that it can be undone, and what was left to people: both as they were that day.
        moves: 'jsonb not null',
        open_points: 'jsonb not null',
        applied_by: 'text not null',
        undone_at: 'timestamptz',
        undone_by: 'text',
      },
      indexes: [['isms_id', 'id']],
    });
  },
};
