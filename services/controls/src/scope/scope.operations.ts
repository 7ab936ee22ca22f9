import { isDeepStrictEqual } from 'node:util';
import { AnnexError, type EventRow } from '@annex/schema';
import {
  type Caller,
  type Changed,
  checkVersion,
  entityFields,
  ismsOf,
  judge,
  newId,
  type WriteTx,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { ismsEvent } from '../isms/isms.operations.ts';
import { type IsmsRow, lockIsms, updateIsmsRow } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { byName, findProcesses } from '../process/process.store.ts';
import { findSites } from '../site/site.store.ts';
import { scopeRules } from './scope.rules.ts';
import {
  approvedScope,
  insertScopeVersion,
  lastScopeNumber,
  openScope,
  readScopeVersion,
  type ScopeVersionRow,
  scopeVersionsOf,
  updateScopeVersion,
} from './scope.store.ts';
import {
  checkDecider,
  checkDraft,
  checkTransition,
  type Frozen,
  refuseIncomplete,
  type ScopeContent,
  type ScopeInput,
  scopeContent,
} from './scope.ts';

export interface DraftScopeInput extends ScopeInput {
  readonly ismsId?: string | null;
}

interface VersionInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

export type UpdateScopeInput = ScopeInput & VersionInput;

export interface SubmitScopeInput extends VersionInput {
  readonly note?: string | null;
}

export interface JudgeScopeInput extends VersionInput {
  readonly decision: 'APPROVED' | 'SENT_BACK';
  readonly note?: string | null;
}

export type WithdrawScopeInput = VersionInput;

function scopeEvent(row: ScopeVersionRow): EventRow<'annex.controls.scope.changed.v1'> {
  const { id, ismsId, version, number, status, siteIds, processIds, submittedBy, decidedBy } = row;
  return {
    ...{ id, ismsId, version, number, status, siteIds, processIds, submittedBy, decidedBy },
    submittedAt: row.submittedAt?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

/** What a version says after the change; the sites and processes that are named now are looked up, those that stay are known. */
async function contentOf(
  tx: WriteTx<ControlsDatabase>,
  ismsId: string,
  input: ScopeInput,
  before: ScopeContent,
): Promise<ScopeContent> {
  const needed = (input.dependencies ?? []).flatMap((one) => one.processId ?? []);
  const found = {
    site: await findSites(tx, input.siteIds ?? []),
    process: await findProcesses(tx, [...(input.processIds ?? []), ...needed]),
  };
  return scopeContent(input, before, (kind, id) => found[kind].some((row) => row.id === id && row.ismsId === ismsId));
}

const nothing: ScopeContent = {
  statement: '',
  boundaries: '',
  considered: '',
  siteIds: [],
  processIds: [],
  interfaces: [],
  dependencies: [],
  exclusions: [],
};

/**
 * Drafts the next version of a scope (27001, 4.3), from the version in force where one is.
 * @throws AnnexError STATE_CONFLICT while another is drafted or under review, BAD_INPUT
 */
export async function draftScope(tx: WriteTx<ControlsDatabase>, input: DraftScopeInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const open = await openScope(tx, isms.id);
  if (open) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `Version ${open.number} of the scope is ${open.status}; one is worked on at a time`,
      {
        details: { kind: 'ScopeVersion', id: open.id, present: open.status, allowed: ['APPROVED'] },
      },
    );
  }
  const former = await approvedScope(tx, isms.id);
  const row: ScopeVersionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    number: (await lastScopeNumber(tx, isms.id)) + 1,
    status: 'DRAFT',
    ...(await contentOf(tx, isms.id, input, former ?? { ...nothing, statement: isms.scope })),
    frozen: null,
    authors: [tx.scope.actor],
    note: '',
    submittedBy: null,
    submittedAt: null,
    reviewNote: '',
    decidedBy: null,
    decidedAt: null,
    supersededAt: null,
  };
  await insertScopeVersion(tx, row);
  tx.record('annex.controls.scope.changed.v1', { rows: [scopeEvent(row)] });
  return { id: row.id, version: row.version };
}

/** The version with its ISMS locked: all changes of a scope, its sites and its processes come one after the other. */
async function take(
  tx: WriteTx<ControlsDatabase>,
  { id, expectedVersion }: VersionInput,
): Promise<{ isms: IsmsRow; row: ScopeVersionRow }> {
  const isms = await lockIsms(tx, (await readScopeVersion(tx, id)).ismsId);
  checkNotRetired(isms);
  const row = await readScopeVersion(tx, id);
  checkVersion('ScopeVersion', row.id, row.version, expectedVersion);
  return { isms, row };
}

async function keep(tx: WriteTx<ControlsDatabase>, rows: readonly ScopeVersionRow[]): Promise<void> {
  for (const row of rows) await updateScopeVersion(tx, row);
  tx.record('annex.controls.scope.changed.v1', { rows: rows.map(scopeEvent) });
}

/** Changes what is given of a draft and leaves the rest. A change that changes nothing makes no version. */
export async function updateScope(tx: WriteTx<ControlsDatabase>, input: UpdateScopeInput): Promise<Changed> {
  const { row } = await take(tx, input);
  checkDraft(row);
  const content = await contentOf(tx, row.ismsId, input, row);
  // Deep, since jsonb gives keys back in an order of its own.
  const same = (Object.keys(nothing) as (keyof ScopeContent)[]).every((field) =>
    isDeepStrictEqual(row[field], content[field]),
  );
  if (same) return { id: row.id, version: row.version };
  const authors = [...new Set([...row.authors, tx.scope.actor])];
  const next: ScopeVersionRow = { ...row, ...content, authors, version: row.version + 1 };
  await keep(tx, [next]);
  return { id: row.id, version: next.version };
}

/** Sites and processes as they are at this moment, by name. */
async function freeze(tx: WriteTx<ControlsDatabase>, row: ScopeVersionRow): Promise<Frozen> {
  const sites = byName(await findSites(tx, row.siteIds));
  const processes = byName(await findProcesses(tx, row.processIds));
  return {
    sites: sites.map(({ id, name, kind, description }) => ({ id, name, kind, description })),
    processes: processes.map(({ id, name, description }) => ({ id, name, description })),
  };
}

/**
 * Puts a draft before those who approve. What it says, its sites and processes included, stands still from here on.
 * @throws AnnexError STATE_CONFLICT listing what is missing
 */
export async function submitScope(tx: WriteTx<ControlsDatabase>, input: SubmitScopeInput): Promise<Changed> {
  const { row } = await take(tx, input);
  checkTransition(row.id, row.status, 'IN_REVIEW');
  refuseIncomplete(row);
  const next: ScopeVersionRow = {
    ...row,
    version: row.version + 1,
    status: 'IN_REVIEW',
    frozen: await freeze(tx, row),
    note: text('input.note', input.note ?? '', 2000, 'optional'),
    submittedBy: tx.scope.actor,
    submittedAt: tx.now,
    reviewNote: '',
    decidedBy: null,
    decidedAt: null,
  };
  await keep(tx, [next]);
  return { id: row.id, version: next.version };
}

/** Takes a version back that is under review, so that it can be changed. @throws AnnexError STATE_CONFLICT, VERSION_CONFLICT */
export async function withdrawScope(tx: WriteTx<ControlsDatabase>, input: WithdrawScopeInput): Promise<Changed> {
  const { row } = await take(tx, input);
  checkTransition(row.id, row.status, 'DRAFT');
  const next: ScopeVersionRow = { ...row, version: row.version + 1, status: 'DRAFT', frozen: null };
  await keep(tx, [next]);
  return { id: row.id, version: next.version };
}

/** The statement in force is that of the ISMS. */
async function putInForce(tx: WriteTx<ControlsDatabase>, isms: IsmsRow, statement: string): Promise<void> {
  if (isms.scope === statement) return;
  const next: IsmsRow = { ...isms, scope: statement, version: isms.version + 1 };
  await updateIsmsRow(tx, next);
  tx.record('annex.controls.isms.changed.v1', { rows: [ismsEvent(next)] });
}

/**
 * A person who neither wrote nor submitted a version approves it or sends it back (four eyes). Approval puts it in force, supersedes the
 * version before, and makes its statement that of the ISMS.
 * @throws AnnexError FORBIDDEN, STATE_CONFLICT, VERSION_CONFLICT
 */
export async function judgeScope(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: JudgeScopeInput,
): Promise<Changed> {
  const { isms, row } = await take(tx, input);
  const decidedBy = checkDecider(caller.personId, row);
  const approves = input.decision === 'APPROVED';
  checkTransition(row.id, row.status, approves ? 'APPROVED' : 'DRAFT');
  const next: ScopeVersionRow = {
    ...row,
    version: row.version + 1,
    status: approves ? 'APPROVED' : 'DRAFT',
    frozen: approves ? row.frozen : null,
    reviewNote: text('input.note', input.note ?? '', 2000, approves ? 'optional' : 'required'),
    decidedBy,
    decidedAt: tx.now,
  };
  const former = approves ? await approvedScope(tx, row.ismsId) : undefined;
  const superseded: ScopeVersionRow[] = former
    ? [{ ...former, version: former.version + 1, status: 'SUPERSEDED', supersededAt: tx.now }]
    : [];
  await keep(tx, [...superseded, next]);
  if (approves) {
    await putInForce(tx, isms, row.statement);
    await judge(tx, 'controls', [row.ismsId], scopeRules);
  }
  return { id: row.id, version: next.version };
}

/** Announces the versions of an ISMS's scope as they are now (`annex resync`). */
export async function announceScope(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const rows = await scopeVersionsOf(tx, ismsId).orderBy('number').execute();
  if (rows.length > 0) tx.record('annex.controls.scope.changed.v1', { rows: rows.map(scopeEvent) });
}
