import type { Migration } from '@annex/service';

export const createRisk: Migration = {
  name: '20261124_0120_create_risk',
  async up(tables) {
    await tables.entity('risk', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        title: 'text not null',
        description: 'text not null',
        owner_id: 'uuid',
        affects: 'text[] not null',
        status: 'text not null',
        treatment_option: 'text',
        inherent_likelihood: 'integer not null',
        inherent_consequence: 'integer not null',
        inherent_level: 'text not null',
        inherent_rank: 'integer not null',
        inherent_rule: 'text not null',
        current_likelihood: 'integer not null',
        current_consequence: 'integer not null',
        current_level: 'text not null',
        current_rank: 'integer not null',
        current_rule: 'text not null',
        current_frequency: 'double precision not null',
        current_loss: 'double precision not null',
        assessed_frequency: 'double precision',
        assessed_loss: 'double precision',
        reassessment: 'text not null',
        acceptance: 'text not null',
        accepted_rank: 'integer',
        standing: 'text not null',
      },
      indexes: [['isms_id', 'current_rank', 'id'], ['isms_id', 'number', 'id'], ['current_rank', 'id'], ['owner_id']],
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('risk_link', {
      columns: {
        risk_id: 'uuid not null',
        implementation_id: 'uuid not null',
        likelihood_effect: 'double precision not null check (likelihood_effect between 0 and 1)',
        consequence_effect: 'double precision not null check (consequence_effect between 0 and 1)',
        common_cause: 'text',
      },
      indexes: [['implementation_id', 'risk_id']],
      unique: [['risk_id', 'implementation_id']],
    });
  },
};
