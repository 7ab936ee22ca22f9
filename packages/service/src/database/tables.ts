/** A column's SQL: type and constraints, for example `text not null`. */
export type Columns = { readonly [name: string]: string };

export interface EntityTable {
  /** Beside tenant_id, id, version, created_at/by, updated_at/by, which every entity has. */
  readonly columns: Columns;
  /** false where it does not belong to an ISMS; otherwise `isms_id uuid not null` is added. */
  readonly isms?: boolean;
  /** Column lists, each made in the table and its history, the tenant leading: `['isms_id', 'status']`. */
  readonly indexes?: readonly (readonly string[])[];
  /** Unique among the present rows of a tenant. */
  readonly unique?: readonly (readonly string[])[];
  /** Rows of the system tenant are readable by all (shared catalogues). */
  readonly shared?: boolean;
}

export interface LogTable {
  /** Beside tenant_id and id. */
  readonly columns: Columns;
  /** The timestamptz column that tells when a row came to be; as-of reads leave out later ones. */
  readonly time: string;
  readonly indexes?: readonly (readonly string[])[];
  readonly unique?: readonly (readonly string[])[];
}

/** Makes and changes table, history, trigger, policies, grants and as-of view together. */
export interface TableBuilder {
  /** A table whose every version is kept: `<service>.<name>`, `<service>_history.<name>`, `<service>_asof.<name>`. */
  entity(name: string, table: EntityTable): Promise<void>;
  /** A table that only grows (measurements, check results): no history, an as-of view by its time column. */
  log(name: string, table: LogTable): Promise<void>;
  addColumn(table: string, column: string, definition: string): Promise<void>;
  renameColumn(table: string, from: string, to: string): Promise<void>;
  dropColumn(table: string, column: string): Promise<void>;
  renameTable(from: string, to: string): Promise<void>;
  dropTable(name: string): Promise<void>;
  /** Anything else, run as the owner with the service's schema first in the search path. */
  sql(text: string): Promise<void>;
}
