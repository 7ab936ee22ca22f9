/** The value below which `share` (0 to 1) of the values lie, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('There is nothing to take a percentile of');
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Runs two things in turns, A B A B …, so that what the machine does beside them meets both alike. */
export async function interleaved<R>(
  rounds: number,
  ours: (round: number) => Promise<R>,
  baseline: (round: number) => Promise<R>,
): Promise<{ ours: R[]; baseline: R[] }> {
  const results: { ours: R[]; baseline: R[] } = { ours: [], baseline: [] };
  for (let round = 0; round < rounds; round++) {
    results.ours.push(await ours(round));
    results.baseline.push(await baseline(round));
  }
  return results;
}
