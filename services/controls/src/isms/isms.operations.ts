import { AnnexError, type EventRow } from '@annex/schema';
import { checkVersion, entityFields, judge, newId, type WriteTx } from '@annex/service';
import { rules } from '../conformity.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { approvedScope } from '../scope/scope.store.ts';
import { type IsmsRow, insertIsms, lockIsms, updateIsmsRow } from './isms.store.ts';
import { checkTransition, type IsmsStatus } from './isms.ts';

export interface CreateIsmsInput {
  readonly name: string;
  readonly description?: string | null;
  readonly scope?: string | null;
}

export interface UpdateIsmsInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly scope?: string | null;
  readonly status?: IsmsStatus | null;
}

export function ismsEvent(row: IsmsRow): EventRow<'annex.controls.isms.changed.v1'> {
  return { id: row.id, version: row.version, name: row.name, status: row.status };
}

/** The unique index decides, also between two transactions; its refusal ends this one. */
async function namedOnce(name: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw new AnnexError('ALREADY_EXISTS', `There is an ISMS named ${name} already`, {
      faults: [{ field: 'input.name', given: name, allowed: 'a name that no other ISMS of the tenant has' }],
      cause: error,
    });
  }
}

/** Establishes an ISMS (27001, 4.4). It may begin without a scope statement; clause 4.3 shows the gap. */
export async function createIsms(
  tx: WriteTx<ControlsDatabase>,
  input: CreateIsmsInput,
): Promise<{ id: string; version: number }> {
  const row: IsmsRow = {
    ...entityFields(tx),
    id: newId(),
    version: 1,
    name: text('input.name', input.name, 200, 'required'),
    description: text('input.description', input.description ?? '', 10_000, 'optional'),
    scope: text('input.scope', input.scope ?? '', 20_000, 'optional'),
    status: 'ESTABLISHING',
  };
  await namedOnce(row.name, () => insertIsms(tx, row));
  tx.record('annex.controls.isms.changed.v1', { rows: [ismsEvent(row)] });
  await judge(tx, 'controls', [row.id], rules);
  return { id: row.id, version: row.version };
}

/** A statement that was approved changes with the next version of the scope, under four eyes (27001, 4.3). @throws AnnexError STATE_CONFLICT */
async function refuseApproved(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const approved = await approvedScope(tx, ismsId);
  if (!approved) return;
  throw new AnnexError(
    'STATE_CONFLICT',
    `Version ${approved.number} of the scope is approved; draft the next one to change the statement`,
    {
      details: { kind: 'ScopeVersion', id: approved.id, present: approved.status, allowed: ['SUPERSEDED'] },
    },
  );
}

/** Changes what is given and leaves the rest. A change that changes nothing makes no version. */
export async function updateIsms(
  tx: WriteTx<ControlsDatabase>,
  input: UpdateIsmsInput,
): Promise<{ id: string; version: number }> {
  const row = await lockIsms(tx, input.id);
  checkVersion('Isms', row.id, row.version, input.expectedVersion);
  const changed: IsmsRow = {
    ...row,
    name: text('input.name', input.name ?? row.name, 200, 'required'),
    description: text('input.description', input.description ?? row.description, 10_000, 'optional'),
    scope: text('input.scope', input.scope ?? row.scope, 20_000, 'optional'),
    status: input.status ?? row.status,
    version: row.version + 1,
  };
  checkTransition(row.id, row.status, changed.status);
  if (changed.scope !== row.scope) await refuseApproved(tx, row.id);
  const same = (['name', 'description', 'scope', 'status'] as const).every((field) => row[field] === changed[field]);
  if (same) return { id: row.id, version: row.version };
  await namedOnce(changed.name, () => updateIsmsRow(tx, changed));
  tx.record('annex.controls.isms.changed.v1', { rows: [ismsEvent(changed)] });
  await judge(tx, 'controls', [row.id], rules);
  return { id: row.id, version: changed.version };
}
