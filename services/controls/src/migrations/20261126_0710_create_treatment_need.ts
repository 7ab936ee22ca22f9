import type { Migration } from '@annex/service';

/** What risk told of the treatments of risks, whose controls a Statement of Applicability may not leave out once they are approved. */
export const createTreatmentNeed: Migration = {
  name: '20261126_0710_create_treatment_need',
  async up(tables) {
    await tables.entity('treatment_need', {
      columns: {
        source_version: 'integer not null',
        deleted: 'boolean not null default false',
        risk_id: 'uuid not null',
        status: 'text not null',
        approved_at: 'timestamptz',
        control_ids: 'text[] not null',
        implementation_ids: 'uuid[] not null',
      },
      indexes: [['isms_id', 'risk_id', 'approved_at']],
    });
  },
};
