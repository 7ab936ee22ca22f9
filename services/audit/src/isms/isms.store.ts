import type { EventRow } from '@annex/schema';
import type { EntityColumns } from '@annex/service';
import { entityFields, touched, type WriteTx } from '@annex/service';

type IsmsRow = EventRow<'annex.controls.isms.changed.v1'>;

interface IsmsTable extends EntityColumns {
  name: string;
  status: IsmsRow['status'];
  deleted: boolean;
}

export interface IsmsTables {
  isms: IsmsTable;
}

/**
 * Takes over what controls tells of its ISMS, where it is newer than what is held.
 * @returns the ids of those that are new or changed
 */
export async function projectIsms(tx: WriteTx<IsmsTables>, rows: readonly IsmsRow[]): Promise<string[]> {
  const taken = await tx.db
    .insertInto('isms')
    .values(
      rows.map(({ id, version, name, status, deleted }) => ({
        ...entityFields(tx),
        id,
        version,
        name,
        status,
        deleted: deleted ?? false,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenantId', 'id'])
        .doUpdateSet((eb) => ({
          ...touched(tx),
          version: eb.ref('excluded.version'),
          name: eb.ref('excluded.name'),
          status: eb.ref('excluded.status'),
          deleted: eb.ref('excluded.deleted'),
        }))
        .whereRef('excluded.version', '>', 'isms.version'),
    )
    .returning('id')
    .execute();
  return taken.map((row) => row.id).sort();
}
