import { fillNormal } from './normal.ts';
import { purposes, Stream, type StreamKey } from './stream.ts';

/** How closely the losses of two scenarios go together, −1 to 1: the correlation of the normal variables behind them. */
export interface Correlation {
  readonly a: string;
  readonly b: string;
  readonly coefficient: number;
}

/** Why correlations cannot all hold at once. */
export interface NotPossible {
  /** The order of the first leading minor that is negative. */
  readonly order: number;
  /** That minor. */
  readonly minor: number;
  /** The scenarios whose correlations with each other make it, the one last that cannot join the others. */
  readonly ids: readonly string[];
}

/** The lower triangle of a correlation matrix's root, by the scenarios in the order of their rows. */
export interface Dependence {
  readonly ids: readonly string[];
  readonly rows: readonly Float64Array[];
}

/** What rounding may leave of a pivot that is 0. */
const rounding = 1e-10;

/**
 * Cholesky's factor of the correlations; pairs that are not named are independent. Matrices that are only semidefinite have one
 * too: scenarios may go together wholly.
 * @returns the factor, or which leading minor is negative
 */
export function dependenceOf(correlations: readonly Correlation[]): Dependence | NotPossible {
  const ids = [...new Set(correlations.flatMap(({ a, b }) => [a, b]))].sort();
  const place = new Map(ids.map((id, index) => [id, index]));
  const matrix = ids.map((_, index) => {
    const row = new Float64Array(ids.length);
    row[index] = 1;
    return row;
  });
  for (const { a, b, coefficient } of correlations) {
    const [i, j] = [place.get(a) as number, place.get(b) as number];
    (matrix[i] as Float64Array)[j] = coefficient;
    (matrix[j] as Float64Array)[i] = coefficient;
  }
  const rows: Float64Array[] = [];
  let minor = 1;
  for (const [i, given] of matrix.entries()) {
    const row = new Float64Array(i + 1);
    let pivot = 1;
    for (let j = 0; j < i; j++) {
      const other = rows[j] as Float64Array;
      let rest = given[j] as number;
      for (let k = 0; k < j; k++) rest -= (row[k] as number) * (other[k] as number);
      const diagonal = other[j] as number;
      // Beside a scenario that others determine wholly, nothing may be left to explain.
      if (diagonal === 0 && Math.abs(rest) > 1e-7) return refusal(ids, matrix, [j, i]);
      row[j] = diagonal === 0 ? 0 : rest / diagonal;
      pivot -= (row[j] as number) ** 2;
    }
    if (pivot < -rounding) return { order: i + 1, minor: minor * pivot, ids: involved(ids, matrix, i) };
    row[i] = pivot <= rounding ? 0 : Math.sqrt(pivot);
    minor *= Math.max(0, pivot);
    rows.push(row);
  }
  return { ids, rows };
}

/** Of the scenarios up to a row, those that the row's own is correlated with, and itself. */
function involved(ids: readonly string[], matrix: readonly Float64Array[], last: number): string[] {
  const row = matrix[last] as Float64Array;
  const linked = new Set([last]);
  for (const index of linked) {
    for (let other = 0; other < last; other++) {
      const own = index === last ? row : (matrix[index] as Float64Array);
      if (own[other] !== 0) linked.add(other);
    }
  }
  return [...linked].sort((a, b) => a - b).map((index) => ids[index] as string);
}

function refusal(
  ids: readonly string[],
  matrix: readonly Float64Array[],
  [, last]: readonly [number, number],
): NotPossible {
  return { order: last + 1, minor: determinant(matrix, last + 1), ids: involved(ids, matrix, last) };
}

/** The leading minor of an order, by elimination with pivots. */
function determinant(matrix: readonly Float64Array[], order: number): number {
  const left: Float64Array[] = matrix.slice(0, order).map((row) => row.slice(0, order));
  let value = 1;
  for (let column = 0; column < order; column++) {
    let best = column;
    for (let row = column + 1; row < order; row++) {
      if (
        Math.abs((left[row] as Float64Array)[column] as number) >
        Math.abs((left[best] as Float64Array)[column] as number)
      )
        best = row;
    }
    const pivot = left[best] as Float64Array;
    if (best !== column) {
      left[best] = left[column] as Float64Array;
      left[column] = pivot;
      value = -value;
    }
    const head = pivot[column] as number;
    if (head === 0) return 0;
    value *= head;
    for (let row = column + 1; row < order; row++) {
      const own = left[row] as Float64Array;
      const times = (own[column] as number) / head;
      for (let k = column; k < order; k++) own[k] = (own[k] as number) - times * (pivot[k] as number);
    }
  }
  return value;
}

/**
 * The normal variable behind each of these rows, trial by trial: rows of the factor times independent normal variables, which
 * belong to the scenarios, not to whoever draws them.
 * @param keys of all scenarios of the factor, in its order
 */
export function dependentNormals(
  parts: { readonly seed: number; readonly block: number; readonly count: number },
  rows: readonly Float64Array[],
  keys: readonly StreamKey[],
  into: readonly Float64Array[],
  offset: number,
): void {
  const { seed, block, count } = parts;
  const longest = Math.max(...rows.map((row) => row.length));
  const independent = new Float64Array(count);
  for (const target of into) target.fill(0, offset, offset + count);
  for (let column = 0; column < longest; column++) {
    fillNormal(Stream.of(seed, keys[column] as StreamKey, purposes.dependence, block), independent, count);
    for (const [index, row] of rows.entries()) {
      const weight = row[column] ?? 0;
      if (weight === 0) continue;
      const target = into[index] as Float64Array;
      for (let trial = 0; trial < count; trial++)
        target[offset + trial] = (target[offset + trial] as number) + weight * (independent[trial] as number);
    }
  }
}

/**
 * The rank (from 0) of each value of a standard normal sample. Values are put into as many buckets as there are of them, by a
 * function that rises as the distribution does nearly, and ordered within their bucket: linear time.
 */
export function ranksOf(values: Float64Array): Uint32Array {
  const count = values.length;
  const bucket = new Uint32Array(count);
  const begins = new Uint32Array(count + 1);
  for (let index = 0; index < count; index++) {
    const share = 1 / (1 + Math.exp(-1.702 * (values[index] as number)));
    const at = Math.min(count - 1, Math.floor(share * count));
    bucket[index] = at;
    begins[at + 1] = (begins[at + 1] as number) + 1;
  }
  for (let at = 0; at < count; at++) begins[at + 1] = (begins[at + 1] as number) + (begins[at] as number);
  const filled = begins.slice();
  const order = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    const at = bucket[index] as number;
    let place = filled[at] as number;
    filled[at] = place + 1;
    const value = values[index] as number;
    while (place > (begins[at] as number) && (values[order[place - 1] as number] as number) > value) {
      order[place] = order[place - 1] as number;
      place--;
    }
    order[place] = index;
  }
  const ranks = new Uint32Array(count);
  for (let rank = 0; rank < count; rank++) ranks[order[rank] as number] = rank;
  return ranks;
}
