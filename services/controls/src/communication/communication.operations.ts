import { isDeepStrictEqual } from 'node:util';
import type { EventRow } from '@annex/schema';
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
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { linked } from '../linked.ts';
import { findParties } from '../party/party.store.ts';
import { communicationRules } from './communication.rules.ts';
import {
  type CommunicationRow,
  communicationsOf,
  insertCommunication,
  readCommunication,
  updateCommunicationRow,
} from './communication.store.ts';
import { type CommunicationStatus, checkInForce, type Direction } from './communication.ts';

interface Changeable {
  readonly occasion?: string | null;
  readonly audience?: string | null;
  readonly partyIds?: readonly string[] | null;
  readonly channel?: string | null;
  readonly ownerId?: string | null;
}

export interface CreateCommunicationInput extends Changeable {
  readonly ismsId?: string | null;
  readonly topic: string;
  readonly direction: Direction;
}

export interface UpdateCommunicationInput extends Changeable {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly topic?: string | null;
  readonly direction?: Direction | null;
  readonly status?: CommunicationStatus | null;
}

function communicationEvent(row: CommunicationRow): EventRow<'annex.controls.communication.changed.v1'> {
  const { id, ismsId, version, reference, topic, direction, partyIds, ownerId, status } = row;
  return { id, ismsId, version, reference, topic, direction, partyIds, ownerId, status };
}

/** When, with whom, how and by whom after a change; parties that are named now are looked up. */
async function contentOf(tx: WriteTx<ControlsDatabase>, input: Changeable, before: CommunicationRow) {
  const { partyIds } = input;
  const found = partyIds?.length ? await findParties(tx, partyIds) : [];
  const ours = new Set(found.flatMap((row) => (row.ismsId === before.ismsId ? row.id : [])));
  const said = (field: 'occasion' | 'audience' | 'channel') =>
    text(`input.${field}`, input[field] ?? before[field], 2000, 'optional');
  return {
    occasion: said('occasion'),
    audience: said('audience'),
    partyIds: partyIds
      ? linked(
          'input.partyIds',
          partyIds,
          (id) => (ours.has(id) ? id : undefined),
          'must be an interested party of the same ISMS',
        )
      : before.partyIds,
    channel: said('channel'),
    ownerId: input.ownerId === undefined ? before.ownerId : input.ownerId,
  };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: CommunicationRow): Promise<Changed> {
  tx.record('annex.controls.communication.changed.v1', { rows: [communicationEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], communicationRules);
  return { id: row.id, version: row.version };
}

/** Plans what is communicated (27001, 7.4). */
export async function createCommunication(
  tx: WriteTx<ControlsDatabase>,
  input: CreateCommunicationInput,
): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const empty: CommunicationRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    reference: '',
    topic: text('input.topic', input.topic, 1000, 'required'),
    direction: input.direction,
    ...{ occasion: '', audience: '', partyIds: [], channel: '', ownerId: null, status: 'IN_FORCE' },
  };
  const row: CommunicationRow = {
    ...empty,
    ...(await contentOf(tx, input, empty)),
    reference: await nextReference(tx, isms.id, 'CM'),
  };
  await insertCommunication(tx, row);
  return keep(tx, row);
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. @throws AnnexError STATE_CONFLICT where it has ended */
export async function updateCommunication(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateCommunicationInput,
): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readCommunication(tx, input.id)).ismsId));
  const row = await readCommunication(tx, input.id);
  checkVersion('Communication', row.id, row.version, input.expectedVersion);
  checkInForce(row);
  const changed: CommunicationRow = {
    ...row,
    topic: text('input.topic', input.topic ?? row.topic, 1000, 'required'),
    direction: input.direction ?? row.direction,
    ...(await contentOf(tx, input, row)),
    status: input.status ?? row.status,
  };
  if (isDeepStrictEqual(row, changed)) return { id: row.id, version: row.version };
  changed.version++;
  await updateCommunicationRow(tx, changed);
  return keep(tx, changed);
}

/** Announces the plan of an ISMS as it is now (`annex resync`). */
export async function announceCommunications(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await communicationsOf(tx, ismsId).orderBy('id').execute();
  if (rows.length > 0) tx.record('annex.controls.communication.changed.v1', { rows: rows.map(communicationEvent) });
}
