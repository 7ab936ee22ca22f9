import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, newId, type WriteTx } from '@annex/service';
import { type ActionStatus, type Effectiveness, evaluationOf } from '../action.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { settleOpportunities } from './opportunity.operations.ts';
import {
  actionsOfIsms,
  insertAction,
  type OpportunityActionRow,
  readAction,
  readOpportunity,
  updateActionRow,
} from './opportunity.store.ts';
import { checkEvaluation, checkOpen, checkTransition } from './opportunity.ts';

interface Changeable {
  readonly integration?: string | null;
  readonly ownerId?: string | null;
  readonly due?: Date | null;
}

export interface CreateActionInput extends Changeable {
  readonly opportunityId: string;
  readonly action: string;
}

export interface UpdateActionInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly action?: string | null;
  readonly status?: ActionStatus | null;
  readonly effectiveness?: Effectiveness | null;
  readonly evaluation?: string | null;
}

function actionEvent(row: OpportunityActionRow): EventRow<'annex.controls.opportunity-action.changed.v1'> {
  const { id, ismsId, version, opportunityId, ownerId, status, effectiveness } = row;
  return {
    ...{ id, ismsId, version, opportunityId, ownerId, status, effectiveness },
    due: row.due?.toISOString() ?? null,
    doneAt: row.doneAt?.toISOString() ?? null,
    evaluatedAt: row.evaluatedAt?.toISOString() ?? null,
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: OpportunityActionRow): Promise<Changed> {
  tx.record('annex.controls.opportunity-action.changed.v1', { rows: [actionEvent(row)] });
  await settleOpportunities(tx, row.ismsId);
  return { id: row.id, version: row.version };
}

/** Plans an action that addresses a risk to the ISMS or an opportunity (27001, 6.1.1 d). @throws AnnexError STATE_CONFLICT where it is closed */
export async function createAction(tx: WriteTx<ControlsDatabase>, input: CreateActionInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readOpportunity(tx, input.opportunityId)).ismsId));
  // Again, now that nobody can close it.
  const opportunity = await readOpportunity(tx, input.opportunityId);
  checkOpen(opportunity);
  const row: OpportunityActionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: opportunity.ismsId,
    version: 1,
    opportunityId: opportunity.id,
    action: text('input.action', input.action, 5000, 'required'),
    integration: text('input.integration', input.integration ?? '', 5000, 'optional'),
    ownerId: input.ownerId ?? null,
    due: input.due ?? null,
    ...{ status: 'PLANNED', doneAt: null, effectiveness: 'NOT_EVALUATED', evaluation: '' },
    ...{ evaluatedBy: null, evaluatedAt: null },
  };
  await insertAction(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest, says that the action is done or cancelled, or whether it worked (27001, 6.1.1 e), which may be
 * said after the risk or opportunity is closed. A change that changes nothing makes no version.
 * @throws AnnexError STATE_CONFLICT, BAD_INPUT where it is evaluated and not done, or without a reason
 */
export async function updateAction(tx: WriteTx<ControlsDatabase>, input: UpdateActionInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readAction(tx, input.id)).ismsId));
  const row = await readAction(tx, input.id);
  checkVersion('OpportunityAction', row.id, row.version, input.expectedVersion);
  const status = input.status ?? row.status;
  checkTransition(row.id, row.status, status);
  const changed: OpportunityActionRow = {
    ...row,
    action: text('input.action', input.action ?? row.action, 5000, 'required'),
    integration: text('input.integration', input.integration ?? row.integration, 5000, 'optional'),
    ownerId: input.ownerId === undefined ? row.ownerId : input.ownerId,
    due: input.due === undefined ? row.due : input.due,
    status,
    doneAt: status === 'DONE' ? (row.doneAt ?? tx.now) : null,
    ...evaluationOf(tx, input, row),
  };
  checkEvaluation(changed);
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateActionRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the actions of an ISMS as they are now (`annex resync`). */
export async function announceOpportunityActions(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await actionsOfIsms(tx, ismsId);
  if (rows.length > 0) tx.record('annex.controls.opportunity-action.changed.v1', { rows: rows.map(actionEvent) });
}
