/** What the start says of readiness; the shape of `GET /v1/readiness` as far as it is shown. */
export interface ReadinessAnswer {
  readonly clauses: readonly {
    readonly clause: string;
    readonly title: string;
    readonly verdict: string;
    readonly reason: string;
  }[];
}

const words: Readonly<Record<string, string>> = {
  NO_GAP_FOUND: 'no gap found',
  NOT_ASSESSED: 'not assessed',
  JUDGEMENT_NEEDED: 'judgement needed',
  GAP: 'gap',
  CRITICAL_GAP: 'critical gap',
};

const cut = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** Gaps that are told with their reasons; with the rest of what a start says, so many fit a screen. */
const mostReasons = 9;

/**
 * The gaps first, a line each with its reason; then, by verdict, the clauses for which there is no room or no gap. At most `width` columns.
 */
export function readinessTable(readiness: ReadinessAnswer, width = 100): string[] {
  const leaves = readiness.clauses.filter(
    (one) => !readiness.clauses.some((other) => other.clause.startsWith(`${one.clause}.`)),
  );
  const gaps = ['CRITICAL_GAP', 'GAP'].flatMap((verdict) => leaves.filter((one) => one.verdict === verdict));
  const told = gaps.slice(0, mostReasons);
  const line = (verdict: string, text: string) => cut(`  ${(words[verdict] ?? verdict).padEnd(17)} ${text}`, width);
  const reasons = told.map((one) => line(one.verdict, `${one.clause.padEnd(6)} ${one.reason}`));
  const rest = ['CRITICAL_GAP', 'GAP', 'JUDGEMENT_NEEDED', 'NO_GAP_FOUND', 'NOT_ASSESSED'].flatMap((verdict) => {
    const clauses = leaves.filter((one) => one.verdict === verdict && !told.includes(one)).map((one) => one.clause);
    const also = told.some((one) => one.verdict === verdict) ? 'also ' : '';
    return clauses.length > 0 ? line(verdict, also + clauses.join(', ')) : [];
  });
  return [...reasons, ...rest];
}
