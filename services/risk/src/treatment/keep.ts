import { AnnexError, notFound } from '@annex/schema';
import { type Changed, checkVersion, type DueHandler, everyRow, schedule, type WriteTx } from '@annex/service';
import { type CriteriaRow, holdCriteria } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { judgeRisk } from '../level/relevel.ts';
import { holdActiveIsms, holdImplementations } from '../projection/projection.store.ts';
import { holdRisk, type RiskRow, risksById } from '../risk/risk.store.ts';
import { actionsOfTreatments } from './action.store.ts';
import {
  findTreatments,
  type TreatmentPatch,
  type TreatmentRow,
  treatmentEvent,
  updateTreatmentRow,
} from './treatment.store.ts';
import { isOverdue } from './treatment.ts';

/** The due moment at which the next action of a treatment is due; its subject is the treatment. */
export const treatmentActionDue = 'treatment.action-due';

/** A risk held for its treatment, with what it is read by. Whoever treats a risk comes one after the other. */
export interface Held {
  readonly risk: RiskRow;
  readonly criteria: CriteriaRow;
  /** The implementations of the ISMS among those that were asked for. */
  readonly known: ReadonlySet<string>;
}

/**
 * Holds a risk to treat it: its ISMS, criteria and implementations before it, the order in which all lock.
 * @throws AnnexError NOT_FOUND, STATE_CONFLICT for a retired ISMS
 */
export async function holdTreated(
  tx: WriteTx<RiskDatabase>,
  riskId: string,
  implementationIds: readonly string[] = [],
): Promise<Held> {
  const seen = (await risksById(tx, [riskId])).get(riskId);
  if (!seen) throw notFound('Risk', riskId);
  await holdActiveIsms(tx, seen.ismsId);
  const criteria = await holdCriteria(tx, seen.ismsId, 'share');
  const known = await holdImplementations(tx, seen.ismsId, [...new Set(implementationIds)]);
  const risk = await holdRisk(tx, riskId);
  if (!risk || !criteria) throw notFound('Risk', riskId);
  return { risk, criteria, known };
}

/** @throws AnnexError STATE_CONFLICT for a risk that the organisation no longer has */
export function checkOpenRisk({ reference, status }: RiskRow): void {
  if (status === 'OPEN') return;
  throw new AnnexError('STATE_CONFLICT', `${reference} is closed; reopen it before treating it`, {
    details: { present: status, allowed: ['reopen'] },
  });
}

/** A treatment with its risk held, in the version that the caller read. @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT */
export async function takeTreatment(
  tx: WriteTx<RiskDatabase>,
  input: { readonly id: string; readonly expectedVersion?: number | null },
  implementationIds: readonly string[] = [],
): Promise<Held & { readonly treatment: TreatmentRow }> {
  const [seen] = await findTreatments(tx, [input.id]);
  if (!seen) throw notFound('RiskTreatment', input.id);
  const held = await holdTreated(tx, seen.riskId, implementationIds);
  const [treatment] = await findTreatments(tx, [input.id]);
  if (!treatment) throw notFound('RiskTreatment', input.id);
  checkVersion('RiskTreatment', treatment.id, treatment.version, input.expectedVersion);
  return { ...held, treatment };
}

/**
 * Tells of a treatment as it is now, sees to it that the next action that is due is not missed, and judges its ISMS.
 * @param row written already, but for the number of overdue actions
 */
async function settle(tx: WriteTx<RiskDatabase>, row: TreatmentRow): Promise<Changed> {
  const [actions = []] = await actionsOfTreatments(tx, [row.id]);
  tx.record('annex.risk.treatment.changed.v1', { rows: [treatmentEvent(row, actions)] });
  const coming =
    row.status === 'APPROVED'
      ? actions.flatMap(({ status, dueAt }) => (status === 'PLANNED' && dueAt && dueAt > tx.now ? [dueAt] : []))
      : [];
  coming.sort((a, b) => a.getTime() - b.getTime());
  await schedule(tx, treatmentActionDue, row.id, coming[0]);
  await judgeRisk(tx, [row.ismsId]);
  return { id: row.id, version: row.version };
}

/** Writes a change of a treatment whose risk is held, with what follows from it. */
export async function keepTreatment(
  tx: WriteTx<RiskDatabase>,
  present: TreatmentRow,
  patch: TreatmentPatch,
): Promise<Changed> {
  const [actions = []] = await actionsOfTreatments(tx, [present.id]);
  const status = patch.status ?? present.status;
  const overdue = actions.filter((action) => isOverdue(status, action, tx.now)).length;
  return settle(tx, await updateTreatmentRow(tx, present, { ...patch, overdue }));
}

/** As `keepTreatment`, for one that has just come. */
export const keepNew = settle;

/** An action is due: the treatment tells of it, and its ISMS is judged. It comes in a retired ISMS too: time needs nobody's leave. */
export const actionIsDue: DueHandler<RiskDatabase> = async (tx, { subjectId }) => {
  const [seen] = await findTreatments(tx, [subjectId]);
  if (!seen || !(await holdRisk(tx, seen.riskId))) return;
  const [row] = await findTreatments(tx, [subjectId]);
  if (row?.status === 'APPROVED') await keepTreatment(tx, row, {});
};

/** Tells every treatment again. */
export async function announceTreatments(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'treatment', 500)) {
    const actions = await actionsOfTreatments(
      tx,
      rows.map((row) => row.id),
    );
    const told = rows.map((row, index) => treatmentEvent(row, actions[index] ?? []));
    tx.record('annex.risk.treatment.changed.v1', { rows: told });
  }
}
