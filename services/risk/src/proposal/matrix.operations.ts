import { refuseAll } from '@annex/schema';
import { ismsOf, type WriteTx } from '@annex/service';
import type { Table } from '@annex/spreadsheet';
import { holdRead } from '../criteria/criteria.operations.ts';
import { contentOf } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { effectOf } from './effect.ts';
import { type CellChange, changedCells, matrixFrom } from './matrix.ts';
import type { Moves } from './moves.ts';
import { changeProposal, keepProposal, takeProposal } from './proposal.operations.ts';
import { checkDraft } from './proposal.ts';

/** What a matrix from a table is for: a new proposal, or a draft that is named. */
export interface MatrixAsked {
  readonly ismsId: string | null;
  readonly proposalId: string | null;
  readonly expectedVersion: number | null;
}

export interface ProposedMatrix {
  readonly ismsId: string;
  readonly proposalId: string;
  readonly version: number;
  readonly cells: readonly CellChange[];
  readonly moves: Moves | null;
}

/**
 * Proposes the present criteria with another matrix, or gives a draft that matrix.
 * @throws AnnexError INVALID_TABLE with every cell at fault, STATE_CONFLICT, VERSION_CONFLICT, NOT_FOUND
 */
export async function proposeMatrix(
  tx: WriteTx<RiskDatabase>,
  asked: MatrixAsked,
  table: Table,
): Promise<ProposedMatrix> {
  if (asked.proposalId === null) {
    const ismsId = await ismsOf(tx, asked.ismsId);
    await holdActiveIsms(tx, ismsId);
    const criteria = await holdRead(tx, ismsId, asked.expectedVersion);
    const { matrix, faults } = matrixFrom(table, criteria);
    refuseAll('INVALID_TABLE', faults);
    const content = { ...contentOf(criteria), matrix };
    const { id: proposalId, version } = await keepProposal(tx, criteria, content, {});
    const { moves } = await effectOf(tx, criteria, content);
    return { ismsId, proposalId, version, cells: changedCells(criteria, matrix), moves };
  }
  const { row, present: criteria } = await takeProposal(tx, {
    id: asked.proposalId,
    expectedVersion: asked.expectedVersion,
  });
  checkDraft(row);
  const { matrix, faults } = matrixFrom(table, row.content);
  refuseAll('INVALID_TABLE', faults);
  const content = { ...row.content, matrix };
  const authors = [...new Set([...row.authors, tx.scope.actor])];
  const { version } = await changeProposal(tx, row, { content, authors });
  const { moves } = await effectOf(tx, criteria, content);
  return { ismsId: row.ismsId, proposalId: row.id, version, cells: changedCells(row.content, matrix), moves };
}
