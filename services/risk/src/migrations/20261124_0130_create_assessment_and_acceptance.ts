import { type Migration, rolesOf } from '@annex/service';

const judged = {
  isms_id: 'uuid not null',
  risk_id: 'uuid not null',
  likelihood: 'integer not null',
  consequence: 'integer not null',
  level: 'text not null',
  rank: 'integer not null',
  rule: 'text not null',
  frequency: 'double precision not null',
  loss: 'double precision not null',
  currency: 'text not null',
  criteria_version: 'integer not null',
  factors: 'jsonb not null',
  sentence: 'text not null',
} as const;

/** What people said of a risk, with the inputs of that moment. Rows are added and never changed. */
export const createAssessmentAndAcceptance: Migration = {
  name: '20261124_0130_create_assessment_and_acceptance',
  async up(tables) {
    await tables.log('assessment', {
      columns: {
        ...judged,
        assessed_by: 'uuid not null',
        assessed_at: 'timestamptz not null',
        comment: 'text not null',
      },
      time: 'assessed_at',
      indexes: [['risk_id', 'assessed_at', 'id']],
    });
    await tables.log('acceptance', {
      columns: {
        ...judged,
        accepted_by: 'uuid not null',
        accepted_at: 'timestamptz not null',
        reason: 'text not null',
        ends_at: 'timestamptz',
      },
      time: 'accepted_at',
      indexes: [['risk_id', 'accepted_at', 'id']],
    });
    await tables.sql(`revoke update, delete on assessment, acceptance from ${rolesOf(tables.service).login}`);
  },
};
