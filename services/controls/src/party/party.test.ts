import { decided } from './party.ts';

describe('whether the ISMS addresses a requirement', () => {
  it('is undecided at first, and then has nothing to explain', () => {
    expect(decided({})).toEqual({ decision: 'UNDECIDED', explanation: '' });
    expect(() => decided({ explanation: 'By a contract.' })).toThrow('input.explanation');
  });

  it('needs a how or a why', () => {
    expect(() => decided({ decision: 'ADDRESSED' })).toThrow('must say how');
    expect(() => decided({ decision: 'NOT_ADDRESSED', explanation: '  ' })).toThrow('must say why');
    expect(decided({ decision: 'ADDRESSED', explanation: ' By a contract. ' })).toEqual({
      decision: 'ADDRESSED',
      explanation: 'By a contract.',
    });
  });

  it('does not take the how of one decision for the why of the other', () => {
    const before = { decision: 'ADDRESSED', explanation: 'By a contract.' } as const;
    expect(decided({}, before)).toEqual(before);
    expect(() => decided({ decision: 'NOT_ADDRESSED' }, before)).toThrow('must say why');
    expect(decided({ decision: 'UNDECIDED' }, before)).toEqual({ decision: 'UNDECIDED', explanation: '' });
  });
});
