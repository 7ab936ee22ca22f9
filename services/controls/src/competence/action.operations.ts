import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, newId, type WriteTx } from '@annex/service';
import { type ActionStatus, type Effectiveness, evaluationOf } from '../action.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { settleCompetence } from './competence.operations.ts';
import {
  actionsOfIsms,
  type CompetenceActionRow,
  insertAction,
  readAction,
  readCompetence,
  updateActionRow,
} from './competence.store.ts';
import { type ActionKind, checkEvaluation, checkRequired, checkTransition } from './competence.ts';

export interface CreateActionInput {
  readonly competenceId: string;
  readonly action: string;
  readonly kind: ActionKind;
  readonly due?: Date | null;
}

export interface UpdateActionInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly action?: string | null;
  readonly kind?: ActionKind | null;
  readonly due?: Date | null;
  readonly status?: ActionStatus | null;
  readonly effectiveness?: Effectiveness | null;
  readonly evaluation?: string | null;
}

function actionEvent(row: CompetenceActionRow): EventRow<'annex.controls.competence-action.changed.v1'> {
  const { id, ismsId, version, competenceId, kind, status, effectiveness } = row;
  return {
    ...{ id, ismsId, version, competenceId, kind, status, effectiveness },
    due: row.due?.toISOString() ?? null,
    doneAt: row.doneAt?.toISOString() ?? null,
    evaluatedAt: row.evaluatedAt?.toISOString() ?? null,
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: CompetenceActionRow): Promise<Changed> {
  tx.record('annex.controls.competence-action.changed.v1', { rows: [actionEvent(row)] });
  await settleCompetence(tx, row.ismsId);
  return { id: row.id, version: row.version };
}

/** Plans how a competence is acquired (27001, 7.2 c). @throws AnnexError STATE_CONFLICT where it is required no longer */
export async function createAction(tx: WriteTx<ControlsDatabase>, input: CreateActionInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readCompetence(tx, input.competenceId)).ismsId));
  // Again, now that nobody can end it.
  const competence = await readCompetence(tx, input.competenceId);
  checkRequired(competence);
  const row: CompetenceActionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: competence.ismsId,
    version: 1,
    competenceId: competence.id,
    action: text('input.action', input.action, 5000, 'required'),
    kind: input.kind,
    due: input.due ?? null,
    ...{ status: 'PLANNED', doneAt: null, effectiveness: 'NOT_EVALUATED', evaluation: '' },
    ...{ evaluatedBy: null, evaluatedAt: null },
  };
  await insertAction(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest, says that the action is done or cancelled, or whether it worked (27001, 7.2 c). A change that
 * changes nothing makes no version.
 * @throws AnnexError STATE_CONFLICT, BAD_INPUT where it is evaluated and not done, or without a reason
 */
export async function updateAction(tx: WriteTx<ControlsDatabase>, input: UpdateActionInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readAction(tx, input.id)).ismsId));
  const row = await readAction(tx, input.id);
  checkVersion('CompetenceAction', row.id, row.version, input.expectedVersion);
  const status = input.status ?? row.status;
  checkTransition(row.id, row.status, status);
  const changed: CompetenceActionRow = {
    ...row,
    action: text('input.action', input.action ?? row.action, 5000, 'required'),
    kind: input.kind ?? row.kind,
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
export async function announceCompetenceActions(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await actionsOfIsms(tx, ismsId);
  if (rows.length > 0) tx.record('annex.controls.competence-action.changed.v1', { rows: rows.map(actionEvent) });
}
