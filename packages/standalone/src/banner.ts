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
  JUDGEMENT_NEEDED: 'judgement needed',
  GAP: 'gap',
  CRITICAL_GAP: 'critical gap',
};

const cut = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** The clauses in which there is something to do, a line each; the rest are counted. At most `width` columns. */
export function readinessTable(readiness: ReadinessAnswer, width = 100): string[] {
  const leaves = readiness.clauses.filter(
    (one) => !readiness.clauses.some((other) => other.clause.startsWith(`${one.clause}.`)),
  );
  const counted = (verdict: string) => leaves.filter((one) => one.verdict === verdict).length;
  const told = leaves.filter((one) => !['NOT_ASSESSED', 'NO_GAP_FOUND'].includes(one.verdict));
  const lines = told.map((one) => {
    const verdict = words[one.verdict] ?? one.verdict;
    return cut(`  ${one.clause.padEnd(6)} ${verdict.padEnd(17)} ${one.reason}`, width);
  });
  return [
    ...lines,
    `  in ${counted('NO_GAP_FOUND')} further clauses no gap was found, ${counted('NOT_ASSESSED')} are not assessed yet`,
  ];
}
