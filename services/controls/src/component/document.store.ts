import type { OscalComponent } from '@annex/oscal';
import type { Tx, WriteTx } from '@annex/service';
import type { ComponentClaimRow, ComponentDefinitionRow, ComponentRow, ComponentTables } from './component.store.ts';
import type { DefinitionHead } from './component.ts';

/** Rows of one statement; components carry all that they say. */
const atOnce = { components: 100, claims: 1000 } as const;

export async function insertDefinition(
  tx: WriteTx<ComponentTables>,
  row: ComponentDefinitionRow,
  head: DefinitionHead,
): Promise<void> {
  await tx.db
    .insertInto('componentDefinition')
    .values({ ...row, sources: JSON.stringify(row.sources) as never, head: JSON.stringify(head) as never })
    .execute();
}

export async function insertComponents(
  tx: WriteTx<ComponentTables>,
  rows: readonly (ComponentRow & { content: OscalComponent })[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += atOnce.components) {
    await tx.db
      .insertInto('component')
      .values(
        rows
          .slice(from, from + atOnce.components)
          .map((row) => ({ ...row, content: JSON.stringify(row.content) as never })),
      )
      .execute();
  }
}

export async function insertClaims(tx: WriteTx<ComponentTables>, rows: readonly ComponentClaimRow[]): Promise<void> {
  for (let from = 0; from < rows.length; from += atOnce.claims) {
    await tx.db
      .insertInto('componentClaim')
      .values(rows.slice(from, from + atOnce.claims))
      .execute();
  }
}

/** The head of a definition, as it came. */
export async function headOf(tx: Tx<ComponentTables>, id: string): Promise<DefinitionHead | undefined> {
  const row = await tx.db
    .selectFrom('componentDefinition')
    .select('head')
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.head;
}

/** The components of a definition as they came, in their order, a run at a time. */
export async function* contentsOf(tx: Tx<ComponentTables>, id: string): AsyncGenerator<OscalComponent> {
  for (let from = 0; ; from += atOnce.components) {
    const rows = await tx.db
      .selectFrom('component')
      .select('content')
      .where('tenantId', '=', tx.tenant)
      .where('definitionId', '=', id)
      .where('position', '>=', from)
      .orderBy('position')
      .limit(atOnce.components)
      .execute();
    for (const { content } of rows) yield content;
    if (rows.length < atOnce.components) return;
  }
}
