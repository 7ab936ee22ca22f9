import { type DueHandler, schedule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { claim, recover } from './run.operations.ts';
import { isSilent, silence } from './run.store.ts';
import { runnerOf } from './runner.ts';
import { simulationRun, simulationWatch } from './simulation.operations.ts';
import { holdSimulation } from './simulation.store.ts';

/** How long a simulation waits for a process that is busy, in milliseconds, before it is offered again, to any process. */
const offeredAgain = 1000;

/** A simulation waits: this process takes it, unless it is busy with another. It begins once the claim is committed. */
export const takeSimulation: DueHandler<RiskDatabase> = async (tx, due, { database }) => {
  const runner = runnerOf(database);
  if (!runner?.free) {
    await schedule(tx, simulationRun, due.subjectId, new Date(tx.now.getTime() + offeredAgain));
    return;
  }
  const claimed = await claim(tx, due.subjectId);
  if (claimed) tx.afterCommit(() => runner.begin(claimed));
};

/** Looks whether a simulation that runs is still alive. A crash leaves a silent run, which another process takes over. */
export const watchSimulation: DueHandler<RiskDatabase> = async (tx, due) => {
  const present = await holdSimulation(tx, due.subjectId);
  if (present?.status !== 'RUNNING') return;
  if (await isSilent(tx, present)) return recover(tx, present);
  await schedule(tx, simulationWatch, present.id, new Date(tx.now.getTime() + silence * 1000));
};
