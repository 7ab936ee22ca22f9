import type { Migration } from '@annex/service';

export const createObligation: Migration = {
  name: '20261126_0420_create_obligation',
  async up(tables) {
    await tables.entity('obligation', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        description: 'text not null',
        kind: `text not null check (kind in ('LEGAL', 'REGULATORY', 'CONTRACTUAL'))`,
        source: 'text not null',
        jurisdiction: 'text not null',
        owner_id: 'uuid',
        party_id: 'uuid',
        control_ids: 'text[] not null',
        implementation_ids: 'uuid[] not null',
        // Risks belong to another service: their ids are taken as they come.
        risk_ids: 'uuid[] not null',
        review_date: 'timestamptz',
        status: `text not null check (status in ('IN_FORCE', 'REPEALED'))`,
      },
      unique: [['isms_id', 'reference']],
      indexes: [['party_id']],
    });
  },
};
