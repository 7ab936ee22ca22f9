import type { Migration } from '@annex/service';

export const createScope: Migration = {
  name: '20261126_0400_create_scope',
  async up(tables) {
    await tables.entity('site', {
      columns: {
        name: 'text not null',
        kind: `text not null check (kind in ('OFFICE', 'PRODUCTION', 'DATA_CENTRE', 'CLOUD', 'REMOTE', 'OTHER'))`,
        description: 'text not null',
      },
      unique: [['isms_id', 'name']],
    });
    await tables.entity('isms_process', {
      columns: {
        name: 'text not null',
        description: 'text not null',
        owner_id: 'uuid',
        inputs: 'text not null',
        outputs: 'text not null',
        depends_on: 'uuid[] not null',
      },
      unique: [['isms_id', 'name']],
    });
    await tables.entity('scope_version', {
      columns: {
        number: 'integer not null',
        status: `text not null check (status in ('DRAFT', 'IN_REVIEW', 'APPROVED', 'SUPERSEDED'))`,
        statement: 'text not null',
        boundaries: 'text not null',
        considered: 'text not null',
        site_ids: 'uuid[] not null',
        process_ids: 'uuid[] not null',
        interfaces: 'jsonb not null',
        dependencies: 'jsonb not null',
        exclusions: 'jsonb not null',
        // Sites and processes as they were when the version was submitted; what is approved does not move with them.
        frozen: 'jsonb',
        authors: 'text[] not null',
        note: 'text not null',
        submitted_by: 'text',
        submitted_at: 'timestamptz',
        review_note: 'text not null',
        decided_by: 'text',
        decided_at: 'timestamptz',
        superseded_at: 'timestamptz',
      },
      unique: [['isms_id', 'number']],
    });
    // One version that is worked on and one in force for each ISMS, also between two transactions.
    await tables.sql(`
      create unique index scope_version_open on scope_version (tenant_id, isms_id) where status in ('DRAFT', 'IN_REVIEW');
      create unique index scope_version_approved on scope_version (tenant_id, isms_id) where status = 'APPROVED'`);
  },
};
