import { AnnexError, type EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, ismsOf, judge, newId, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { obligationsOf } from '../obligation/obligation.store.ts';
import { scopeRules } from '../scope/scope.rules.ts';
import { partyRules } from './party.rules.ts';
import {
  deletePartyRows,
  insertParty,
  type PartyRow,
  partiesOf,
  partyNamed,
  readParty,
  requirementsOf,
  requirementsOfIsms,
  updatePartyRow,
} from './party.store.ts';
import type { PartyKind } from './party.ts';
import { requirementEvent } from './requirement.operations.ts';

export interface CreatePartyInput {
  readonly ismsId?: string | null;
  readonly name: string;
  readonly kind: PartyKind;
  readonly description?: string | null;
}

export interface UpdatePartyInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  readonly kind?: PartyKind | null;
  readonly description?: string | null;
}

export interface DeletePartyInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

function partyEvent(row: PartyRow): EventRow<'annex.controls.interested-party.changed.v1'> {
  const { id, ismsId, version, name, kind } = row;
  return { id, ismsId, version, name, kind };
}

async function checkName(tx: WriteTx<ControlsDatabase>, row: Pick<PartyRow, 'id' | 'ismsId' | 'name'>): Promise<void> {
  const other = await partyNamed(tx, row.ismsId, row.name);
  if (!other || other.id === row.id) return;
  throw new AnnexError('ALREADY_EXISTS', `There is an interested party named ${row.name} already`, {
    faults: [
      { field: 'input.name', given: row.name, allowed: 'a name that no other interested party of the ISMS has' },
    ],
  });
}

async function keep(tx: WriteTx<ControlsDatabase>, row: PartyRow): Promise<Changed> {
  tx.record('annex.controls.interested-party.changed.v1', { rows: [partyEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], [...partyRules, ...scopeRules]);
  return { id: row.id, version: row.version };
}

/** Records an interested party (27001, 4.2 a). */
export async function createParty(tx: WriteTx<ControlsDatabase>, input: CreatePartyInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const row: PartyRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    name: text('input.name', input.name, 200, 'required'),
    kind: input.kind,
    description: text('input.description', input.description ?? '', 5000, 'optional'),
  };
  await checkName(tx, row);
  await insertParty(tx, row);
  return keep(tx, row);
}

/**
 * A party with its ISMS locked: a party, what it requires and the obligations that name it change one after the other.
 * @throws AnnexError NOT_FOUND, STATE_CONFLICT
 */
async function takeParty(tx: WriteTx<ControlsDatabase>, id: string): Promise<PartyRow> {
  checkNotRetired(await lockIsms(tx, (await readParty(tx, id)).ismsId));
  return readParty(tx, id);
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. */
export async function updateParty(tx: WriteTx<ControlsDatabase>, input: UpdatePartyInput): Promise<Changed> {
  const row = await takeParty(tx, input.id);
  checkVersion('InterestedParty', row.id, row.version, input.expectedVersion);
  const changed: PartyRow = {
    ...row,
    name: text('input.name', input.name ?? row.name, 200, 'required'),
    kind: input.kind ?? row.kind,
    description: text('input.description', input.description ?? row.description, 5000, 'optional'),
    version: row.version + 1,
  };
  const same = (['name', 'kind', 'description'] as const).every((field) => row[field] === changed[field]);
  if (same) return { id: row.id, version: row.version };
  await checkName(tx, changed);
  await updatePartyRow(tx, changed);
  return keep(tx, changed);
}

/** Takes a party away with what it requires. @throws AnnexError STATE_CONFLICT while an obligation names it */
export async function deleteParty(tx: WriteTx<ControlsDatabase>, input: DeletePartyInput): Promise<Changed> {
  const row = await takeParty(tx, input.id);
  checkVersion('InterestedParty', row.id, row.version, input.expectedVersion);
  const naming = await obligationsOf(tx, row.ismsId, { partyId: row.id }).orderBy('reference').execute();
  if (naming.length > 0) {
    const references = naming.map((one) => one.reference).join(', ');
    throw new AnnexError('STATE_CONFLICT', `${row.name} stays while obligations name it: ${references}`, {
      details: { kind: 'InterestedParty', id: row.id, obligations: naming.map((one) => one.id) },
    });
  }
  const [gone = []] = await requirementsOf(tx, [row.id]);
  await deletePartyRows(tx, row.id);
  if (gone.length > 0) {
    tx.record('annex.controls.party-requirement.changed.v1', {
      rows: gone.map((one) => ({ ...requirementEvent(one), version: one.version + 1, deleted: true })),
    });
  }
  const version = row.version + 1;
  tx.record('annex.controls.interested-party.changed.v1', { rows: [{ ...partyEvent(row), version, deleted: true }] });
  await judge(tx, 'controls', [row.ismsId], [...partyRules, ...scopeRules]);
  return { id: row.id, version };
}

/** Announces the parties of an ISMS and what they require as they are now (`annex resync`). */
export async function announceParties(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const parties = await partiesOf(tx, ismsId).orderBy('id').execute();
  if (parties.length > 0) tx.record('annex.controls.interested-party.changed.v1', { rows: parties.map(partyEvent) });
  const requirements = await requirementsOfIsms(tx, ismsId);
  if (requirements.length > 0)
    tx.record('annex.controls.party-requirement.changed.v1', { rows: requirements.map(requirementEvent) });
}
