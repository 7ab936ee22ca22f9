import type { TableBuilder } from './tables.ts';

/** One step of a service's schema. `name` is `yyyymmdd_hhmm_what_changes`; order is the order of the list. */
export interface Migration {
  readonly name: string;
  up(tables: TableBuilder): Promise<void>;
}
