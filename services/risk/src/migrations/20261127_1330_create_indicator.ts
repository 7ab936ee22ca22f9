import { type Migration, rolesOf } from '@annex/service';

/** Key risk indicators with all that they ever said, and what evidence tells of the measures that some of them read. */
export const createIndicator: Migration = {
  name: '20261127_1330_create_indicator',
  async up(tables) {
    // One row for both streams about a measure, each with the version it came to: whoever reads it in an indicator locks
    // this row, and so waits for a measurement that is on its way.
    await tables.entity('measure', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        unit: 'text',
        deleted: 'boolean not null default false',
        measure_version: 'integer not null default 0',
        state: 'text',
        value: 'double precision',
        measured_at: 'timestamptz',
        valid_until: 'timestamptz',
        attainment_version: 'integer not null default 0',
      },
    });
    await tables.entity('indicator', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        name: 'text not null',
        description: 'text not null',
        owner_id: 'uuid',
        measure_id: 'uuid',
        figure: `text check (figure in ('RISKS_ABOVE_CRITERIA', 'SHARE_NOT_ASSESSED', 'EXPECTED_ANNUAL_LOSS', 'OVERDUE_ACTIONS'))`,
        direction: `text not null check (direction in ('HIGHER_IS_WORSE', 'LOWER_IS_WORSE'))`,
        warning: 'double precision not null',
        critical: 'double precision not null',
        status: `text not null check (status in ('ACTIVE', 'RETIRED'))`,
        retired_at: 'timestamptz',
        state: `text not null check (state in ('GREEN', 'AMBER', 'RED', 'UNKNOWN'))`,
        state_since: 'timestamptz not null',
        value: 'double precision',
        valued_at: 'timestamptz',
        unit: 'text not null',
        explanation: 'text not null',
      },
      indexes: [['isms_id', 'number', 'id'], ['isms_id', 'status'], ['measure_id']],
      unique: [['isms_id', 'reference']],
    });
    await tables.sql(
      'alter table indicator add constraint indicator_reads_one check (num_nonnulls(measure_id, figure) = 1)',
    );
    await tables.entity('indicator_risk', {
      columns: { indicator_id: 'uuid not null', risk_id: 'uuid not null' },
      indexes: [['risk_id', 'indicator_id']],
      unique: [['indicator_id', 'risk_id']],
    });
    await tables.log('indicator_reading', {
      columns: {
        isms_id: 'uuid not null',
        indicator_id: 'uuid not null',
        value: 'double precision',
        state: 'text not null',
        explanation: 'text not null',
        warning: 'double precision not null',
        critical: 'double precision not null',
        valued_at: 'timestamptz',
        read_at: 'timestamptz not null',
      },
      time: 'read_at',
      indexes: [['indicator_id', 'read_at', 'id']],
    });
    await tables.sql(`revoke update, delete on indicator_reading from ${rolesOf(tables.service).login}`);
  },
};
