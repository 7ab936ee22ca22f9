import type { Migration } from '@annex/service';

export const createException: Migration = {
  name: '20261126_0610_create_exception',
  async up(tables) {
    await tables.entity('exception', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        reason: 'text not null',
        implementation_id: 'uuid not null',
        control_ids: 'text[] not null',
        compensation: 'text not null',
        compensating_implementation_ids: 'uuid[] not null',
        cap: 'double precision not null check (cap between 0 and 1)',
        ends_at: 'timestamptz not null',
        status: `text not null check (status in ('REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'ENDED', 'EXPIRED'))`,
        requested_by: 'text not null',
        requested_at: 'timestamptz not null',
        decided_by: 'text',
        decided_at: 'timestamptz',
        decision_note: 'text not null',
        ended_by: 'text',
        ended_at: 'timestamptz',
        end_note: 'text not null',
      },
      unique: [['isms_id', 'reference']],
      indexes: [['implementation_id', 'id']],
    });
  },
};
