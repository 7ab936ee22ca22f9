import {
  aYearAfter,
  type Conclusion,
  type CountingInterview,
  checkJudge,
  checkJudgements,
  standingOf,
} from './leadership.ts';

const judged = (conclusion: Conclusion) => [{ letter: 'C' as const, conclusion, reason: 'Seen.' }];
const interview = (id: string, intervieweeId: string, conclusion: Conclusion): CountingInterview => ({
  ...{ id, intervieweeId, reference: `LI-${id}` },
  judgements: judged(conclusion),
});

describe('what an interview judges', () => {
  it('is put in the order of the letters', () => {
    const c = { letter: 'C', conclusion: 'PARTLY', reason: 'Seen.' } as const;
    expect(
      checkJudgements([c, { letter: 'A', conclusion: 'DEMONSTRATED', reason: 'Seen.' }]).map((one) => one.letter),
    ).toEqual(['A', 'C']);
  });

  it('is something, each letter once, with a reason', () => {
    expect(() => checkJudgements([])).toThrow('at least one');
    expect(() => checkJudgements([...judged('PARTLY'), ...judged('DEMONSTRATED')])).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ field: 'input.judgements.1.letter' })] }),
    );
    expect(() => checkJudgements([{ letter: 'B', conclusion: 'PARTLY', reason: ' ' }])).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ field: 'input.judgements.0.reason' })] }),
    );
  });

  it('is said by a person, and not by who is judged', () => {
    expect(checkJudge('anna', 'ben')).toBe('anna');
    expect(() => checkJudge('anna', 'anna')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => checkJudge(undefined, 'anna')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  it('holds a year, also from a leap day on', () => {
    expect(aYearAfter(new Date('2028-02-29T10:00:00Z')).toISOString()).toBe('2029-03-01T10:00:00.000Z');
  });
});

describe('how a letter stands', () => {
  it('is told by the latest interview of each person, the worst person deciding', () => {
    const interviews = [
      interview('1', 'anna', 'NOT_DEMONSTRATED'),
      interview('2', 'ben', 'NOT_DEMONSTRATED'),
      interview('3', 'anna', 'PARTLY'),
    ];
    expect(standingOf('C', interviews)).toEqual({
      people: 2,
      partly: 1,
      failing: [{ id: '2', reference: 'LI-2' }],
    });
    expect(standingOf('D', interviews)).toEqual({ people: 0, partly: 0, failing: [] });
  });

  it('is left as it is by a later interview that says nothing of the letter', () => {
    const later = { ...interview('2', 'anna', 'PARTLY'), judgements: [] };
    expect(standingOf('C', [interview('1', 'anna', 'NOT_DEMONSTRATED'), later]).failing).toHaveLength(1);
  });
});
