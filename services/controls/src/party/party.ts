import { badInput } from '@annex/schema';
import { text } from '../input.ts';

export type PartyKind = 'CUSTOMER' | 'AUTHORITY' | 'OWNER' | 'PERSONNEL' | 'SUPPLIER' | 'PARTNER' | 'PUBLIC' | 'OTHER';

/** Whether the ISMS addresses a requirement (27001, 4.2 c). */
export type RequirementDecision = 'UNDECIDED' | 'ADDRESSED' | 'NOT_ADDRESSED';

export interface Decided {
  readonly decision: RequirementDecision;
  /** How it is addressed, or why not. */
  readonly explanation: string;
}

/**
 * What is decided of a requirement after a change. A decision says how or why; another decision needs words of its own, since the how of
 * one is not the why of the other.
 * @throws AnnexError BAD_INPUT
 */
export function decided(
  given: { readonly decision?: RequirementDecision | null; readonly explanation?: string | null },
  before: Decided = { decision: 'UNDECIDED', explanation: '' },
): Decided {
  const field = 'input.explanation';
  const decision = given.decision ?? before.decision;
  if (decision === 'UNDECIDED') {
    if (given.explanation)
      throw badInput(field, given.explanation.slice(0, 60), 'must be left out while nothing is decided');
    return { decision, explanation: '' };
  }
  const kept = decision === before.decision ? before.explanation : '';
  const explanation = text(field, given.explanation ?? kept, 5000, 'optional');
  if (explanation === '') {
    const what = decision === 'ADDRESSED' ? 'how the ISMS addresses it' : 'why the ISMS does not address it';
    throw badInput(field, given.explanation ?? null, `must say ${what}`);
  }
  return { decision, explanation };
}
