/** What a treatment is worth in a year, against what it costs. */
export interface TreatmentReturn {
  /** By how much it lowers the expected loss. */
  readonly reduction: number;
  readonly cost: number;
  /** The reduction less the cost. */
  readonly net: number;
  /** Net by cost: 1 is a euro of loss avoided on top of each euro spent; null where it costs nothing. */
  readonly ratio: number | null;
}

/** The return on a treatment (return on security investment): what it is expected to save in a year by what it costs in it. */
export function treatmentReturn(before: number, after: number, cost: number): TreatmentReturn {
  const reduction = before - after;
  const net = reduction - cost;
  return { reduction, cost, net, ratio: cost > 0 ? net / cost : null };
}
