import { type Migration, rolesOf } from '@annex/service';

/** Assessments of the whole register, and what it was when each was completed: such rows are added and never changed. */
export const createAssessmentCycle: Migration = {
  name: '20261127_1300_create_assessment_cycle',
  async up(tables) {
    await tables.entity('assessment_cycle', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        name: 'text not null',
        reason: `text not null check (reason in ('PLANNED', 'SIGNIFICANT_CHANGE'))`,
        scope: 'text not null',
        lead_id: 'uuid',
        planned_start: 'timestamptz not null',
        planned_end: 'timestamptz not null',
        status: `text not null check (status in ('PLANNED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED'))`,
        started_at: 'timestamptz',
        ended_at: 'timestamptz',
        ended_by: 'text',
        note: 'text not null',
        comparability: 'text not null',
        criteria_version: 'integer',
        criteria: 'jsonb',
        risks: 'integer not null',
        open: 'integer not null',
        assessed: 'integer not null',
        content_hash: 'text',
      },
      indexes: [
        ['isms_id', 'number', 'id'],
        ['isms_id', 'status', 'ended_at'],
      ],
      unique: [['isms_id', 'reference']],
    });
    await tables.log('assessment_cycle_row', {
      columns: {
        isms_id: 'uuid not null',
        cycle_id: 'uuid not null',
        risk_id: 'uuid not null',
        reference: 'text not null',
        number: 'integer not null',
        title: 'text not null',
        status: 'text not null',
        owner_id: 'uuid',
        treatment_option: 'text',
        inherent_likelihood: 'integer not null',
        inherent_consequence: 'integer not null',
        inherent_level: 'text not null',
        inherent_rank: 'integer not null',
        current_likelihood: 'integer not null',
        current_consequence: 'integer not null',
        current_level: 'text not null',
        current_rank: 'integer not null',
        current_rule: 'text not null',
        current_frequency: 'double precision not null',
        current_loss: 'double precision not null',
        standing: 'text not null',
        reassessment: 'text not null',
        acceptance: 'text not null',
        assessment_id: 'uuid',
        assessed_level: 'text',
        assessed_rank: 'integer',
        assessed_criteria_version: 'integer',
        assessed_in_cycle: 'boolean not null',
        frozen_at: 'timestamptz not null',
        content_hash: 'text not null',
      },
      time: 'frozen_at',
      indexes: [['cycle_id', 'number', 'id']],
      unique: [['cycle_id', 'risk_id']],
    });
    await tables.sql(`revoke update, delete on assessment_cycle_row from ${rolesOf(tables.service).login};
      create unique index assessment_cycle_in_progress on assessment_cycle (tenant_id, isms_id) where status = 'IN_PROGRESS'`);
  },
};
