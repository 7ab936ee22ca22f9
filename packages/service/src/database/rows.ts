import { CamelCasePlugin, type PluginTransformResultArgs } from 'kysely';
import pg from 'pg';

const digits = (text: string, from: number, count: number): number => {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
};

const parseAnyTimestamp = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text');

/**
 * A timestamptz as our sessions print it, `2026-11-24 09:30:00.123456+00`: cut to the millisecond. Every other form (infinity, years
 * before Christ, other zones) is left to pg's parser, which is several times slower.
 */
export function parseTimestamp(text: string): unknown {
  const { length } = text;
  if (length >= 22 && text.charCodeAt(10) === 32 && text.endsWith('+00')) {
    let ms = 0;
    for (let at = 20, unit = 100; at < length - 3 && unit >= 1; at++, unit /= 10) ms += digits(text, at, 1) * unit;
    const moment = Date.UTC(
      digits(text, 0, 4),
      digits(text, 5, 2) - 1,
      digits(text, 8, 2),
      digits(text, 11, 2),
      digits(text, 14, 2),
      digits(text, 17, 2),
      ms,
    );
    // Date.UTC takes the years 0 to 99 for 1900 to 1999.
    if (!Number.isNaN(moment) && text.charCodeAt(0) !== 48) return new Date(moment);
  }
  return parseAnyTimestamp(text);
}

const { INT8, NUMERIC, TIMESTAMPTZ } = pg.types.builtins;

/** int8 and numeric as numbers, since counts and positions stay far below 2^53; timestamptz as a Date. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
    if (oid === INT8 || oid === NUMERIC) return Number;
    return oid === TIMESTAMPTZ ? parseTimestamp : pg.types.getTypeParser(oid, 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** Names in camel case for queries alone: rows get theirs from `camelRows`, which makes each object once instead of twice. */
class CamelCaseQueries extends CamelCasePlugin {
  nameOf(column: string): string {
    return this.camelCase(column);
  }

  override async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}

export const camelCaseQueries = new CamelCaseQueries();

/** Rows that came as arrays, as objects with the columns' names in camel case. */
export function camelRows(fields: readonly { readonly name: string }[], rows: readonly unknown[][]): object[] {
  const names = fields.map((field) => camelCaseQueries.nameOf(field.name));
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index++) row[names[index] as string] = values[index];
    return row;
  });
}
