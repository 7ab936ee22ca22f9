import { capOf, checkDecider, checkEnd, checkTransition, type ExceptionStatus } from './exception.ts';

const statuses: ExceptionStatus[] = ['REQUESTED', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'ENDED', 'EXPIRED'];
const allowed = (from: ExceptionStatus) =>
  statuses.filter((to) => {
    try {
      checkTransition({ id: 'x', status: from }, to);
      return true;
    } catch {
      return false;
    }
  });

it('lets a request be decided, taken back or expire, one in force end or expire, and what is over stay over', () => {
  expect(Object.fromEntries(statuses.map((from) => [from, allowed(from)]))).toEqual({
    REQUESTED: ['APPROVED', 'REJECTED', 'WITHDRAWN', 'EXPIRED'],
    APPROVED: ['ENDED', 'EXPIRED'],
    ...{ REJECTED: [], WITHDRAWN: [], ENDED: [], EXPIRED: [] },
  });
});

it('takes an end in the future alone', () => {
  const now = new Date('2026-11-26T10:00:00Z');
  const later = new Date('2026-11-26T10:00:01Z');
  expect(checkEnd('input.endsAt', later, now)).toBe(later);
  expect(() => checkEnd('input.endsAt', now, now)).toThrow('input.endsAt');
});

it('is decided by a person who neither asked for it nor wrote it down', () => {
  const request = { requestedBy: 'person:anna', createdBy: 'person:carl' };
  expect(checkDecider('ben', request)).toBe('person:ben');
  for (const person of ['anna', 'carl', undefined])
    expect(() => checkDecider(person, request)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
});

it('caps as the strictest of several does, and not at all without one', () => {
  expect(capOf([{ cap: 0.6 }, { cap: 0.2 }, { cap: 1 }])).toBe(0.2);
  expect(capOf([])).toBeNull();
});
