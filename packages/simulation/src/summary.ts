/** The shares of years that a summary tells the loss of. */
export const shownPercentiles = [5, 25, 50, 75, 90, 95, 99, 99.9] as const;
export type ShownPercentile = (typeof shownPercentiles)[number];

/** The shares of years beyond which the tail is looked at. */
export const tails = [95, 99] as const;

/** What simulated years say of a loss. Amounts are those of the losses that went in. */
export interface LossSummary {
  readonly trials: number;
  readonly expected: number;
  readonly standardDeviation: number;
  /** Of the expected loss, from the number of trials: two of them on either side hold it in 95 of 100 simulations. */
  readonly standardError: number;
  /** The share of years with any loss. */
  readonly anyLoss: number;
  readonly largest: number;
  /** The loss that so many per cent of years do not exceed. That of 95 is the value at risk at 95 %. */
  readonly percentiles: Readonly<Record<ShownPercentile, number>>;
  /** The mean of the years beyond the percentile: the tail value at risk. */
  readonly tailMeans: Readonly<Record<(typeof tails)[number], number>>;
}

/** The place (from 0) of the value that a share `p` of `count` ordered values does not exceed. */
export const placeOf = (p: number, count: number): number => Math.max(0, Math.ceil(p * count - 1e-9) - 1);

/**
 * Puts the value that would stand at `place` of the ordered list there, what is not larger before it and what is not smaller after it
 * (quickselect, by the middle of three, Hoare's partition).
 */
export function select(values: Float64Array, place: number, from = 0, to = values.length - 1): number {
  let low = from;
  let high = to;
  while (low < high) {
    const a = values[low] as number;
    const b = values[(low + high) >>> 1] as number;
    const c = values[high] as number;
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left <= right) {
        const kept = values[left] as number;
        values[left] = values[right] as number;
        values[right] = kept;
        left++;
        right--;
      }
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place] as number;
}

/**
 * The summary of the losses of years.
 * @param losses are put into another order
 */
export function summarise(losses: Float64Array): LossSummary {
  const trials = losses.length;
  let total = 0;
  let largest = 0;
  for (let index = 0; index < trials; index++) {
    const loss = losses[index] as number;
    total += loss;
    if (loss > largest) largest = loss;
  }
  const expected = total / trials;
  let squares = 0;
  let quiet = 0;
  // Years without a loss come first, in one pass; the rest is what is looked through.
  for (let index = 0; index < trials; index++) {
    const loss = losses[index] as number;
    const from = loss - expected;
    squares += from * from;
    if (loss === 0) {
      losses[index] = losses[quiet] as number;
      losses[quiet++] = 0;
    }
  }
  const standardDeviation = Math.sqrt(squares / Math.max(1, trials - 1));
  let from = quiet;
  const percentiles: Record<number, number> = {};
  for (const percentile of shownPercentiles) {
    const place = placeOf(percentile / 100, trials);
    if (place < quiet) {
      percentiles[percentile] = 0;
      continue;
    }
    percentiles[percentile] = select(losses, place, from);
    from = place;
  }
  const tailMeans: Record<number, number> = {};
  for (const tail of tails) {
    const place = placeOf(tail / 100, trials);
    let sum = 0;
    for (let index = place + 1; index < trials; index++) sum += losses[index] as number;
    tailMeans[tail] = place + 1 < trials ? sum / (trials - place - 1) : (percentiles[tail] as number);
  }
  return {
    trials,
    expected,
    standardDeviation,
    standardError: standardDeviation / Math.sqrt(trials),
    anyLoss: (trials - quiet) / trials,
    largest,
    percentiles: percentiles as LossSummary['percentiles'],
    tailMeans: tailMeans as LossSummary['tailMeans'],
  };
}

/** A point of a loss exceedance curve: with which probability a year loses more than an amount. */
export interface ExceedancePoint {
  readonly probability: number;
  readonly loss: number;
}

const shares: readonly number[] = [
  ...Array.from({ length: 99 }, (_, index) => (99 - index) / 100),
  ...[0.0075, 0.005, 0.003, 0.002, 0.001, 0.0005, 0.0002, 0.0001],
];

/**
 * The loss exceedance curve, from the likeliest loss to the rarest; points that rest on fewer than ten years are left out.
 * @param ordered the losses of years, the smallest first
 */
export function exceedanceCurve(ordered: Float64Array): ExceedancePoint[] {
  const trials = ordered.length;
  return shares
    .filter((probability) => probability * trials >= 10 - 1e-9)
    .map((probability) => ({ probability, loss: ordered[placeOf(1 - probability, trials)] as number }));
}
