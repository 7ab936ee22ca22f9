import type { EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, judge, newId, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { scopeRules } from '../scope/scope.rules.ts';
import { partyRules } from './party.rules.ts';
import {
  deleteRequirementRow,
  insertRequirement,
  type PartyRequirementRow,
  readParty,
  readRequirement,
  updateRequirementRow,
} from './party.store.ts';
import { decided, type RequirementDecision } from './party.ts';

interface Deciding {
  readonly decision?: RequirementDecision | null;
  readonly explanation?: string | null;
}

export interface CreateRequirementInput extends Deciding {
  readonly partyId: string;
  readonly requirement: string;
}

export interface UpdateRequirementInput extends Deciding {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly requirement?: string | null;
}

export interface DeleteRequirementInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

export function requirementEvent(row: PartyRequirementRow): EventRow<'annex.controls.party-requirement.changed.v1'> {
  const { id, ismsId, version, partyId, decision, decidedBy, decidedAt } = row;
  return { id, ismsId, version, partyId, decision, decidedBy, decidedAt: decidedAt?.toISOString() ?? null };
}

/** Who decided and when, where it is decided otherwise than before. */
function decisionOf(tx: WriteTx<ControlsDatabase>, input: Deciding, before?: PartyRequirementRow) {
  const { decision, explanation } = decided(input, before);
  if (before?.decision === decision && before.explanation === explanation)
    return { decision, explanation, decidedBy: before.decidedBy, decidedAt: before.decidedAt };
  const open = decision === 'UNDECIDED';
  return { decision, explanation, decidedBy: open ? null : tx.scope.actor, decidedAt: open ? null : tx.now };
}

async function keep(tx: WriteTx<ControlsDatabase>, row: PartyRequirementRow): Promise<Changed> {
  tx.record('annex.controls.party-requirement.changed.v1', { rows: [requirementEvent(row)] });
  await judge(tx, 'controls', [row.ismsId], [...partyRules, ...scopeRules]);
  return { id: row.id, version: row.version };
}

/** Records what a party requires (27001, 4.2 b). */
export async function createRequirement(
  tx: WriteTx<ControlsDatabase>,
  input: CreateRequirementInput,
): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readParty(tx, input.partyId)).ismsId));
  // Again, now that nobody can take it away.
  const party = await readParty(tx, input.partyId);
  const row: PartyRequirementRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: party.ismsId,
    version: 1,
    partyId: party.id,
    requirement: text('input.requirement', input.requirement, 5000, 'required'),
    ...decisionOf(tx, input),
  };
  await insertRequirement(tx, row);
  return keep(tx, row);
}

async function take(
  tx: WriteTx<ControlsDatabase>,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<PartyRequirementRow> {
  checkNotRetired(await lockIsms(tx, (await readRequirement(tx, id)).ismsId));
  const row = await readRequirement(tx, id);
  checkVersion('PartyRequirement', row.id, row.version, expectedVersion);
  return row;
}

/** Changes a requirement or decides whether the ISMS addresses it (27001, 4.2 c). A change that changes nothing makes no version. */
export async function updateRequirement(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateRequirementInput,
): Promise<Changed> {
  const row = await take(tx, input);
  const changed: PartyRequirementRow = {
    ...row,
    requirement: text('input.requirement', input.requirement ?? row.requirement, 5000, 'required'),
    ...decisionOf(tx, input, row),
    version: row.version + 1,
  };
  const same = (['requirement', 'decision', 'explanation'] as const).every((field) => row[field] === changed[field]);
  if (same) return { id: row.id, version: row.version };
  await updateRequirementRow(tx, changed);
  return keep(tx, changed);
}

/** Takes a requirement away. @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function deleteRequirement(
  tx: WriteTx<ControlsDatabase>,
  input: DeleteRequirementInput,
): Promise<Changed> {
  const row = await take(tx, input);
  await deleteRequirementRow(tx, row.id);
  const version = row.version + 1;
  tx.record('annex.controls.party-requirement.changed.v1', {
    rows: [{ ...requirementEvent(row), version, deleted: true }],
  });
  await judge(tx, 'controls', [row.ismsId], [...partyRules, ...scopeRules]);
  return { id: row.id, version };
}
