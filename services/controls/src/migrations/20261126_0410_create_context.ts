import type { Migration } from '@annex/service';

export const createContext: Migration = {
  name: '20261126_0410_create_context',
  async up(tables) {
    await tables.entity('context_issue', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        description: 'text not null',
        kind: `text not null check (kind in ('INTERNAL', 'EXTERNAL'))`,
        relevance: 'text not null',
        status: `text not null check (status in ('OPEN', 'CLOSED'))`,
        review_date: 'timestamptz',
      },
      unique: [['isms_id', 'reference']],
    });
    // One row a determination, never changed; the one with the highest number counts.
    await tables.entity('climate_determination', {
      columns: {
        number: 'integer not null',
        relevance: `text not null check (relevance in ('RELEVANT', 'NOT_RELEVANT'))`,
        reason: 'text not null',
        review_date: 'timestamptz',
        determined_by: 'text not null',
        determined_at: 'timestamptz not null',
      },
      unique: [['isms_id', 'number']],
    });
    await tables.entity('interested_party', {
      columns: {
        name: 'text not null',
        kind: `text not null check (kind in ('CUSTOMER', 'AUTHORITY', 'OWNER', 'PERSONNEL', 'SUPPLIER', 'PARTNER', 'PUBLIC', 'OTHER'))`,
        description: 'text not null',
      },
      unique: [['isms_id', 'name']],
    });
    await tables.entity('party_requirement', {
      columns: {
        party_id: 'uuid not null',
        requirement: 'text not null',
        decision: `text not null check (decision in ('UNDECIDED', 'ADDRESSED', 'NOT_ADDRESSED'))`,
        explanation: 'text not null',
        decided_by: 'text',
        decided_at: 'timestamptz',
      },
      indexes: [['party_id', 'id'], ['isms_id']],
    });
  },
};
