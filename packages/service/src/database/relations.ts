import type { ServiceName } from '@annex/schema';
import pg from 'pg';
import { rolesOf } from './roles.ts';

/** An identifier in SQL. */
export const q = (name: string) => pg.escapeIdentifier(name);

/** The moment that is read; the sub-select makes it one evaluation a query instead of one a row. */
export const asOfMoment = `(select nullif(current_setting('annex.now', true), '')::timestamptz)`;

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
}

/** What there is of a table in the three schemas of a service, by the table's name. */
export type Relations = ReturnType<typeof relationsOf>;

export function relationsOf(client: pg.ClientBase, service: ServiceName) {
  const { login } = rolesOf(service);
  const present = (name: string) => `${service}.${q(name)}`;

  /** The columns of the thing itself. Read from the catalogue rather than remembered: migrations run years apart. */
  const columnsOf = async (name: string): Promise<ColumnFacts[]> => {
    const { rows } = await client.query<ColumnFacts>(
      `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
       from pg_attribute a
       where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'recorded_from'
       order by a.attnum`,
      [present(name)],
    );
    return rows;
  };
  const listOf = async (name: string) => (await columnsOf(name)).map((column) => q(column.name)).join(', ');

  return {
    service,
    /** The table itself. */
    present,
    /** The versions before the present ones. */
    past: (name: string) => `${service}_history.${q(`${name}_past`)}`,
    /** All versions with the moments between which each held. */
    versions: (name: string) => `${service}_history.${q(name)}`,
    /** The rows as of a moment. */
    asOf: (name: string) => `${service}_asof.${q(name)}`,
    columnsOf,
    listOf,
    /** SQL that makes a view. Whoever asks is who reads the tables below, so that their policies hold. */
    view: (name: string, select: string) => `
      create view ${name} with (security_invoker = true) as ${select};
      grant select on ${name} to ${q(login)};`,
  };
}
