import { AnnexError, notFound, refuseAll } from '@annex/schema';
import { type Caller, type Changed, checkVersion, entityFields, ismsOf, newId, type WriteTx } from '@annex/service';
import { holdRead, putInForce, ratedFaults } from '../criteria/criteria.operations.ts';
import { type CriteriaRow, holdCriteria } from '../criteria/criteria.store.ts';
import type { Criteria } from '../criteria/criteria.ts';
import { type CriteriaInput, checkedCriteria } from '../criteria/criteria.validation.ts';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { registerOf } from '../risk/risk.store.ts';
import {
  allProposals,
  findProposals,
  insertCriteriaVersion,
  insertProposal,
  lastCriteriaVersion,
  lastProposalNumber,
  openProposal,
  type ProposalRow,
  proposalEvent,
  updateProposalRow,
} from './proposal.store.ts';
import { checkDecider, checkDraft, checkTransition } from './proposal.ts';

export interface ProposeCriteriaInput extends CriteriaInput {
  readonly ismsId?: string | null;
  /** Of the criteria in force. */
  readonly expectedVersion: number;
  readonly note?: string | null;
  readonly draft?: boolean | null;
}

interface ProposalInput {
  readonly id: string;
  readonly expectedVersion: number;
}

export interface UpdateProposalInput extends CriteriaInput, ProposalInput {
  readonly criteriaVersion: number;
  readonly note?: string | null;
}

export interface ProposalStepInput extends ProposalInput {
  readonly note?: string | null;
}

/** A step that says why. */
export interface ReasonedProposalStepInput extends ProposalInput {
  readonly reason: string;
}

const noteOf = (note: string | null | undefined) => text('input.note', note ?? '', 4000, 'optional');

/** What is proposed, checked in full: by itself, and against what is rated. */
async function checkedContent(
  tx: WriteTx<RiskDatabase>,
  present: CriteriaRow,
  input: CriteriaInput,
): Promise<Criteria> {
  const content = checkedCriteria(input, present);
  refuseAll('BAD_INPUT', ratedFaults(await registerOf(tx, present.ismsId), present, content));
  return content;
}

const submitted = (tx: WriteTx<RiskDatabase>) => ({
  status: 'IN_REVIEW' as const,
  submittedBy: tx.scope.actor,
  submittedAt: tx.now,
});

/**
 * Puts criteria whose ISMS is held, checked already, before those who approve, or keeps them as a draft.
 * @throws AnnexError STATE_CONFLICT while another proposal of the ISMS is open
 */
export async function keepProposal(
  tx: WriteTx<RiskDatabase>,
  present: CriteriaRow,
  content: Criteria,
  { note, draft }: Pick<ProposeCriteriaInput, 'note' | 'draft'>,
): Promise<ProposalRow> {
  const { ismsId, version: criteriaVersion } = present;
  const open = await openProposal(tx, ismsId);
  if (open) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `Proposal ${open.number} of the criteria is ${open.status}; one is worked on at a time`,
      {
        details: {
          kind: 'RiskCriteriaProposal',
          id: open.id,
          present: open.status,
          allowed: ['APPROVED', 'WITHDRAWN'],
        },
      },
    );
  }
  const row: ProposalRow = {
    ...entityFields(tx),
    id: newId(),
    ismsId,
    version: 1,
    number: (await lastProposalNumber(tx, ismsId)) + 1,
    criteriaVersion,
    content,
    authors: [tx.scope.actor],
    note: noteOf(note),
    reviewNote: '',
    decidedBy: null,
    decidedAt: null,
    ...(draft ? { status: 'DRAFT', submittedBy: null, submittedAt: null } : submitted(tx)),
  };
  await insertProposal(tx, row);
  tx.record('annex.risk.criteria-proposal.changed.v1', { rows: [proposalEvent(row)] });
  return row;
}

/**
 * Proposes other criteria (27001, 6.1.2 a). Nothing moves until another person approves them.
 * @throws AnnexError BAD_INPUT with every fault, STATE_CONFLICT, VERSION_CONFLICT
 */
export async function proposeCriteria(tx: WriteTx<RiskDatabase>, input: ProposeCriteriaInput): Promise<Changed> {
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const present = await holdRead(tx, ismsId, input.expectedVersion);
  const { id, version } = await keepProposal(tx, present, await checkedContent(tx, present, input), input);
  return { id, version };
}

/** A proposal with the criteria of its ISMS held: all changes of criteria come one after the other. */
export async function takeProposal(
  tx: WriteTx<RiskDatabase>,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<{ row: ProposalRow; present: CriteriaRow }> {
  const [seen] = await findProposals(tx, [id]);
  if (!seen) throw notFound('RiskCriteriaProposal', id);
  await holdActiveIsms(tx, seen.ismsId);
  const present = await holdCriteria(tx, seen.ismsId, 'update');
  const [row] = await findProposals(tx, [id]);
  if (!row || !present) throw notFound('RiskCriteriaProposal', id);
  checkVersion('RiskCriteriaProposal', id, row.version, expectedVersion);
  return { row, present };
}

/** Writes a change of a proposal that is taken, and tells of it. */
export async function changeProposal(
  tx: WriteTx<RiskDatabase>,
  present: ProposalRow,
  patch: Partial<ProposalRow>,
): Promise<Changed> {
  const next: ProposalRow = { ...present, ...patch, version: present.version + 1 };
  await updateProposalRow(tx, next);
  tx.record('annex.risk.criteria-proposal.changed.v1', { rows: [proposalEvent(next)] });
  return { id: next.id, version: next.version };
}

/** Writes a draft anew, against the criteria that were read. @throws AnnexError BAD_INPUT, STATE_CONFLICT, VERSION_CONFLICT */
export async function updateProposal(tx: WriteTx<RiskDatabase>, input: UpdateProposalInput): Promise<Changed> {
  const { row, present } = await takeProposal(tx, input);
  checkDraft(row);
  checkVersion('RiskCriteria', present.id, present.version, input.criteriaVersion);
  const content = await checkedContent(tx, present, input);
  const authors = [...new Set([...row.authors, tx.scope.actor])];
  const note = input.note == null ? row.note : noteOf(input.note);
  return changeProposal(tx, row, { content, criteriaVersion: present.version, authors, note });
}

/** Puts a draft before those who approve; what it says stands still from here on. @throws AnnexError STATE_CONFLICT, VERSION_CONFLICT */
export async function submitProposal(tx: WriteTx<RiskDatabase>, input: ProposalStepInput): Promise<Changed> {
  const { row } = await takeProposal(tx, input);
  checkTransition(row, 'IN_REVIEW');
  return changeProposal(tx, row, { ...submitted(tx), note: input.note == null ? row.note : noteOf(input.note) });
}

/** Gives a proposal up, and says why. @throws AnnexError BAD_INPUT, STATE_CONFLICT, VERSION_CONFLICT */
export async function withdrawProposal(tx: WriteTx<RiskDatabase>, input: ReasonedProposalStepInput): Promise<Changed> {
  const { row } = await takeProposal(tx, input);
  checkTransition(row, 'WITHDRAWN');
  const reviewNote = text('input.reason', input.reason, 4000, 'required');
  return changeProposal(tx, row, { status: 'WITHDRAWN', reviewNote, decidedBy: tx.scope.actor, decidedAt: tx.now });
}

/** Another person makes a draft of a proposal again, and says why. @throws AnnexError FORBIDDEN, BAD_INPUT, STATE_CONFLICT, VERSION_CONFLICT */
export async function sendBackProposal(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: ReasonedProposalStepInput,
): Promise<Changed> {
  const { row } = await takeProposal(tx, input);
  const decidedBy = checkDecider(caller.personId, row);
  checkTransition(row, 'DRAFT');
  const reviewNote = text('input.reason', input.reason, 4000, 'required');
  return changeProposal(tx, row, { status: 'DRAFT', reviewNote, decidedBy, decidedAt: tx.now });
}

/**
 * A person who neither wrote nor submitted a proposal puts it in force (four eyes): the register is levelled again in the same
 * transaction, and what moved is kept with the version.
 * @throws AnnexError FORBIDDEN, STATE_CONFLICT, VERSION_CONFLICT where it was made against older criteria, BAD_INPUT where what was rated
 * since does not fit
 */
export async function approveCriteria(
  tx: WriteTx<RiskDatabase>,
  caller: Caller,
  input: ProposalStepInput,
): Promise<Changed> {
  const { row, present } = await takeProposal(tx, input);
  const approvedBy = checkDecider(caller.personId, row);
  checkTransition(row, 'APPROVED');
  checkVersion('RiskCriteria', present.id, present.version, row.criteriaVersion);
  const reviewNote = noteOf(input.note);
  const { saved, moves } = await putInForce(tx, present, row.content);
  const former = await lastCriteriaVersion(tx, row.ismsId);
  await insertCriteriaVersion(tx, {
    ismsId: row.ismsId,
    number: (former?.number ?? 0) + 1,
    criteriaVersion: saved.version,
    proposalId: row.id,
    content: row.content,
    authors: row.authors,
    approvedBy,
    moves,
  });
  return changeProposal(tx, row, { status: 'APPROVED', reviewNote, decidedBy: approvedBy, decidedAt: tx.now });
}

/** Tells every proposal again. */
export async function announceProposals(tx: WriteTx<RiskDatabase>): Promise<void> {
  const rows = await allProposals(tx);
  if (rows.length > 0) tx.record('annex.risk.criteria-proposal.changed.v1', { rows: rows.map(proposalEvent) });
}
