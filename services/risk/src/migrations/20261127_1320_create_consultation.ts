import { type Migration, rolesOf } from '@annex/service';

/** Who was consulted or informed about risks. Such records are added and never changed: a correction is a record of its own. */
export const createConsultation: Migration = {
  name: '20261127_1320_create_consultation',
  async up(tables) {
    await tables.log('consultation', {
      columns: {
        isms_id: 'uuid not null',
        reference: 'text not null',
        number: 'integer not null',
        direction: `text not null check (direction in ('CONSULTED', 'INFORMED'))`,
        step: `text not null check (step in ('CONTEXT', 'IDENTIFICATION', 'ANALYSIS', 'EVALUATION', 'TREATMENT', 'ACCEPTANCE', 'MONITORING'))`,
        person_ids: 'uuid[] not null',
        interested_party_ids: 'uuid[] not null',
        audience: 'text not null',
        subject: 'text not null',
        risk_ids: 'uuid[] not null',
        cycle_ids: 'uuid[] not null',
        treatment_ids: 'uuid[] not null',
        criteria_version: 'integer',
        held_at: 'timestamptz not null',
        channel: 'text not null',
        said: 'text not null',
        outcome: 'text not null',
        corrects_id: 'uuid',
        recorded_by: 'text not null',
        recorded_at: 'timestamptz not null',
      },
      time: 'recorded_at',
      indexes: [['isms_id', 'held_at', 'id']],
      unique: [['isms_id', 'reference'], ['corrects_id']],
    });
    await tables.log('consultation_risk', {
      columns: {
        consultation_id: 'uuid not null',
        risk_id: 'uuid not null',
        recorded_at: 'timestamptz not null',
      },
      time: 'recorded_at',
      indexes: [['risk_id', 'consultation_id']],
    });
    await tables.sql(`revoke update, delete on consultation, consultation_risk from ${rolesOf(tables.service).login}`);
  },
};
