import { newId, type Tx, type WriteTx } from '@annex/service';
import type { SimulationRow, SimulationTables } from './simulation.store.ts';

/** How long a run may be silent before its process is taken for lost, in seconds of wall time. */
export const silence = 30;

/** Begins the lease of a process on a simulation. */
export async function insertRun(tx: WriteTx<SimulationTables>, simulation: SimulationRow): Promise<void> {
  await tx.db
    .insertInto('simulationRun')
    .values({
      tenantId: tx.tenant,
      id: newId(),
      ismsId: simulation.ismsId,
      simulationId: simulation.id,
      attempt: simulation.attempt,
      beganAt: tx.now,
    })
    .execute();
}

/** Says that a run is alive and how far it is. @returns whether it is still wanted */
export async function beat(
  tx: WriteTx<SimulationTables>,
  run: { readonly simulationId: string; readonly attempt: number },
  progress: number,
): Promise<boolean> {
  const { rows } = await tx.query<{ wanted: boolean }>(
    `update simulation_run r set beat_at = clock_timestamp(), progress = $4
     from simulation s
     where r.tenant_id = $1 and r.simulation_id = $2 and r.attempt = $3 and s.tenant_id = r.tenant_id and s.id = r.simulation_id
     returning s.status = 'RUNNING' and s.attempt = r.attempt as wanted`,
    [tx.tenant, run.simulationId, run.attempt, progress],
  );
  return rows[0]?.wanted ?? false;
}

/** Whether the present run of a simulation has been silent too long. */
export async function isSilent(tx: Tx<SimulationTables>, simulation: SimulationRow): Promise<boolean> {
  const { rows } = await tx.query<{ silent: boolean }>(
    `select beat_at < clock_timestamp() - $4 * interval '1 second' as silent from simulation_run
     where tenant_id = $1 and simulation_id = $2 and attempt = $3`,
    [tx.tenant, simulation.id, simulation.attempt, silence],
  );
  return rows[0]?.silent ?? true;
}

/** How far the last run of each of these simulations came, 0 to 1. */
export async function progressOf(tx: Tx<SimulationTables>, ids: readonly string[]): Promise<number[]> {
  const { rows } = await tx.query<{ simulation_id: string; progress: number }>(
    `select distinct on (simulation_id) simulation_id, progress from simulation_run
     where tenant_id = $1 and simulation_id = any($2::uuid[]) order by simulation_id, attempt desc`,
    [tx.tenant, ids],
  );
  const found = new Map(rows.map((row) => [row.simulation_id, row.progress]));
  return ids.map((id) => found.get(id) ?? 0);
}
