import type { Migration } from '@annex/service';

export const createMaturity: Migration = {
  name: '20261126_0620_create_maturity',
  async up(tables) {
    await tables.log('maturity_assessment', {
      columns: {
        isms_id: 'uuid not null',
        control_id: 'text not null',
        level: 'smallint not null check (level between 0 and 5)',
        reason: 'text not null',
        assessed_by: 'text not null',
        assessed_at: 'timestamptz not null',
        recorded_at: 'timestamptz not null',
      },
      time: 'recorded_at',
      indexes: [['isms_id', 'control_id', 'assessed_at', 'id']],
    });
  },
};
