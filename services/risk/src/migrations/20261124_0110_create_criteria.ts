import type { Migration } from '@annex/service';

export const createCriteria: Migration = {
  name: '20261124_0110_create_criteria',
  async up(tables) {
    await tables.entity('criteria', {
      columns: {
        name: 'text not null',
        currency: 'text not null',
        likelihoods: 'jsonb not null',
        consequences: 'jsonb not null',
        levels: 'jsonb not null',
        matrix: 'jsonb not null',
        floor_frequency: 'double precision not null',
        floor_loss: 'double precision not null',
        appetite: 'text not null',
      },
      unique: [['isms_id']],
    });
  },
};
