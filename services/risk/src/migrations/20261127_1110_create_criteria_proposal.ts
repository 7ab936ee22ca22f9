import { type Migration, rolesOf } from '@annex/service';

/** Criteria that are proposed, and those that were approved with what moved when they came into force. */
export const createCriteriaProposal: Migration = {
  name: '20261127_1110_create_criteria_proposal',
  async up(tables) {
    await tables.entity('criteria_proposal', {
      columns: {
        number: 'integer not null',
        status: 'text not null',
        criteria_version: 'integer not null',
        content: 'jsonb not null',
        authors: 'text[] not null',
        note: 'text not null',
        submitted_by: 'text',
        submitted_at: 'timestamptz',
        review_note: 'text not null',
        decided_by: 'text',
        decided_at: 'timestamptz',
      },
      indexes: [['isms_id', 'status']],
      unique: [['isms_id', 'number']],
    });
    await tables.log('criteria_version', {
      columns: {
        isms_id: 'uuid not null',
        number: 'integer not null',
        criteria_version: 'integer not null',
        proposal_id: 'uuid not null',
        content: 'jsonb not null',
        authors: 'text[] not null',
        approved_by: 'text not null',
        approved_at: 'timestamptz not null',
        moves: 'jsonb not null',
      },
      time: 'approved_at',
      unique: [['isms_id', 'number']],
    });
    const { login } = rolesOf(tables.service);
    await tables.sql(`revoke update, delete on criteria_version from "${login}"`);
  },
};
