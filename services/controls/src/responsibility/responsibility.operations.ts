import { isDeepStrictEqual } from 'node:util';
import { badInput, type EventRow } from '@annex/schema';
import {
  type Changed,
  checkVersion,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  type WriteTx,
} from '@annex/service';
import { competenceRules } from '../competence/competence.rules.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { responsibilityRules } from './responsibility.rules.ts';
import {
  insertResponsibility,
  type ResponsibilityRow,
  readResponsibility,
  responsibilitiesOf,
  updateResponsibilityRow,
} from './responsibility.store.ts';
import { checkInForce, type ResponsibilityKind, type ResponsibilityStatus } from './responsibility.ts';

interface Changeable {
  readonly duties?: string | null;
  readonly personId?: string | null;
  readonly communication?: string | null;
  readonly communicatedAt?: Date | null;
}

export interface CreateResponsibilityInput extends Changeable {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly kind: ResponsibilityKind;
}

export interface UpdateResponsibilityInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly kind?: ResponsibilityKind | null;
  readonly status?: ResponsibilityStatus | null;
}

function responsibilityEvent(row: ResponsibilityRow): EventRow<'annex.controls.responsibility.changed.v1'> {
  const { id, ismsId, version, reference, title, kind, status, personId } = row;
  return {
    ...{ id, ismsId, version, reference, title, kind, status, personId },
    assignedAt: row.assignedAt?.toISOString() ?? null,
    communicatedAt: row.communicatedAt?.toISOString() ?? null,
  };
}

/** Who has the role, and whether that was communicated: a new holder is to be made known anew. */
function assignment(tx: WriteTx<ControlsDatabase>, input: Changeable, before: ResponsibilityRow) {
  const personId = input.personId === undefined ? before.personId : input.personId;
  const same = personId === before.personId;
  const communicatedAt =
    input.communicatedAt === undefined ? (same ? before.communicatedAt : null) : input.communicatedAt;
  const communication = text(
    'input.communication',
    input.communication ?? before.communication,
    5000,
    communicatedAt ? 'required' : 'optional',
  );
  if (communicatedAt && communicatedAt > tx.now)
    throw badInput('input.communicatedAt', communicatedAt.toISOString(), 'must not lie in the future');
  if (communicatedAt && personId === null)
    throw badInput('input.communicatedAt', communicatedAt.toISOString(), 'must be left out while nobody has the role');
  return {
    personId,
    assignedBy: same ? before.assignedBy : personId === null ? null : tx.scope.actor,
    assignedAt: same ? before.assignedAt : personId === null ? null : tx.now,
    communication,
    communicatedAt,
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: ResponsibilityRow): Promise<Changed> {
  tx.record('annex.controls.responsibility.changed.v1', { rows: [responsibilityEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], [...responsibilityRules, ...competenceRules]);
  return { id: row.id, version: row.version };
}

/** Records a role that is relevant to information security (27001, 5.3). */
export async function createResponsibility(
  tx: WriteTx<ControlsDatabase>,
  input: CreateResponsibilityInput,
): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: ResponsibilityRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    title: text('input.title', input.title, 300, 'required'),
    duties: text('input.duties', input.duties ?? '', 10_000, 'optional'),
    kind: input.kind,
    ...{ personId: null, assignedBy: null, assignedAt: null, communication: '', communicatedAt: null },
    status: 'IN_FORCE',
  };
  const row: ResponsibilityRow = {
    ...empty,
    ...assignment(tx, input, empty),
    reference: await nextReference(tx, isms.id, 'RL'),
  };
  await insertResponsibility(tx, row);
  return keep(tx, row);
}

/**
 * Changes what is given and leaves the rest; `personId: null` takes the role from its holder. A change that changes nothing makes no version.
 * @throws AnnexError STATE_CONFLICT where the role has ended
 */
export async function updateResponsibility(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateResponsibilityInput,
): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readResponsibility(tx, input.id)).ismsId));
  const row = await readResponsibility(tx, input.id);
  checkVersion('Responsibility', row.id, row.version, input.expectedVersion);
  checkInForce(row);
  const changed: ResponsibilityRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    duties: text('input.duties', input.duties ?? row.duties, 10_000, 'optional'),
    kind: input.kind ?? row.kind,
    ...assignment(tx, input, row),
    status: input.status ?? row.status,
  };
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateResponsibilityRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the roles of an ISMS as they are now (`annex resync`). */
export async function announceResponsibilities(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await responsibilitiesOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.responsibility.changed.v1', { rows: rows.map(responsibilityEvent) });
}
