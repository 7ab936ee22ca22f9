import type { Migration } from '@annex/service';

export const createProvision: Migration = {
  name: '20261126_0550_create_provision',
  async up(tables) {
    await tables.entity('external_provision', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        kind: `text not null check (kind in ('PROCESS', 'PRODUCT', 'SERVICE'))`,
        provider: 'text not null',
        party_id: 'uuid',
        description: 'text not null',
        owner_id: 'uuid',
        criteria: 'text not null',
        control_ids: 'text[] not null',
        implementation_ids: 'uuid[] not null',
        review_date: 'timestamptz',
        status: `text not null check (status in ('IN_USE', 'ENDED'))`,
      },
      unique: [['isms_id', 'reference']],
      indexes: [['party_id']],
    });
    await tables.entity('process_criterion', {
      columns: {
        process_id: 'uuid not null',
        criterion: 'text not null',
        control: 'text not null',
        evidence: 'text not null',
        owner_id: 'uuid',
      },
      indexes: [['process_id'], ['isms_id']],
    });
  },
};
