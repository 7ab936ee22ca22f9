import { badInput } from '@annex/schema';

/** A judgement holds until its end. */
export interface Judged {
  readonly endsAt: Date;
}

/** @throws AnnexError BAD_INPUT unless the end lies in the future */
export function checkEnd(endsAt: Date, now: Date): Date {
  if (endsAt <= now)
    throw badInput('input.endsAt', endsAt.toISOString(), `must lie after now, which is ${now.toISOString()}`);
  return endsAt;
}

/**
 * The judgement that holds: the one made last, until its end. An earlier one does not come back when a later one has ended.
 * @param judgements the latest first
 */
export function holding<J extends Judged>(judgements: readonly J[], now: Date): J | null {
  const [latest] = judgements;
  return latest && latest.endsAt > now ? latest : null;
}
