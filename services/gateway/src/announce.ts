import type { WriteTx } from '@annex/service';
import type { IdentityDatabase } from './database.ts';
import { recordPeople } from './person/person.operations.ts';
import { findTenant } from './tenant/tenant.store.ts';

const batchSize = 1000;

/** Announces the tenant and all of its people as they are, in events of at most 1,000 rows. */
export async function announce(tx: WriteTx<IdentityDatabase>): Promise<void> {
  const tenant = await findTenant(tx);
  if (!tenant) return;
  const { id, version, slug, name } = tenant;
  tx.record('annex.identity.tenant.changed.v1', { rows: [{ id, version, slug, name }] });
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const people = await tx.db
      .selectFrom('person')
      .select(['id', 'version', 'status', 'roles'])
      .where('tenantId', '=', tx.tenant)
      .where('id', '>', after)
      .orderBy('id')
      .limit(batchSize)
      .execute();
    const last = people.at(-1);
    if (!last) return;
    recordPeople(tx, people);
    after = last.id;
  }
}
