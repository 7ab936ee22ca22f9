import type { Migration } from '@annex/service';

export const createMeasureLinksAndStrength: Migration = {
  name: '20261124_0110_create_measure_links_and_strength',
  async up(tables) {
    // What evidence told last. `source_version` is the version there; 0 stands for a measure that was linked before evidence told
    // anything of it, so that link and news of the same measure meet on one row.
    await tables.entity('measure', {
      columns: {
        source_version: 'integer not null',
        deleted: 'boolean not null default false',
        reference: 'text not null',
        title: 'text not null',
        unit: 'text not null',
        worst: 'double precision not null',
        target: 'double precision not null',
      },
    });
    await tables.entity('attainment', {
      columns: {
        source_version: 'integer not null',
        deleted: 'boolean not null default false',
        state: 'text not null',
        value: 'double precision',
        attainment: 'double precision',
        freshness: 'double precision not null',
        measured_at: 'timestamptz',
        valid_until: 'timestamptz',
      },
    });
    await tables.entity('measure_link', {
      columns: {
        implementation_id: 'uuid not null',
        measure_id: 'uuid not null',
        weight: 'double precision not null check (weight > 0)',
        role: `text not null check (role in ('PERFORMANCE', 'EFFECTIVENESS'))`,
        standing: `text not null check (standing in ('KEY', 'ORDINARY'))`,
        linked_by: 'text not null',
        linked_version: 'integer not null',
        unlinked_at: 'timestamptz',
        unlinked_by: 'text',
        unlinked_version: 'integer',
        unlinked_reason: 'text',
        last_reading: 'double precision',
      },
      indexes: [['implementation_id'], ['measure_id']],
    });
    await tables.sql(
      'create unique index measure_link_present on measure_link (tenant_id, implementation_id, measure_id) where unlinked_at is null',
    );
    await tables.entity('strength', {
      columns: {
        verified: 'double precision not null',
        claimed: 'double precision not null',
        verification: 'text not null',
        implementation_factor: 'double precision not null',
        design_verified: 'double precision not null',
        design_claimed: 'double precision not null',
        operation_verified: 'double precision not null',
        operation_claimed: 'double precision not null',
        computed_at: 'timestamptz not null',
      },
      indexes: [['isms_id', 'id']],
    });
  },
};
