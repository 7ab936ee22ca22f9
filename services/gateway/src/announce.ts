import { runsOf, type WriteTx } from '@annex/service';
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
  const peopleAfter = (after: string) =>
    tx.db
      .selectFrom('person')
      .select(['id', 'version', 'status', 'roles'])
      .where('tenantId', '=', tx.tenant)
      .where('id', '>', after)
      .orderBy('id')
      .limit(batchSize)
      .execute();
  for await (const people of runsOf(peopleAfter)) recordPeople(tx, people);
}
