import type { Migration } from '@annex/service';

/** Risks as the risk service tells of them, and the findings that are proposed from them or by people. */
export const createFinding: Migration = {
  name: '20261124_0110_create_finding',
  async up(tables) {
    await tables.entity('risk', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        status: 'text not null',
        level: 'text not null',
        likelihood: 'integer not null',
        consequence: 'integer not null',
        rule: 'text not null',
        deleted: 'boolean not null default false',
      },
    });
    await tables.entity('finding', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        status: `text not null check (status in ('PROPOSED', 'WITHDRAWN', 'CONFIRMED', 'DECLINED'))`,
        origin: `text not null check (origin in ('SYSTEM', 'PERSON'))`,
        cause: 'text not null',
        condition: `text not null check (condition in ('PRESENT', 'CLEARED'))`,
        clause: 'text not null',
        subject_kind: 'text not null',
        subject_id: 'text not null',
        subject_reference: 'text not null',
        reason: 'text not null',
        recurrence_of: 'uuid',
        proposed_at: 'timestamptz not null',
        decided_at: 'timestamptz',
        decided_by: 'uuid',
        decision_reason: 'text',
        cleared_at: 'timestamptz',
      },
      indexes: [
        ['isms_id', 'status'],
        ['isms_id', 'clause'],
        ['subject_id', 'cause'],
      ],
      unique: [['isms_id', 'reference']],
    });
    // Two events side by side must not make two findings of one condition, whatever the code above it does.
    await tables.sql(`
      create unique index finding_present on finding (tenant_id, subject_kind, subject_id, cause)
        where condition = 'PRESENT' and origin = 'SYSTEM'`);
  },
};
