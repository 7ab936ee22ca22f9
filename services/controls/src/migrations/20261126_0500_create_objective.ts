import type { Migration } from '@annex/service';

export const createObjective: Migration = {
  name: '20261126_0500_create_objective',
  async up(tables) {
    await tables.entity('objective', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        statement: 'text not null',
        policy_basis: 'text not null',
        measurability: `text not null check (measurability in ('MEASURABLE', 'NOT_PRACTICABLE'))`,
        measurability_reason: 'text not null',
        basis: 'text not null',
        requirement_ids: 'uuid[] not null',
        obligation_ids: 'uuid[] not null',
        // Risks and measures belong to other services: their ids are taken as they come.
        risk_ids: 'uuid[] not null',
        actions: 'text not null',
        resources: 'text not null',
        owner_id: 'uuid',
        due: 'timestamptz',
        evaluation: 'text not null',
        measure_ids: 'uuid[] not null',
        review_date: 'timestamptz',
        communication: 'text not null',
        communicated_at: 'timestamptz',
        status: `text not null check (status in ('DRAFT', 'ACTIVE', 'ACHIEVED', 'DROPPED'))`,
        result: 'text not null',
        closed_at: 'timestamptz',
      },
      unique: [['isms_id', 'reference']],
    });
    // News of a measure asks which objectives it measures, all day.
    await tables.sql('create index objective_measure_ids_index on objective using gin (measure_ids)');
  },
};
