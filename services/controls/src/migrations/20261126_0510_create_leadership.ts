import type { Migration } from '@annex/service';

export const createLeadership: Migration = {
  name: '20261126_0510_create_leadership',
  async up(tables) {
    await tables.entity('leadership_interview', {
      columns: {
        reference: 'text not null',
        interviewee_id: 'uuid not null',
        interviewer_id: 'uuid not null',
        held_at: 'timestamptz not null',
        valid_until: 'timestamptz not null',
        judgements: 'jsonb not null',
        note: 'text not null',
        recorded_by: 'text not null',
        status: `text not null check (status in ('RECORDED', 'WITHDRAWN'))`,
        withdrawal_reason: 'text not null',
        withdrawn_by: 'text',
        withdrawn_at: 'timestamptz',
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('resource_need', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        purpose: 'text not null',
        kind: `text not null check (kind in ('PEOPLE', 'MONEY', 'TECHNOLOGY', 'PREMISES', 'KNOWLEDGE', 'OTHER'))`,
        owner_id: 'uuid',
        needed_by: 'timestamptz',
        status: `text not null check (status in ('OPEN', 'PROVIDED', 'REFUSED', 'WITHDRAWN'))`,
        answer: 'text not null',
        decided_by: 'text',
        decided_at: 'timestamptz',
      },
      unique: [['isms_id', 'reference']],
    });
  },
};
