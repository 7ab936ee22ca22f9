/** A duration of ISO 8601 in whole parts. Years, months, weeks and days are of the calendar (UTC). */
export interface Duration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly seconds: number;
}

const pattern =
  /^P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$/;

/** @returns undefined where the text is none, or is no time at all */
export function parseDuration(text: string): Duration | undefined {
  const match = pattern.exec(text);
  if (!match || text.endsWith('T')) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const duration = { years, months, days: weeks * 7 + days, seconds: hours * 3600 + minutes * 60 + seconds };
  return Object.values(duration).some((part) => part > 0) ? duration : undefined;
}

/** A month after 31 January is the last of February: the day is kept where the month has it. */
export function addDuration(moment: Date, { years, months, days, seconds }: Duration): Date {
  const shifted = new Date(moment);
  const day = shifted.getUTCDate();
  shifted.setUTCDate(1);
  shifted.setUTCMonth(shifted.getUTCMonth() + years * 12 + months);
  const last = new Date(Date.UTC(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, 0)).getUTCDate();
  shifted.setUTCDate(Math.min(day, last) + days);
  return new Date(shifted.getTime() + seconds * 1000);
}
