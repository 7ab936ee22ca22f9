import type { Migration } from '@annex/service';

export const createMeasure: Migration = {
  name: '20261124_0130_create_measure',
  async up(tables) {
    await tables.entity('measure', {
      columns: {
        reference: 'text not null',
        title: 'text not null',
        information_need: 'text not null',
        unit: 'text not null',
        target: 'double precision not null',
        worst: 'double precision not null check (worst <> target)',
        frequency: 'text not null',
        grace: 'text',
        collector: 'text not null',
        sources: 'text[] not null',
      },
      unique: [['isms_id', 'reference']],
    });
    await tables.log('measurement', {
      columns: {
        isms_id: 'uuid not null',
        measure_id: 'uuid not null',
        number: 'integer not null',
        value: 'double precision not null',
        state: 'text not null',
        reason: 'text not null',
        measured_at: 'timestamptz not null',
        counts_from: 'timestamptz not null',
        late_from: 'timestamptz not null',
        valid_until: 'timestamptz not null',
        import_id: 'uuid',
        evidence_id: 'uuid',
        recorded_by: 'text not null',
        recorded_at: 'timestamptz not null',
        inputs: 'jsonb not null',
      },
      time: 'recorded_at',
      indexes: [['measure_id', 'measured_at', 'number'], ['evidence_id']],
      unique: [['measure_id', 'number']],
    });
    // What a measure says now; id is the measure. Locked with the measure, then computed anew.
    await tables.entity('attainment', {
      columns: {
        state: 'text not null',
        value: 'double precision',
        attainment: 'double precision',
        freshness: 'smallint not null',
        measured_at: 'timestamptz',
        late_from: 'timestamptz',
        valid_until: 'timestamptz',
        measurement_id: 'uuid',
      },
      indexes: [['isms_id', 'state']],
    });
  },
};
