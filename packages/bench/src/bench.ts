/** What a benchmark measured; `ours` and `baseline` are medians of runs that took turns. */
export interface Measured {
  readonly ours: number;
  readonly baseline: number;
}

/** A benchmark: ours against a baseline that is measured in the same run. */
export interface Bench {
  readonly name: string;
  readonly unit: string;
  /** The goal for `ours / baseline`. */
  readonly goal: number;
  /** On which side of the goal the ratio must lie. */
  readonly better: 'higher' | 'lower';
  /** @returns the figures, or the reason why there are none on this machine */
  run(progress: (text: string) => void): Promise<Measured | { readonly skipped: string }>;
}

/** The line that a benchmark prints. */
export interface BenchLine extends Measured {
  readonly name: string;
  readonly unit: string;
  readonly ratio: number;
  readonly goal: number;
  readonly holds: boolean;
}

/** Four significant digits: more are noise. */
const rounded = (value: number) => Number(value.toPrecision(4));

export function lineOf({ name, unit, goal, better }: Bench, { ours, baseline }: Measured): BenchLine {
  const ratio = ours / baseline;
  const holds = better === 'higher' ? ratio >= goal : ratio <= goal;
  return { name, ours: rounded(ours), baseline: rounded(baseline), unit, ratio: rounded(ratio), goal, holds };
}
