import { schedule, unschedule, type WriteTx } from '@annex/service';
import type { PortfolioResult } from '@annex/simulation';
import type { RiskDatabase } from '../database.ts';
import { insertRun, silence } from './run.store.ts';
import { simulationRun, simulationWatch, stepSimulation } from './simulation.operations.ts';
import { holdSimulation, insertOutcomes, type SimulationRow } from './simulation.store.ts';
import { mostLost } from './simulation.ts';

/** The lease of a process on a simulation: which, and the how-manieth. */
export interface Claim {
  readonly simulationId: string;
  readonly tenant: string;
  readonly attempt: number;
}

const later = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

/** Takes a simulation that waits. @returns undefined where it does not wait any more */
export async function claim(tx: WriteTx<RiskDatabase>, simulationId: string): Promise<Claim | undefined> {
  const present = await holdSimulation(tx, simulationId);
  if (present?.status !== 'QUEUED') return undefined;
  const attempt = present.attempt + 1;
  const row = await stepSimulation(tx, present, 'start', { attempt, startedAt: present.startedAt ?? tx.now });
  await insertRun(tx, row);
  await schedule(tx, simulationWatch, row.id, later(tx.now, silence));
  return { simulationId: row.id, tenant: tx.tenant, attempt };
}

/** Locks the simulation of a claim; undefined where it is not that claim's any more: cancelled, or given to another. */
async function holdClaimed(tx: WriteTx<RiskDatabase>, own: Claim): Promise<SimulationRow | undefined> {
  const present = await holdSimulation(tx, own.simulationId);
  return present?.status === 'RUNNING' && present.attempt === own.attempt ? present : undefined;
}

/** Keeps the result of a claim, unless it is not wanted any more. */
export async function finish(tx: WriteTx<RiskDatabase>, own: Claim, result: PortfolioResult): Promise<void> {
  const present = await holdClaimed(tx, own);
  if (!present) return;
  await insertOutcomes(tx, present, result.members);
  const { readings, drivers } = result;
  await stepSimulation(tx, present, 'finish', { finishedAt: tx.now, result: { readings, drivers } });
  await unschedule(tx, simulationWatch, present.id);
}

/** Says why a claim came to nothing. */
export async function fail(tx: WriteTx<RiskDatabase>, own: Claim, failure: string): Promise<void> {
  const present = await holdClaimed(tx, own);
  if (!present) return;
  await stepSimulation(tx, present, 'fail', { finishedAt: tx.now, failure });
  await unschedule(tx, simulationWatch, present.id);
}

/** Has another process take the simulation, from the start. */
async function giveBack(tx: WriteTx<RiskDatabase>, present: SimulationRow, lost: number): Promise<void> {
  await stepSimulation(tx, present, 'release', { lost });
  await unschedule(tx, simulationWatch, present.id);
  await schedule(tx, simulationRun, present.id, tx.now);
}

/** Gives a claim back because its process stops. */
export async function release(tx: WriteTx<RiskDatabase>, own: Claim): Promise<void> {
  const present = await holdClaimed(tx, own);
  if (present) await giveBack(tx, present, present.lost);
}

/** What is done about a run whose process is lost: another begins, or it is given up. */
export async function recover(tx: WriteTx<RiskDatabase>, present: SimulationRow): Promise<void> {
  const lost = present.lost + 1;
  if (lost < mostLost) return giveBack(tx, present, lost);
  await stepSimulation(tx, present, 'fail', {
    lost,
    finishedAt: tx.now,
    failure: `Each of ${mostLost} processes that simulated it was lost before it ended`,
  });
}
