import { isDeepStrictEqual } from 'node:util';
import { badInput, type EventRow } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  type DueHandler,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  schedule,
  type WriteTx,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { findResponsibilities } from '../responsibility/responsibility.store.ts';
import { competenceRules } from './competence.rules.ts';
import {
  type CompetenceRow,
  competencesOf,
  insertCompetence,
  nextMoment,
  readCompetence,
  updateCompetenceRow,
} from './competence.store.ts';
import { type CompetenceBasis, type CompetenceStatus, checkProof, checkRequired, type Holding } from './competence.ts';

interface Changeable {
  readonly description?: string | null;
  readonly responsibilityId?: string | null;
  readonly personId?: string | null;
  readonly holding?: Holding | null;
  readonly basis?: readonly CompetenceBasis[] | null;
  readonly evidence?: string | null;
  readonly evidenceId?: string | null;
  readonly validUntil?: Date | null;
}

export interface CreateCompetenceInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
}

export interface UpdateCompetenceInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly status?: CompetenceStatus | null;
}

/** The due kind of an ISMS's competences: a proof ends, or a planned action is due. */
export const competenceDue = 'controls.competence';

function competenceEvent(row: CompetenceRow): EventRow<'annex.controls.competence.changed.v1'> {
  const { id, ismsId, version, reference, title, status, responsibilityId, personId, holding, basis, evidenceId } = row;
  return {
    ...{ id, ismsId, version, reference, title, status, responsibilityId, personId, holding, basis, evidenceId },
    validUntil: row.validUntil?.toISOString() ?? null,
  };
}

/** Judges what follows from the competences now, and sees to it that the next date on which it changes by itself is not missed. */
export async function settleCompetence(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextMoment(tx, ismsId);
  await schedule(tx, competenceDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], competenceRules);
}

/** A proof has ended, or a planned action is due. */
export const competenceIsDue: DueHandler<ControlsDatabase> = (tx, due) => settleCompetence(tx, due.subjectId);

async function roleOf(tx: WriteTx<ControlsDatabase>, input: Changeable, before: CompetenceRow): Promise<string | null> {
  if (input.responsibilityId === undefined) return before.responsibilityId;
  if (input.responsibilityId === null) return null;
  const [role] = await findResponsibilities(tx, [input.responsibilityId]);
  if (role?.ismsId !== before.ismsId)
    throw badInput('input.responsibilityId', input.responsibilityId, 'must be a role of the same ISMS');
  return role.id;
}

const unproven = { holding: 'NOT_HELD', basis: [], evidence: '', evidenceId: null, validUntil: null } as const;

/** Whether it is held after a change, and by whom. What showed it of one person shows nothing of another. */
function proofOf(tx: WriteTx<ControlsDatabase>, input: Changeable, before: CompetenceRow) {
  const personId = input.personId === undefined ? before.personId : input.personId;
  const known = personId === before.personId ? before : { ...before, ...unproven };
  const proof = {
    personId,
    holding: input.holding ?? known.holding,
    basis: [...new Set(input.basis ?? known.basis)].sort(),
    evidence: text('input.evidence', input.evidence ?? known.evidence, 10_000, 'optional'),
    evidenceId: input.evidenceId === undefined ? known.evidenceId : input.evidenceId,
    validUntil: input.validUntil === undefined ? known.validUntil : input.validUntil,
  };
  checkProof(proof);
  const same = (['holding', 'basis', 'evidence', 'evidenceId', 'validUntil'] as const).every((field) =>
    isDeepStrictEqual(proof[field], before[field]),
  );
  const { assessedBy, assessedAt } = same ? before : { assessedBy: tx.scope.actor, assessedAt: tx.now };
  return { ...proof, assessedBy, assessedAt };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: CompetenceRow): Promise<Changed> {
  tx.record('annex.controls.competence.changed.v1', { rows: [competenceEvent(row)] });
  await settleCompetence(tx, row.ismsId);
  return { id: row.id, version: row.version };
}

/** Records what somebody, or whoever has a role, must be able to do (27001, 7.2 a), and whether they are. */
export async function createCompetence(tx: WriteTx<ControlsDatabase>, input: CreateCompetenceInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: CompetenceRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    description: text('input.description', input.description ?? '', 10_000, 'optional'),
    ...{ responsibilityId: null, personId: null, ...unproven, basis: [] },
    ...{ assessedBy: null, assessedAt: null, status: 'REQUIRED' },
  };
  const row: CompetenceRow = {
    ...empty,
    responsibilityId: await roleOf(tx, input, empty),
    ...proofOf(tx, input, empty),
  };
  if (row.responsibilityId === null && row.personId === null)
    throw badInput('input.responsibilityId', null, 'must be given where `personId` is not: of whom is it required?');
  row.reference = await nextReference(tx, isms.id, 'CP');
  await insertCompetence(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest. Where another person is named, nothing is held until it is said again. A change that changes
 * nothing makes no version.
 * @throws AnnexError BAD_INPUT where it is held and nothing shows it, STATE_CONFLICT where it is required no longer
 */
export async function updateCompetence(tx: WriteTx<ControlsDatabase>, input: UpdateCompetenceInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readCompetence(tx, input.id)).ismsId));
  const row = await readCompetence(tx, input.id);
  checkVersion('Competence', row.id, row.version, input.expectedVersion);
  checkRequired(row);
  const changed: CompetenceRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    description: text('input.description', input.description ?? row.description, 10_000, 'optional'),
    responsibilityId: await roleOf(tx, input, row),
    ...proofOf(tx, input, row),
    status: input.status ?? row.status,
  };
  if (changed.responsibilityId === null && changed.personId === null)
    throw badInput('input.personId', null, 'must stay while no role is named: of whom is it required?');
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateCompetenceRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the competences of an ISMS as they are now (`annex resync`). */
export async function announceCompetences(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await competencesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.competence.changed.v1', { rows: rows.map(competenceEvent) });
}
