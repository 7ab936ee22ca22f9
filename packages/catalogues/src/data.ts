import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A data file of the catalogues, read once when its module is loaded and frozen through and through: every service
 * in a process shares these objects.
 */
export function readData<T>(file: string): readonly T[] {
  return deepFreeze(JSON.parse(readFileSync(join(import.meta.dirname, '../data', file), 'utf8')) as T[]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
