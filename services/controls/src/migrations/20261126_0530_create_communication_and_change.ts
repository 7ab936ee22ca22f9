import type { Migration } from '@annex/service';

export const createCommunicationAndChange: Migration = {
  name: '20261126_0530_create_communication_and_change',
  async up(tables) {
    await tables.entity('communication', {
      columns: {
        reference: 'text not null',
        topic: 'text not null',
        direction: `text not null check (direction in ('INTERNAL', 'EXTERNAL'))`,
        occasion: 'text not null',
        audience: 'text not null',
        party_ids: 'uuid[] not null',
        channel: 'text not null',
        owner_id: 'uuid',
        status: `text not null check (status in ('IN_FORCE', 'ENDED'))`,
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('isms_change', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        purpose: 'text not null',
        consequences: 'text not null',
        integrity: 'text not null',
        resources: 'text not null',
        responsibilities: 'text not null',
        owner_id: 'uuid',
        planned_for: 'timestamptz',
        status: `text not null check (status in ('PROPOSED', 'APPROVED', 'DONE', 'REJECTED'))`,
        authors: 'text[] not null',
        decision_note: 'text not null',
        decided_by: 'text',
        decided_at: 'timestamptz',
        result: 'text not null',
        done_at: 'timestamptz',
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('unintended_change', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        description: 'text not null',
        noticed_at: 'timestamptz not null',
        change_id: 'uuid',
        consequences: 'text not null',
        mitigation: 'text not null',
        status: `text not null check (status in ('OPEN', 'REVIEWED'))`,
        reviewed_by: 'text',
        reviewed_at: 'timestamptz',
      },
      unique: [['isms_id', 'reference']],
    });
  },
};
