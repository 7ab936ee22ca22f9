/** How much is read before a file is refused. */
export interface Limits {
  /** Bytes of the file as it came. */
  readonly bytes: number;
  /** Bytes of all the parts of a workbook together, once inflated. */
  readonly uncompressed: number;
  /** How many times larger than its compressed form a part of more than 1 MiB may be. Deflate reaches 1032. */
  readonly ratio: number;
  /** Parts in a workbook. */
  readonly entries: number;
  /** Rows under the header that are not blank. */
  readonly rows: number;
  readonly columns: number;
  /** Characters (UTF-16 units) in a cell. */
  readonly cellChars: number;
}

const MiB = 1024 * 1024;

export const defaultLimits: Limits = Object.freeze({
  bytes: 20 * MiB,
  uncompressed: 200 * MiB,
  ratio: 300,
  entries: 5_000,
  rows: 100_000,
  columns: 200,
  cellChars: 100_000,
});

/** A size as people write it: `20 MiB`, `1.5 KiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [amount, unit] = bytes < MiB ? [bytes / 1024, 'KiB'] : [bytes / MiB, 'MiB'];
  return `${Number(amount.toFixed(1))} ${unit}`;
}
