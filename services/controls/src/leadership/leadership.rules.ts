import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { validInterviews } from './leadership.store.ts';
import { type Letter, letters, standingOf } from './leadership.ts';

/** What top management is to show, by letter, in our words. */
const questions: { readonly [letter in Letter]: string } = {
  A: 'sees to it that policy and objectives are set and fit where the organisation is going',
  B: 'sees to it that the ISMS is part of how the organisation works',
  C: 'sees to it that the ISMS has the resources that it needs',
  D: 'tells people why information security and keeping to the ISMS matter',
  E: 'sees to it that the ISMS achieves what it is meant to',
  F: 'directs and supports those who make the ISMS work',
  G: 'promotes continual improvement',
  H: 'supports other managers in leading within their own areas',
};

const people = (count: number) => `${count} ${count === 1 ? 'person' : 'people'}`;

const demonstrated = (letter: Letter): Rule<ControlsDatabase> => ({
  id: `controls.leadership-${letter.toLowerCase()}`,
  clause: '5.1',
  letter: letter.toLowerCase(),
  basis: 'REQUIREMENT',
  question: `Does top management show that it ${questions[letter]}?`,
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const standing = standingOf(letter, await shared(validInterviews));
    const failing = standing.failing.length;
    const facts = { examined: standing.people, total: Math.max(standing.people, 1), failing };
    if (standing.people === 0) {
      return {
        verdict: 'JUDGEMENT_NEEDED',
        reason: `No interview that is still valid judges whether top management ${questions[letter]}.`,
        next: 'Have another person interview top management, and record the judgement with its reason.',
        facts,
        links: [],
      };
    }
    return {
      verdict: failing > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing > 0
          ? `Of ${people(standing.people)} interviewed, ${failing} ${failing === 1 ? 'does' : 'do'} not show it.`
          : `${people(standing.people)} interviewed ${standing.people === 1 ? 'shows' : 'show'} it${standing.partly > 0 ? `, ${standing.partly} of them in part` : ''}.`,
      next:
        failing > 0
          ? 'Agree with them what changes, and interview them again.'
          : standing.partly > 0
            ? 'Agree with them what is still to be shown.'
            : '',
      facts,
      links: standing.failing.map((one) => ({ kind: 'leadershipInterview', ...one })),
    };
  },
});

/** 27001, 5.1: leadership and commitment, a rule a letter. */
export const leadershipRules: readonly Rule<ControlsDatabase>[] = letters.map(demonstrated);
