import { checkEnd, holding } from './judgement.ts';

const now = new Date('2026-11-26T10:00:00Z');
const until = (text: string) => ({ endsAt: new Date(text) });

it('holds until its end, and an earlier one does not come back after it', () => {
  const [latest, earlier] = [until('2026-12-01'), until('2027-12-01')];
  expect(holding([latest, earlier], now)).toBe(latest);
  expect(holding([latest, earlier], latest.endsAt)).toBeNull();
  expect(holding([], now)).toBeNull();
});

it('ends in the future', () => {
  expect(() => checkEnd(now, now)).toThrow('input.endsAt');
  expect(checkEnd(new Date(now.getTime() + 1), now)).toEqual(new Date(now.getTime() + 1));
});
