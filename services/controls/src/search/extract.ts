/** About as much as two lines of a result show. */
const longest = 240;

/** Words of a search, as they begin: endings differ between what is asked and what is written. */
function stems(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [
    ...new Set(words.filter((word) => word.length > 2).map((word) => word.slice(0, Math.max(3, word.length - 2)))),
  ];
}

/** Cut at a word's end, with a sign that more follows. */
function cut(text: string): string {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf(' ', longest - 2);
  return `${text.slice(0, end > longest / 2 ? end : longest - 2).toWellFormed()} …`;
}

/**
 * The sentence of a body that has most of the words asked for, and what follows it as far as there is room; the beginning where none has any. Cheaper
 * than PostgreSQL's ts_headline by far, which parses the whole body again.
 */
export function extractOf(body: string, asked: string): string | null {
  if (body === '') return null;
  const wanted = stems(asked);
  const sentences = body.split(/(?<=[.?!])\s+|\n+/).filter((sentence) => sentence !== '');
  let [best, most] = [0, 0];
  sentences.forEach((sentence, index) => {
    const words = sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const found = wanted.filter((stem) => words.some((word) => word.startsWith(stem))).length;
    if (found > most) [best, most] = [index, found];
  });
  let extract = sentences[best] ?? '';
  for (const next of sentences.slice(best + 1)) {
    if (extract.length + next.length >= longest) break;
    extract += ` ${next}`;
  }
  return cut(extract);
}
