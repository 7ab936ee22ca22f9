import { AnnexError, badInput, type FieldFault, personActing } from '@annex/schema';
import { text } from '../input.ts';

/** What top management shows of its leadership and commitment, as interviews judge it (27001, 5.1 a to h). Pure. */

export const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] as const;
export type Letter = (typeof letters)[number];

export type Conclusion = 'DEMONSTRATED' | 'PARTLY' | 'NOT_DEMONSTRATED';

/** A withdrawn interview was recorded by mistake; it is kept and counts for nothing. */
export type InterviewStatus = 'RECORDED' | 'WITHDRAWN';

export interface LeadershipJudgement {
  readonly letter: Letter;
  readonly conclusion: Conclusion;
  readonly reason: string;
}

/**
 * The judgements of an interview, in the order of the letters.
 * @throws AnnexError BAD_INPUT where there is none, a letter comes twice or a reason is missing
 */
export function checkJudgements(given: readonly LeadershipJudgement[]): LeadershipJudgement[] {
  if (given.length === 0) throw badInput('input.judgements', given, 'must judge at least one of the letters a to h');
  const seen = new Set<Letter>();
  const faults: FieldFault[] = [];
  const read = given.map(({ letter, conclusion, reason }, index): LeadershipJudgement => {
    const at = `input.judgements.${index}`;
    if (seen.has(letter))
      faults.push({ field: `${at}.letter`, given: letter, allowed: 'a letter that is judged once' });
    seen.add(letter);
    return { letter, conclusion, reason: text(`${at}.reason`, reason, 5000, 'required') };
  });
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return read.sort((one, other) => (one.letter < other.letter ? -1 : 1));
}

/**
 * Nobody judges their own leadership, and what was judged of them they neither record nor withdraw.
 * @throws AnnexError FORBIDDEN
 */
export function checkJudge(actingId: string | undefined, intervieweeId: string): string {
  const personId = personActing(actingId, 'Leadership is judged');
  if (personId === intervieweeId)
    throw new AnnexError(
      'FORBIDDEN',
      'Nobody records or withdraws an interview in which they were judged; another person does',
    );
  return personId;
}

/** A year later, where nobody said until when what was judged holds. */
export function aYearAfter(moment: Date): Date {
  const later = new Date(moment);
  later.setUTCFullYear(later.getUTCFullYear() + 1);
  return later;
}

/** An interview that counts, with who was judged. */
export interface CountingInterview {
  readonly id: string;
  readonly reference: string;
  readonly intervieweeId: string;
  readonly judgements: readonly LeadershipJudgement[];
}

export interface LetterStanding {
  /** How many people were judged on it, by the latest interview of each. */
  readonly people: number;
  readonly partly: number;
  readonly failing: readonly { readonly id: string; readonly reference: string }[];
}

/**
 * How a letter stands by the interviews that count: of each person the latest that judges the letter.
 * @param interviews the oldest first
 */
export function standingOf(letter: Letter, interviews: readonly CountingInterview[]): LetterStanding {
  const latest = new Map<string, { interview: CountingInterview; conclusion: Conclusion }>();
  for (const interview of interviews) {
    const judged = interview.judgements.find((one) => one.letter === letter);
    if (judged) latest.set(interview.intervieweeId, { interview, conclusion: judged.conclusion });
  }
  const all = [...latest.values()];
  return {
    people: all.length,
    partly: all.filter((one) => one.conclusion === 'PARTLY').length,
    failing: all.flatMap(({ interview: { id, reference }, conclusion }) =>
      conclusion === 'NOT_DEMONSTRATED' ? [{ id, reference }] : [],
    ),
  };
}
