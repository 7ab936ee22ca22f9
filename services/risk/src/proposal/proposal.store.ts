import type { EventRow } from '@annex/schema';
import { type IsmsEntityColumns, newId, type Tx, touched, type WriteTx } from '@annex/service';
import type { ColumnType, Selectable } from 'kysely';
import type { Criteria } from '../criteria/criteria.ts';
import type { Moves } from './moves.ts';
import { openStatuses, type ProposalStatus } from './proposal.ts';

/** jsonb is written as text: the driver would take an array for one of PostgreSQL's. */
type Json<T> = ColumnType<T, string, string>;

export interface ProposalTables {
  criteriaProposal: IsmsEntityColumns & {
    /** Within the ISMS, from 1. */
    number: number;
    status: ProposalStatus;
    /** The version of the criteria that it is to take the place of. */
    criteriaVersion: number;
    content: Json<Criteria>;
    /** Who wrote a part of it: `person:<id>` or `key:<id>`. */
    authors: string[];
    note: string;
    submittedBy: string | null;
    submittedAt: Date | null;
    reviewNote: string;
    decidedBy: string | null;
    decidedAt: Date | null;
  };
  /** Only ever inserted into. */
  criteriaVersion: {
    tenantId: string;
    id: string;
    ismsId: string;
    number: number;
    /** The version that the criteria got with it. */
    criteriaVersion: number;
    proposalId: string;
    content: Json<Criteria>;
    authors: string[];
    approvedBy: string;
    approvedAt: Date;
    moves: Json<Moves>;
  };
}

export type ProposalRow = Selectable<ProposalTables['criteriaProposal']>;
export type CriteriaVersionRow = Selectable<ProposalTables['criteriaVersion']>;

const proposals = (tx: Tx<ProposalTables>) =>
  tx.db.selectFrom('criteriaProposal').selectAll().where('tenantId', '=', tx.tenant);
const versions = (tx: Tx<ProposalTables>) =>
  tx.db.selectFrom('criteriaVersion').selectAll().where('tenantId', '=', tx.tenant);

export const findProposals = (tx: Tx<ProposalTables>, ids: readonly string[]): Promise<ProposalRow[]> =>
  proposals(tx)
    .where('id', 'in', [...ids])
    .execute();

/** The proposals of an ISMS, unordered; for a connection. */
export const proposalsOf = (tx: Tx<ProposalTables>, ismsId: string) => proposals(tx).where('ismsId', '=', ismsId);

/** The proposal of an ISMS that is not decided on yet; there is at most one. */
export const openProposal = (tx: Tx<ProposalTables>, ismsId: string): Promise<ProposalRow | undefined> =>
  proposalsOf(tx, ismsId)
    .where('status', 'in', [...openStatuses])
    .executeTakeFirst();

/** Of every ISMS, to announce them. */
export const allProposals = (tx: Tx<ProposalTables>): Promise<ProposalRow[]> => proposals(tx).orderBy('id').execute();

export async function lastProposalNumber(tx: Tx<ProposalTables>, ismsId: string): Promise<number> {
  const last = await proposalsOf(tx, ismsId).orderBy('number', 'desc').limit(1).executeTakeFirst();
  return last?.number ?? 0;
}

/** The approved versions of an ISMS's criteria, unordered; for a connection. */
export const criteriaVersionsOf = (tx: Tx<ProposalTables>, ismsId: string) => versions(tx).where('ismsId', '=', ismsId);

/** The version that was approved last; undefined where none ever was. */
export const lastCriteriaVersion = (tx: Tx<ProposalTables>, ismsId: string): Promise<CriteriaVersionRow | undefined> =>
  criteriaVersionsOf(tx, ismsId).orderBy('number', 'desc').limit(1).executeTakeFirst();

/** The versions that these proposals became, by proposal. */
export async function versionsOfProposals(
  tx: Tx<ProposalTables>,
  proposalIds: readonly string[],
): Promise<(CriteriaVersionRow | null)[]> {
  const rows = await versions(tx)
    .where('proposalId', 'in', [...proposalIds])
    .execute();
  return proposalIds.map((id) => rows.find((row) => row.proposalId === id) ?? null);
}

export async function insertProposal(tx: WriteTx<ProposalTables>, row: ProposalRow): Promise<void> {
  await tx.db
    .insertInto('criteriaProposal')
    .values({ ...row, content: JSON.stringify(row.content) })
    .execute();
}

/** Writes a proposal whose version is the one to write. */
export async function updateProposalRow(tx: WriteTx<ProposalTables>, row: ProposalRow): Promise<void> {
  const { tenantId: _, id, ismsId: __, createdAt: ___, createdBy: ____, ...values } = row;
  await tx.db
    .updateTable('criteriaProposal')
    .set({ ...values, content: JSON.stringify(row.content), ...touched(tx) })
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .execute();
}

export async function insertCriteriaVersion(
  tx: WriteTx<ProposalTables>,
  row: Omit<CriteriaVersionRow, 'tenantId' | 'id' | 'approvedAt'>,
): Promise<void> {
  await tx.db
    .insertInto('criteriaVersion')
    .values({
      ...row,
      tenantId: tx.tenant,
      id: newId(),
      approvedAt: tx.now,
      content: JSON.stringify(row.content),
      moves: JSON.stringify(row.moves),
    })
    .execute();
}

/** A proposal as others are told of it. */
export function proposalEvent(row: ProposalRow): EventRow<'annex.risk.criteria-proposal.changed.v1'> {
  const { id, ismsId, version, number, status, criteriaVersion, submittedBy, decidedBy } = row;
  return {
    ...{ id, ismsId, version, number, status, criteriaVersion, submittedBy, decidedBy },
    name: row.content.name,
    submittedAt: row.submittedAt?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
