import { AnnexError } from '@annex/schema';
import { defaultCriteria } from '../criteria/criteria.default.ts';
import { checkLinks } from './link.ts';
import { afterStep, derive, type RatedFacts } from './risk.ts';

const facts = (change: Partial<RatedFacts> = {}): RatedFacts => ({
  inherentLikelihood: 4,
  inherentConsequence: 4,
  consequences: null,
  assessedFrequency: null,
  assessedLoss: null,
  assessedConsequences: null,
  acceptance: 'NONE',
  acceptedRank: null,
  ...change,
});

describe('the status of a risk', () => {
  it('goes from open to closed and back, and no other way', () => {
    expect(afterStep('OPEN', 'close')).toBe('CLOSED');
    expect(afterStep('CLOSED', 'reopen')).toBe('OPEN');
    expect(() => afterStep('OPEN', 'reopen')).toThrow(AnnexError);
    try {
      afterStep('CLOSED', 'close');
    } catch (error) {
      expect(error).toMatchObject({ code: 'STATE_CONFLICT', details: { present: 'CLOSED', allowed: ['reopen'] } });
    }
  });
});

describe('what follows from a risk', () => {
  it('asks for reassessment when the indicated level is worse than the assessed one, not when it is better', () => {
    const { representative: frequency = 0 } = defaultCriteria.likelihoods[1] ?? {};
    const { representative: loss = 0 } = defaultCriteria.consequences[1] ?? {};
    const assessed = { assessedFrequency: frequency, assessedLoss: loss };
    expect(derive(facts(assessed), defaultCriteria, []).reassessment).toBe('REQUESTED');
    const milder = { ...assessed, inherentLikelihood: 1, inherentConsequence: 1, consequences: null };
    expect(derive(facts(milder), defaultCriteria, []).reassessment).toBe('NONE');
    expect(derive(facts(), defaultCriteria, []).reassessment).toBe('NONE');
  });

  it('makes an acceptance stale when the level becomes worse than what was accepted, for good', () => {
    const accepted = facts({ acceptance: 'IN_FORCE', acceptedRank: 2 });
    expect(derive(accepted, defaultCriteria, []).acceptance).toBe('STALE');
    const back = { ...accepted, acceptance: 'STALE', inherentLikelihood: 1 } as const;
    expect(derive(back, defaultCriteria, []).acceptance).toBe('STALE');
  });

  it('stands above the criteria unless that is accepted', () => {
    expect(derive(facts(), defaultCriteria, []).standing).toBe('ABOVE_CRITERIA');
    expect(derive(facts({ acceptance: 'IN_FORCE', acceptedRank: 3 }), defaultCriteria, []).standing).toBe(
      'ACCEPTED_ABOVE_CRITERIA',
    );
    expect(derive(facts({ inherentLikelihood: 1 }), defaultCriteria, []).standing).toBe('WITHIN_CRITERIA');
  });
});

describe('links', () => {
  it('name the field of each fault', () => {
    const link = { implementationId: 'x', likelihoodEffect: 1.5, consequenceEffect: Number.NaN };
    expect(checkLinks('input.links', [link, link], new Set()).map((fault) => fault.field)).toEqual([
      'input.links[0].implementationId',
      'input.links[0].likelihoodEffect',
      'input.links[0].consequenceEffect',
      'input.links[1].implementationId',
      'input.links[1].implementationId',
      'input.links[1].likelihoodEffect',
      'input.links[1].consequenceEffect',
    ]);
    expect(checkLinks('input', [link], new Set(['x']))[0]?.field).toBe('input.likelihoodEffect');
  });
});
