import type { Migration } from '@annex/service';

export const createOpportunity: Migration = {
  name: '20261126_0540_create_opportunity',
  async up(tables) {
    await tables.entity('opportunity', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        description: 'text not null',
        kind: `text not null check (kind in ('RISK', 'OPPORTUNITY'))`,
        issue_ids: 'uuid[] not null',
        requirement_ids: 'uuid[] not null',
        owner_id: 'uuid',
        response: `text not null check (response in ('UNDECIDED', 'ACT', 'NO_ACTION'))`,
        response_reason: 'text not null',
        status: `text not null check (status in ('OPEN', 'CLOSED'))`,
        result: 'text not null',
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('opportunity_action', {
      columns: {
        opportunity_id: 'uuid not null',
        action: 'text not null',
        integration: 'text not null',
        owner_id: 'uuid',
        due: 'timestamptz',
        status: `text not null check (status in ('PLANNED', 'DONE', 'CANCELLED'))`,
        done_at: 'timestamptz',
        effectiveness: `text not null check (effectiveness in ('NOT_EVALUATED', 'EFFECTIVE', 'NOT_EFFECTIVE'))`,
        evaluation: 'text not null',
        evaluated_by: 'text',
        evaluated_at: 'timestamptz',
      },
      indexes: [['opportunity_id'], ['isms_id']],
    });
  },
};
