import { type Migration, rolesOf } from '@annex/service';

/**
 * Simulations, each with what went in (`simulation_scenario`) and what came out (`simulation_outcome`, and `result` for all
 * scenarios together). `simulation_run` is the lease of the process at work: its beats are wall time, and it has no history.
 */
export const createSimulation: Migration = {
  name: '20261126_1010_create_simulation',
  async up(tables) {
    await tables.entity('simulation', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        title: 'text not null',
        status: 'text not null',
        requested_by: 'uuid',
        trials: 'integer not null',
        seed: 'integer not null',
        scenarios: 'integer not null',
        currency: 'text not null',
        criteria_version: 'integer not null',
        readings: 'text[] not null',
        correlations: 'jsonb not null',
        treatment: 'jsonb',
        attempt: 'integer not null',
        lost: 'integer not null',
        started_at: 'timestamptz',
        finished_at: 'timestamptz',
        failure: 'text',
        result: 'jsonb',
      },
      indexes: [
        ['isms_id', 'number', 'id'],
        ['isms_id', 'status'],
      ],
      unique: [['isms_id', 'reference']],
    });
    await tables.log('simulation_scenario', {
      columns: {
        isms_id: 'uuid not null',
        simulation_id: 'uuid not null',
        position: 'integer not null',
        risk_id: 'uuid not null',
        risk_version: 'integer not null',
        reference: 'text not null',
        title: 'text not null',
        basis: 'text not null',
        frequency: 'jsonb not null',
        forms: 'jsonb not null',
        readings: 'jsonb not null',
        controls: 'jsonb not null',
        created_at: 'timestamptz not null',
      },
      time: 'created_at',
      unique: [['simulation_id', 'position']],
    });
    await tables.log('simulation_outcome', {
      columns: {
        isms_id: 'uuid not null',
        simulation_id: 'uuid not null',
        position: 'integer not null',
        summaries: 'jsonb not null',
        finished_at: 'timestamptz not null',
      },
      time: 'finished_at',
      unique: [['simulation_id', 'position']],
    });
    await tables.log('simulation_run', {
      columns: {
        isms_id: 'uuid not null',
        simulation_id: 'uuid not null',
        attempt: 'integer not null',
        began_at: 'timestamptz not null',
        beat_at: 'timestamptz not null default clock_timestamp()',
        progress: 'double precision not null default 0',
      },
      time: 'began_at',
      unique: [['simulation_id', 'attempt']],
    });
    await tables.sql(
      `revoke update, delete on simulation_scenario, simulation_outcome from ${rolesOf(tables.service).login}`,
    );
  },
};
