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
  /** The order of the first leading minor that no correlations can have. */
  readonly order: number;
  /** That minor. */
  readonly minor: number;
  /** The scenarios whose correlations with each other make it, the one last that cannot join the others. */
  readonly ids: readonly string[];
}

/** A lower triangle whose product with itself is the correlation matrix; rows end where nothing is left to explain. */
export interface Dependence {
  /** The scenarios in the order of their rows. */
  readonly ids: readonly string[];
  readonly rows: readonly Float64Array[];
}

/** What rounding may leave of a variance, or of a correlation, that is 0. */
const rounding = 1e-10;
/** A variance that may be divided by, whatever the others are. */
const plenty = 1e-3;

/**
 * Cholesky's factor of the correlations; pairs that are not named are independent. Matrices that are only semidefinite have one
 * too: scenarios may go together wholly. One that the others explain nearly waits until no other is left: dividing by a remainder
 * that is nearly nothing would make a great error of a small one (Higham, "Accuracy and Stability of Numerical Algorithms", 10.3).
 * @returns the factor, or the first leading minor, by the scenarios' names, at which they cannot hold
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
  const factor = rootOf(matrix, ids.length);
  if (factor) return { ids: factor.order.map((index) => ids[index] as string), rows: factor.rows };
  // Those before can hold together, those after cannot.
  let [holds, fails] = [1, ids.length];
  while (fails - holds > 1) {
    const middle = (holds + fails) >> 1;
    if (rootOf(matrix, middle)) holds = middle;
    else fails = middle;
  }
  return { order: fails, minor: determinant(matrix, fails), ids: involved(ids, matrix, fails - 1) };
}

/** The factor of the leading part of a matrix, by rows in the order in which they were taken; null where it has none. */
function rootOf(matrix: readonly Float64Array[], size: number): { order: number[]; rows: Float64Array[] } | null {
  /** What is not explained yet: a triangle, read from the larger index to the smaller. */
  const left = matrix.slice(0, size).map((row, index) => row.slice(0, index + 1));
  const between = (a: number, b: number): number => (left[Math.max(a, b)] as Float64Array)[Math.min(a, b)] as number;
  const rows = left.map((): number[] => []);
  const waiting = new Set(left.keys());
  const order: number[] = [];
  while (waiting.size > 0) {
    let next = -1;
    for (const index of waiting) {
      if (between(index, index) < -rounding) return null;
      const enough = next !== -1 && between(next, next) >= plenty;
      if (next === -1 || (!enough && between(index, index) > between(next, next))) next = index;
    }
    if (between(next, next) <= rounding) break;
    const column = order.length;
    waiting.delete(next);
    order.push(next);
    const diagonal = Math.sqrt(between(next, next));
    (rows[next] as number[]).push(diagonal);
    for (const index of waiting) (rows[index] as number[]).push(between(index, next) / diagonal);
    for (const a of waiting) {
      const [own, weight] = [left[a] as Float64Array, (rows[a] as number[])[column] as number];
      for (const b of waiting) {
        if (b <= a) own[b] = (own[b] as number) - weight * ((rows[b] as number[])[column] as number);
      }
    }
  }
  // Beside scenarios that others determine wholly, nothing may be left to explain.
  for (const a of waiting) for (const b of waiting) if (Math.abs(between(a, b)) > rounding) return null;
  order.push(...waiting);
  return { order, rows: order.map((index) => Float64Array.from(rows[index] as number[])) };
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
