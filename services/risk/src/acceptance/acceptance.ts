import { AnnexError, badInput, personActing } from '@annex/schema';
import type { AcceptanceRule } from '../criteria/criteria.ts';

export interface AcceptanceTerms {
  readonly reason: string;
  readonly endsAt: Date | null;
}

/**
 * Whether a person may accept a risk on these terms (27001, 6.1.3 f; 27005, 8.6; domain model, 8). What the criteria allow, its owner
 * accepts. What is above them, a higher authority accepts: somebody else, for a stated reason and until a stated end.
 * @throws AnnexError FORBIDDEN for the wrong person, BAD_INPUT for terms that are missing
 */
export function checkAcceptance(
  risk: { readonly reference: string; readonly ownerId: string | null; readonly rule: AcceptanceRule },
  actingId: string | undefined,
  terms: AcceptanceTerms,
  now: Date,
): string {
  const personId = personActing(actingId, 'A risk is accepted');
  const { reference, ownerId, rule } = risk;
  const isOwner = ownerId === personId;
  if (rule !== 'ABOVE_CRITERIA' && !isOwner) {
    const owner = ownerId === null ? 'it has none yet' : 'that is somebody else';
    throw new AnnexError('FORBIDDEN', `${reference} is accepted by its owner; ${owner}`, { details: { ownerId } });
  }
  if (rule === 'ABOVE_CRITERIA') {
    if (isOwner) {
      throw new AnnexError(
        'FORBIDDEN',
        `${reference} is above the criteria: a higher authority than its owner accepts it`,
        {
          details: { ownerId, rule },
        },
      );
    }
    if (terms.reason.trim() === '')
      throw badInput('input.reason', terms.reason, 'why a risk above the criteria is accepted');
    if (!terms.endsAt) throw badInput('input.endsAt', null, 'when the acceptance of a risk above the criteria ends');
  }
  if (terms.reason.length > 4000) throw badInput('input.reason', terms.reason.length, 'at most 4000 characters');
  if (terms.endsAt && !(terms.endsAt > now)) {
    throw badInput('input.endsAt', terms.endsAt.toISOString(), `a moment after now, ${now.toISOString()}`);
  }
  return personId;
}
