import { AnnexError, type EventRow } from '@annex/schema';
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
import { scopeRules } from '../scope/scope.rules.ts';
import { contextRules } from './context.rules.ts';
import {
  type ClimateRow,
  type ContextIssueRow,
  determinationsOf,
  insertDetermination,
  insertIssue,
  issuesOf,
  nextReview,
  readIssue,
  updateIssueRow,
} from './context.store.ts';
import type { ClimateRelevance, IssueKind, IssueStatus } from './context.ts';

export interface CreateIssueInput {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly description?: string | null;
  readonly kind: IssueKind;
  readonly relevance: string;
  readonly reviewDate?: Date | null;
}

export interface UpdateIssueInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly kind?: IssueKind | null;
  readonly relevance?: string | null;
  readonly status?: IssueStatus | null;
  readonly reviewDate?: Date | null;
}

export interface DetermineInput {
  readonly ismsId?: string | null;
  readonly expectedNumber?: number | null;
  readonly relevance: ClimateRelevance;
  readonly reason: string;
  readonly reviewDate?: Date | null;
}

/** The due kind of an ISMS's context: something in it is to be looked at again. */
export const contextReviewDue = 'controls.context-review';

function issueEvent(row: ContextIssueRow): EventRow<'annex.controls.context-issue.changed.v1'> {
  const { id, ismsId, version, reference, title, kind, status, reviewDate } = row;
  return { id, ismsId, version, reference, title, kind, status, reviewDate: reviewDate?.toISOString() ?? null };
}

function climateEvent(row: ClimateRow): EventRow<'annex.controls.climate.changed.v1'> {
  const { id, ismsId, version, number, relevance, determinedBy, determinedAt, reviewDate } = row;
  return {
    ...{ id, ismsId, version, number, relevance, determinedBy },
    determinedAt: determinedAt.toISOString(),
    reviewDate: reviewDate?.toISOString() ?? null,
  };
}

/** Judges what follows from the context now, and sees to it that the next date on which it changes by itself is not missed. */
async function settle(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const next = await nextReview(tx, ismsId);
  await schedule(tx, contextReviewDue, ismsId, next);
  await judge(tx, 'controls', [ismsId], [...contextRules, ...scopeRules]);
}

/** A review date has come. */
export const contextReviewIsDue: DueHandler<ControlsDatabase> = (tx, due) => settle(tx, due.subjectId);

/** Records an issue that bears on the ISMS (27001, 4.1). */
export async function createIssue(tx: WriteTx<ControlsDatabase>, input: CreateIssueInput): Promise<Changed> {
  // Locked, not held: the next review is one for all issues, so that two changes at once must not each see half of them.
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const row: ContextIssueRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    title: text('input.title', input.title, 300, 'required'),
    description: text('input.description', input.description ?? '', 10_000, 'optional'),
    kind: input.kind,
    relevance: text('input.relevance', input.relevance, 5000, 'required'),
    status: 'OPEN',
    reviewDate: input.reviewDate ?? null,
    reference: await nextReference(tx, isms.id, 'CI'),
  };
  await insertIssue(tx, row);
  tx.record('annex.controls.context-issue.changed.v1', { rows: [issueEvent(row)] });
  await settle(tx, isms.id);
  return { id: row.id, version: row.version };
}

/** Changes what is given and leaves the rest; `reviewDate: null` takes the date away. A change that changes nothing makes no version. */
export async function updateIssue(tx: WriteTx<ControlsDatabase>, input: UpdateIssueInput): Promise<Changed> {
  checkNotRetired(await lockIsms(tx, (await readIssue(tx, input.id)).ismsId));
  const row = await readIssue(tx, input.id);
  checkVersion('ContextIssue', row.id, row.version, input.expectedVersion);
  const changed: ContextIssueRow = {
    ...row,
    title: text('input.title', input.title ?? row.title, 300, 'required'),
    description: text('input.description', input.description ?? row.description, 10_000, 'optional'),
    kind: input.kind ?? row.kind,
    relevance: text('input.relevance', input.relevance ?? row.relevance, 5000, 'required'),
    status: input.status ?? row.status,
    reviewDate: input.reviewDate === undefined ? row.reviewDate : input.reviewDate,
    version: row.version + 1,
  };
  const fields = ['title', 'description', 'kind', 'relevance', 'status'] as const;
  const sameDate = row.reviewDate?.getTime() === changed.reviewDate?.getTime();
  if (sameDate && fields.every((field) => row[field] === changed[field])) return { id: row.id, version: row.version };
  await updateIssueRow(tx, changed);
  tx.record('annex.controls.context-issue.changed.v1', { rows: [issueEvent(changed)] });
  await settle(tx, row.ismsId);
  return { id: row.id, version: changed.version };
}

/**
 * Determines whether climate change is a relevant issue (27001, 4.1 as amended in 2024). Every determination is kept.
 * @throws AnnexError VERSION_CONFLICT where another was made since, BAD_INPUT without a reason
 */
export async function determineClimate(tx: WriteTx<ControlsDatabase>, input: DetermineInput): Promise<Changed> {
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  const [latest] = await determinationsOf(tx, isms.id, 1);
  const present = latest?.number ?? 0;
  const { expectedNumber } = input;
  if (expectedNumber !== null && expectedNumber !== undefined && expectedNumber !== present) {
    throw new AnnexError('VERSION_CONFLICT', `The latest determination is number ${present}, not ${expectedNumber}`, {
      details: { kind: 'ClimateDetermination', id: isms.id, presentVersion: present, expectedVersion: expectedNumber },
    });
  }
  const row: ClimateRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    number: present + 1,
    relevance: input.relevance,
    reason: text('input.reason', input.reason, 5000, 'required'),
    reviewDate: input.reviewDate ?? null,
    determinedBy: tx.scope.actor,
    determinedAt: tx.now,
  };
  await insertDetermination(tx, row);
  tx.record('annex.controls.climate.changed.v1', { rows: [climateEvent(row)] });
  await settle(tx, isms.id);
  return { id: isms.id, version: row.number };
}

/** Announces the issues and determinations of an ISMS as they are now (`annex resync`). */
export async function announceContext(tx: WriteTx<ControlsDatabase>, ismsId: string): Promise<void> {
  const issues = await issuesOf(tx, ismsId).orderBy('id').execute();
  if (issues.length > 0) tx.record('annex.controls.context-issue.changed.v1', { rows: issues.map(issueEvent) });
  const determinations = (await determinationsOf(tx, ismsId, 1000)).reverse();
  if (determinations.length > 0)
    tx.record('annex.controls.climate.changed.v1', { rows: determinations.map(climateEvent) });
}
