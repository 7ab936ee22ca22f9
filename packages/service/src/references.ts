import type { Migration } from './database/migrations.ts';
import { rolesOf } from './database/roles.ts';
import { tenantSetting } from './database/tables.ts';
import type { WriteTx } from './database/transaction.ts';

export const referenceMigrations: readonly Migration[] = [
  {
    name: '20261124_0020_create_reference_counter',
    async up(tables) {
      await tables.sql(`
        create table reference_counter (
          tenant_id uuid not null, isms_id uuid not null, prefix text not null, last integer not null,
          primary key (tenant_id, isms_id, prefix));
        alter table reference_counter enable row level security;
        alter table reference_counter force row level security;
        create policy tenant_only on reference_counter using (tenant_id = ${tenantSetting}) with check (tenant_id = ${tenantSetting});
        grant select, insert, update on reference_counter to ${rolesOf(tables.service).login};`);
    },
  },
];

/**
 * The next number for people within an ISMS: `R-0042`, with a year `F-2026-003`. No promise of no gaps: a transaction that
 * rolls back gives its number back, one that deletes does not.
 */
export async function nextReference<T>(
  tx: WriteTx<T>,
  ismsId: string,
  prefix: string,
  options: { year?: number } = {},
): Promise<string> {
  const [reference = ''] = await nextReferences(tx, ismsId, prefix, 1, options);
  return reference;
}

/** So many numbers as `nextReference` gives, in order and with one statement. */
export async function nextReferences<T>(
  tx: WriteTx<T>,
  ismsId: string,
  prefix: string,
  count: number,
  options: { year?: number } = {},
): Promise<string[]> {
  if (count === 0) return [];
  const series = options.year === undefined ? prefix : `${prefix}-${options.year}`;
  const { rows } = await tx.query<{ last: number }>(
    `insert into reference_counter (tenant_id, isms_id, prefix, last) values ($1, $2, $3, $4)
     on conflict (tenant_id, isms_id, prefix) do update set last = reference_counter.last + excluded.last returning last`,
    [tx.tenant, ismsId, series, count],
  );
  const first = (rows[0]?.last ?? count) - count + 1;
  const digits = options.year === undefined ? 4 : 3;
  return Array.from({ length: count }, (_, index) => `${series}-${String(first + index).padStart(digits, '0')}`);
}

/** The number in a reference, to order by: 42 of `R-0042`. */
export const numberOf = (reference: string): number => Number(reference.slice(reference.lastIndexOf('-') + 1));
