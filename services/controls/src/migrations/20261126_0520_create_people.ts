import type { Migration } from '@annex/service';

export const createPeople: Migration = {
  name: '20261126_0520_create_people',
  async up(tables) {
    await tables.entity('responsibility', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        duties: 'text not null',
        kind: `text not null check (kind in ('CONFORMITY', 'REPORTING', 'OTHER'))`,
        person_id: 'uuid',
        assigned_by: 'text',
        assigned_at: 'timestamptz',
        communication: 'text not null',
        communicated_at: 'timestamptz',
        status: `text not null check (status in ('IN_FORCE', 'ENDED'))`,
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('competence', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        description: 'text not null',
        responsibility_id: 'uuid',
        person_id: 'uuid',
        holding: `text not null check (holding in ('HELD', 'NOT_HELD'))`,
        basis: 'text[] not null',
        evidence: 'text not null',
        // Evidence belongs to another service: its id is taken as it comes.
        evidence_id: 'uuid',
        valid_until: 'timestamptz',
        assessed_by: 'text',
        assessed_at: 'timestamptz',
        status: `text not null check (status in ('REQUIRED', 'NO_LONGER'))`,
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('competence_action', {
      columns: {
        competence_id: 'uuid not null',
        action: 'text not null',
        kind: `text not null check (kind in ('TRAINING', 'MENTORING', 'REASSIGNMENT', 'HIRING', 'CONTRACTING', 'OTHER'))`,
        due: 'timestamptz',
        status: `text not null check (status in ('PLANNED', 'DONE', 'CANCELLED'))`,
        done_at: 'timestamptz',
        effectiveness: `text not null check (effectiveness in ('NOT_EVALUATED', 'EFFECTIVE', 'NOT_EFFECTIVE'))`,
        evaluation: 'text not null',
        evaluated_by: 'text',
        evaluated_at: 'timestamptz',
      },
      indexes: [['competence_id'], ['isms_id']],
    });
  },
};
