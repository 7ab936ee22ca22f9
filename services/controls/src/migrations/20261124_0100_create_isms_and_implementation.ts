import type { Migration } from '@annex/service';

export const createIsmsAndImplementation: Migration = {
  name: '20261124_0100_create_isms_and_implementation',
  async up(tables) {
    await tables.entity('isms', {
      isms: false,
      columns: {
        name: 'text not null',
        description: 'text not null',
        scope: 'text not null',
        status: `text not null check (status in ('ESTABLISHING', 'OPERATING', 'RETIRED'))`,
      },
      unique: [['name']],
    });
    await tables.entity('implementation', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        description: 'text not null',
        owner_id: 'uuid',
        status: `text not null check (status in ('NOT_STARTED', 'PLANNED', 'PARTIAL', 'IMPLEMENTED'))`,
        share: 'double precision check (share between 0 and 1)',
        claimed_design: 'double precision not null check (claimed_design between 0 and 1)',
        claimed_operation: 'double precision not null check (claimed_operation between 0 and 1)',
      },
      indexes: [['isms_id', 'id'], ['owner_id']],
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('implementation_control', {
      columns: { implementation_id: 'uuid not null', control_id: 'text not null' },
      indexes: [
        ['control_id', 'implementation_id'],
        ['isms_id', 'control_id'],
      ],
      unique: [['implementation_id', 'control_id']],
    });
    await tables.log('design_assessment', {
      columns: {
        isms_id: 'uuid not null',
        implementation_id: 'uuid not null',
        implementation_version: 'integer not null',
        conclusion: 'double precision not null check (conclusion between 0 and 1)',
        reason: 'text not null',
        assessed_by: 'text not null',
        assessed_at: 'timestamptz not null',
      },
      time: 'assessed_at',
      unique: [['implementation_id', 'implementation_version']],
    });
  },
};
