const rfc3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(\d{2}))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

/** A moment of RFC 3339; undefined where the text is none, also for days that no month has. */
export function readMoment(text: string): Date | undefined {
  const match = rfc3339.exec(text);
  // The engine rolls 30 February over into March instead of refusing it.
  if (!match || new Date(`${match[1]}T00:00:00Z`).getUTCDate() !== Number(match[2])) return undefined;
  const moment = new Date(text.toUpperCase().replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
