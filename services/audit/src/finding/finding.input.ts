import { AnnexError, type FieldFault } from '@annex/schema';
import { clauses } from '../readiness/clauses.ts';

export interface ProposeFindingInput {
  readonly ismsId?: string | null;
  readonly title: string;
  readonly clause: string;
  readonly reason: string;
  readonly riskId?: string | null;
}

export interface DecideFindingInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly reason?: string | null;
}

function refuse(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (!first) return;
  const message =
    faults.length === 1 ? `${first.field}: ${first.allowed}` : `${faults.length} values are not acceptable`;
  throw new AnnexError('BAD_INPUT', message, { faults });
}

function textFaults(field: string, given: string, longest: number): FieldFault[] {
  const length = [...given.trim()].length;
  // PostgreSQL text holds no zero character.
  if (length >= 1 && length <= longest && !given.includes('\0')) return [];
  return [{ field, given: given.slice(0, 200), allowed: `a text of 1 to ${longest} characters` }];
}

const longestReason = 2000;

/** @throws AnnexError BAD_INPUT naming every fault */
export function checkProposal({ title, clause, reason }: ProposeFindingInput): void {
  const known = clauses.some((one) => one.number === clause);
  refuse([
    ...textFaults('input.title', title, 200),
    ...(known
      ? []
      : [
          {
            field: 'input.clause',
            given: clause.slice(0, 200),
            allowed: 'a clause of ISO/IEC 27001:2022 from 4 to 10, such as 8.3',
          },
        ]),
    ...textFaults('input.reason', reason, longestReason),
  ]);
}

/** A reason is needed to decline and welcome to confirm. @throws AnnexError BAD_INPUT */
export function checkDecision(reason: string | null | undefined, needed: boolean): void {
  if (needed || (reason !== null && reason !== undefined))
    refuse(textFaults('input.reason', reason ?? '', longestReason));
}
