import type { Migration } from '@annex/service';

export const createStrengthJudgement: Migration = {
  name: '20261126_0640_create_strength_judgement',
  async up(tables) {
    await tables.log('strength_judgement', {
      columns: {
        isms_id: 'uuid not null',
        implementation_id: 'uuid not null',
        judged: 'double precision not null check (judged between 0 and 1)',
        reason: 'text not null',
        ends_at: 'timestamptz not null',
        judged_by: 'text not null',
        judged_at: 'timestamptz not null',
      },
      time: 'judged_at',
      indexes: [
        ['implementation_id', 'id'],
        ['isms_id', 'id'],
      ],
    });
  },
};
