import { type Migration, rolesOf } from '@annex/service';

/**
 * Treatments of risks with their actions, and what was said to them in approval: such rows are added and never changed. `expected` is the
 * level that was approved as the one to be left, with its inputs of that moment.
 */
export const createTreatment: Migration = {
  name: '20261126_1100_create_treatment',
  async up(tables) {
    await tables.entity('treatment', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        risk_id: 'uuid not null',
        option: `text not null check (option in ('MODIFY', 'RETAIN', 'AVOID', 'SHARE'))`,
        reason: 'text not null',
        status: `text not null check (status in ('DRAFT', 'PROPOSED', 'APPROVED', 'COMPLETED', 'REJECTED', 'ABANDONED'))`,
        authors: 'text[] not null',
        promises: 'jsonb not null',
        controls: 'jsonb not null',
        round: 'integer not null',
        proposed_by: 'text',
        proposed_at: 'timestamptz',
        approved_at: 'timestamptz',
        expected: 'jsonb',
        overdue: 'integer not null',
        note: 'text not null',
        result: 'text not null',
        completed_at: 'timestamptz',
      },
      indexes: [
        ['isms_id', 'number', 'id'],
        ['risk_id', 'number'],
      ],
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('treatment_action', {
      columns: {
        treatment_id: 'uuid not null',
        position: 'integer not null',
        title: 'text not null',
        owner_id: 'uuid',
        due_at: 'timestamptz',
        cost: 'double precision',
        currency: 'text',
        implementation_id: 'uuid',
        status: `text not null check (status in ('PLANNED', 'DONE', 'CANCELLED'))`,
        note: 'text not null',
        ended_by: 'text',
        ended_at: 'timestamptz',
      },
      indexes: [['treatment_id', 'position']],
    });
    await tables.log('treatment_approval', {
      columns: {
        isms_id: 'uuid not null',
        treatment_id: 'uuid not null',
        round: 'integer not null',
        role: `text not null check (role in ('OWNER', 'AUTHORITY'))`,
        person_id: 'uuid not null',
        note: 'text not null',
        residual: 'jsonb',
        approved_at: 'timestamptz not null',
      },
      time: 'approved_at',
      indexes: [['treatment_id', 'approved_at', 'id']],
    });
    await tables.sql(`revoke update, delete on treatment_approval from ${rolesOf(tables.service).login}`);
  },
};
