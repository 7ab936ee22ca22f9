import type { Migration } from '@annex/service';

/** How often a risk is believed to happen and what it costs, as distributions; beside its rating, one a risk. */
export const createQuantification: Migration = {
  name: '20261126_1000_create_quantification',
  async up(tables) {
    await tables.entity('quantification', {
      columns: {
        risk_id: 'uuid not null',
        currency: 'text not null',
        frequency: 'jsonb not null',
        forms: 'jsonb not null',
        rationale: 'text not null',
        quantified_by: 'uuid',
        mean_frequency: 'double precision not null',
        mean_loss: 'double precision not null',
        median_loss: 'double precision not null',
        percentile95_loss: 'double precision not null',
        percentile_basis: 'text not null',
      },
      unique: [['risk_id']],
    });
  },
};
