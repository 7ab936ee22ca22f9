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

/** The clauses about which there is something to say, a line each; the rest are counted. At most `width` columns. */
export function readinessTable(readiness: ReadinessAnswer, width = 100): string[] {
  const leaves = readiness.clauses.filter(
    (one) => !readiness.clauses.some((other) => other.clause.startsWith(`${one.clause}.`)),
  );
  const told = leaves.filter((one) => one.verdict !== 'NOT_ASSESSED');
  const lines = told.map((one) => {
    const verdict = words[one.verdict] ?? one.verdict;
    return cut(`  ${one.clause.padEnd(6)} ${verdict.padEnd(17)} ${one.reason}`, width);
  });
  const rest = leaves.length - told.length;
  return [...lines, `  ${rest} further clauses are not assessed yet`];
}
