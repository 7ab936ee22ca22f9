import { schedule, type WriteTx } from '@annex/service';
import { assessmentsDue, type CycleTables } from './cycle.store.ts';

/** The due moment at which the register of an ISMS is to be assessed again; its subject is the ISMS. */
export const assessmentDue = 'cycle.due';

/** Sees to it that an assessment that is overdue announces itself. To be called where one is completed or the period changes. */
export async function planAssessments(tx: WriteTx<CycleTables>, ismsIds: readonly string[]): Promise<void> {
  for (const [ismsId, { dueAt }] of await assessmentsDue(tx, ismsIds)) {
    await schedule(tx, assessmentDue, ismsId, dueAt && dueAt > tx.now ? dueAt : null);
  }
}
