import type { Migration } from '@annex/service';

export const createSoa: Migration = {
  name: '20261126_0700_create_soa',
  async up(tables) {
    // What risk told of the risks whose treatment rests on implementations of this service.
    await tables.entity('risk_need', {
      columns: {
        source_version: 'integer not null',
        deleted: 'boolean not null default false',
        reference: 'text not null',
        title: 'text not null',
        status: 'text not null',
        implementation_ids: 'uuid[] not null',
      },
      indexes: [['isms_id', 'id']],
    });
    await tables.entity('soa_entry', {
      columns: {
        control_id: 'text not null',
        decision: `text not null check (decision in ('NECESSARY', 'NOT_NECESSARY', 'UNDECIDED'))`,
        justification: 'text not null',
        reasons: 'jsonb not null',
        decided_by: 'text not null',
        decided_at: 'timestamptz not null',
      },
      unique: [['isms_id', 'control_id']],
    });
    await tables.entity('soa_version', {
      columns: {
        number: 'integer not null',
        status: `text not null check (status in ('IN_REVIEW', 'APPROVED', 'SENT_BACK', 'WITHDRAWN', 'SUPERSEDED'))`,
        content_hash: 'text not null',
        controls: 'integer not null',
        necessary: 'integer not null',
        implemented: 'integer not null',
        note: 'text not null',
        submitted_by: 'text not null',
        submitted_at: 'timestamptz not null',
        decided_at: 'timestamptz',
        superseded_at: 'timestamptz',
      },
      unique: [['isms_id', 'number']],
    });
    // One statement in force and one under review for each ISMS, also between two transactions.
    for (const status of ['IN_REVIEW', 'APPROVED']) {
      await tables.sql(
        `create unique index soa_version_${status.toLowerCase()} on soa_version (tenant_id, isms_id) where status = '${status}'`,
      );
    }
    await tables.entity('soa_approval', {
      columns: {
        soa_version_id: 'uuid not null',
        person_id: 'uuid not null',
        role: 'text not null',
        decision: `text not null check (decision in ('PENDING', 'APPROVED', 'SENT_BACK'))`,
        note: 'text not null',
        decided_at: 'timestamptz',
      },
      unique: [['soa_version_id', 'person_id']],
    });
    // The exact text of a version; rows are written once and never changed.
    await tables.log('soa_content', {
      columns: { soa_version_id: 'uuid not null', content: 'text not null', kept_at: 'timestamptz not null' },
      time: 'kept_at',
      unique: [['soa_version_id']],
    });
  },
};
