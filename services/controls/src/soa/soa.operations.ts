import { AnnexError, type EventRow, personActing } from '@annex/schema';
import { type Caller, checkVersion, entityFields, ismsOf, judge, newId, type WriteTx } from '@annex/service';
import { actingPerson } from '../acting.ts';
import type { ControlsDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdIsms, lockIsms } from '../isms/isms.store.ts';
import { checkNotRetired } from '../isms/isms.ts';
import { liveRows } from './soa.live.ts';
import { soaRules } from './soa.rules.ts';
import {
  approvalsOf,
  contentsOf,
  insertVersion,
  lastNumber,
  lockVersion,
  type SoaApprovalRow,
  type SoaVersionRow,
  updateApproval,
  updateVersion,
  versionWith,
} from './soa.store.ts';
import {
  type AskedApproval,
  checkApprovals,
  checkTransition,
  contentHash,
  contentText,
  refuseProblems,
  type SoaContent,
} from './soa.ts';

export interface SubmitInput {
  readonly ismsId?: string | null;
  readonly approvals: readonly AskedApproval[];
  readonly note?: string | null;
}

export interface JudgeVersionInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly decision: 'APPROVED' | 'SENT_BACK';
  readonly note?: string | null;
}

export interface WithdrawInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

export function soaEvent(row: SoaVersionRow): EventRow<'annex.controls.soa.changed.v1'> {
  const { id, ismsId, version, number, status, contentHash: hash, controls, necessary, implemented, submittedBy } = row;
  return {
    ...{ id, ismsId, version, number, status, contentHash: hash, controls, necessary, implemented, submittedBy },
    submittedAt: row.submittedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

/**
 * Freezes the live statement as a new version and asks people for their approval (27001, 6.1.3 d). Refused while a problem stands in the
 * way; what it says never changes from here on.
 * @throws AnnexError STATE_CONFLICT listing each problem, or where a version is under review; BAD_INPUT
 */
export async function submitSoa(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: SubmitInput,
): Promise<{ id: string; version: number }> {
  const author = personActing(caller.personId, 'A statement is submitted');
  // One after the other: numbers follow each other, and one version at most is under review.
  const isms = await lockIsms(tx, await ismsOf(tx, input.ismsId));
  checkNotRetired(isms);
  checkApprovals(input.approvals, author);
  const approvals = input.approvals.map(({ personId, role }, index) => ({
    personId,
    role: text(`input.approvals.${index}.role`, role, 100, 'required'),
  }));
  const reviewed = await versionWith(tx, isms.id, 'IN_REVIEW');
  if (reviewed) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `Version ${reviewed.number} is under review; it is decided or withdrawn first`,
      {
        details: {
          kind: 'SoaVersion',
          id: reviewed.id,
          present: reviewed.status,
          allowed: ['APPROVED', 'SENT_BACK', 'WITHDRAWN'],
        },
      },
    );
  }
  const rows = await liveRows(tx, isms.id);
  refuseProblems(rows);
  const number = (await lastNumber(tx, isms.id)) + 1;
  const content: SoaContent = {
    format: 'annex-soa-1',
    isms: { id: isms.id, name: isms.name, scope: isms.scope },
    number,
    comparedWith: 'iso27001:2022',
    submittedBy: actingPerson(tx.scope),
    submittedAt: tx.now.toISOString(),
    rows,
  };
  const frozen = contentText(content);
  const necessary = rows.filter((row) => row.decision === 'NECESSARY');
  const row: SoaVersionRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId: isms.id,
    version: 1,
    number,
    status: 'IN_REVIEW',
    contentHash: contentHash(frozen),
    controls: rows.length,
    necessary: necessary.length,
    implemented: necessary.filter((one) => one.status === 'IMPLEMENTED').length,
    note: text('input.note', input.note ?? '', 2000, 'optional'),
    submittedBy: actingPerson(tx.scope),
    submittedAt: tx.now,
    decidedAt: null,
    supersededAt: null,
  };
  const asked = approvals.map(
    (one): SoaApprovalRow => ({
      ...entityFields(tx),
      id: newId(),
      ismsId: isms.id,
      version: 1,
      soaVersionId: row.id,
      ...one,
      decision: 'PENDING',
      note: '',
      decidedAt: null,
    }),
  );
  await insertVersion(tx, row, asked, { id: newId(), text: frozen });
  tx.record('annex.controls.soa.changed.v1', { rows: [soaEvent(row)] });
  return { id: row.id, version: row.version };
}

/** What stands against a frozen statement now: a need that came after it was submitted. */
async function refuseNewNeeds(tx: WriteTx<ControlsDatabase>, version: SoaVersionRow): Promise<void> {
  const [frozen] = await contentsOf(tx, [version.id]);
  const { rows } = JSON.parse(frozen ?? '') as SoaContent;
  const live = new Map((await liveRows(tx, version.ismsId)).map((row) => [row.controlId, row]));
  refuseProblems(
    rows.map((row) => ({
      ...row,
      risks: live.get(row.controlId)?.risks ?? [],
      obligations: live.get(row.controlId)?.obligations ?? [],
      // What was justified by a risk or an obligation when it was submitted stays justified.
      justification: row.justification || [...row.risks, ...row.obligations].map((one) => one.reference).join(', '),
    })),
  );
}

/**
 * One of the people who were asked approves a version or sends it back. The last approval puts it in force and supersedes the one before;
 * the first refusal ends it.
 * @throws AnnexError FORBIDDEN for who was not asked or submitted it, STATE_CONFLICT, VERSION_CONFLICT
 */
export async function judgeSoa(
  tx: WriteTx<ControlsDatabase>,
  caller: Caller,
  input: JudgeVersionInput,
): Promise<{ id: string; version: number }> {
  const person = personActing(caller.personId, 'A statement is approved');
  const row = await lockVersion(tx, input.id);
  checkVersion('SoaVersion', row.id, row.version, input.expectedVersion);
  checkNotRetired(await holdIsms(tx, row.ismsId));
  if (row.submittedBy === `person:${person}`)
    throw new AnnexError('FORBIDDEN', 'Who submitted a statement does not approve it; another person does');
  const [approvals = []] = await approvalsOf(tx, [row.id]);
  const asked = approvals.find((one) => one.personId === person);
  if (!asked) throw new AnnexError('FORBIDDEN', 'Only the people who were asked approve this version or send it back');
  const note = text('input.note', input.note ?? '', 2000, input.decision === 'SENT_BACK' ? 'required' : 'optional');
  if (row.status !== 'IN_REVIEW') checkTransition(row.id, row.status, input.decision);
  if (asked.decision !== 'PENDING') {
    throw new AnnexError('STATE_CONFLICT', `You have decided on version ${row.number} already`, {
      details: { kind: 'SoaVersion', id: row.id, present: asked.decision, allowed: [] },
    });
  }
  if (input.decision === 'APPROVED') await refuseNewNeeds(tx, row);
  await updateApproval(tx, { ...asked, version: asked.version + 1, decision: input.decision, note, decidedAt: tx.now });
  const left = approvals.filter((one) => one.decision === 'PENDING' && one.id !== asked.id).length;
  const ended = input.decision === 'SENT_BACK' ? 'SENT_BACK' : left === 0 ? 'APPROVED' : undefined;
  const next: SoaVersionRow = {
    ...row,
    version: row.version + 1,
    ...(ended ? { status: ended, decidedAt: tx.now } : {}),
  };
  const events = [next];
  if (ended === 'APPROVED') {
    const former = await versionWith(tx, row.ismsId, 'APPROVED');
    if (former) {
      const superseded: SoaVersionRow = {
        ...former,
        version: former.version + 1,
        status: 'SUPERSEDED',
        supersededAt: tx.now,
      };
      await updateVersion(tx, superseded);
      events.unshift(superseded);
    }
  }
  await updateVersion(tx, next);
  tx.record('annex.controls.soa.changed.v1', { rows: events.map(soaEvent) });
  if (ended === 'APPROVED') await judge(tx, 'controls', [row.ismsId], soaRules);
  return { id: row.id, version: next.version };
}

/** Takes a version back that is under review, so that another can be submitted. @throws AnnexError STATE_CONFLICT, VERSION_CONFLICT */
export async function withdrawSoa(
  tx: WriteTx<ControlsDatabase>,
  input: WithdrawInput,
): Promise<{ id: string; version: number }> {
  const row = await lockVersion(tx, input.id);
  checkVersion('SoaVersion', row.id, row.version, input.expectedVersion);
  checkNotRetired(await holdIsms(tx, row.ismsId));
  checkTransition(row.id, row.status, 'WITHDRAWN');
  const next: SoaVersionRow = { ...row, version: row.version + 1, status: 'WITHDRAWN', decidedAt: tx.now };
  await updateVersion(tx, next);
  tx.record('annex.controls.soa.changed.v1', { rows: [soaEvent(next)] });
  return { id: row.id, version: next.version };
}
