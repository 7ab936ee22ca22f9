import { AnnexError } from '@annex/schema';
import { checkDecider, checkDraft, checkTransition, type ProposalStatus } from './proposal.ts';

const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof AnnexError) return error.code;
    throw error;
  }
  return 'none';
};
const all: readonly ProposalStatus[] = ['DRAFT', 'IN_REVIEW', 'APPROVED', 'WITHDRAWN'];
const may = new Set([
  'DRAFT IN_REVIEW',
  'DRAFT WITHDRAWN',
  'IN_REVIEW APPROVED',
  'IN_REVIEW DRAFT',
  'IN_REVIEW WITHDRAWN',
]);

describe('a proposal', () => {
  it.each(all.flatMap((from) => all.map((to) => [from, to] as const)))('that is %s becomes %s or not', (from, to) => {
    const refused = codeOf(() => checkTransition({ id: 'a', number: 1, status: from }, to));
    expect(refused).toBe(may.has(`${from} ${to}`) ? 'none' : 'STATE_CONFLICT');
  });

  it('is changed as a draft only', () => {
    const changed = all.filter((status) => codeOf(() => checkDraft({ id: 'a', number: 1, status })) === 'none');
    expect(changed).toEqual(['DRAFT']);
  });

  it('is decided on by a person who neither wrote nor submitted it', () => {
    const proposal = { authors: ['person:a', 'key:k'], submittedBy: 'person:b' };
    expect(checkDecider('c', proposal)).toBe('person:c');
    for (const personId of ['a', 'b', undefined])
      expect(codeOf(() => checkDecider(personId, proposal))).toBe('FORBIDDEN');
  });
});
