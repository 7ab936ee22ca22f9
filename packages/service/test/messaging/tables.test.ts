import { systemScope } from '../../src/scope.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import { record, services } from './harness.ts';

describe('the tables of messaging', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase(services);
    const database = db.connect('controls');
    for (const tenant of db.tenants) await record(database, tenant, 2);
  });
  afterAll(() => db.close());

  it('show a service the rows of the tenant of its transaction alone', async () => {
    const database = db.connect('controls');
    const seen = await database.read(systemScope('controls', db.tenants[0]), (tx) =>
      tx.query<{ tenant_id: string }>('select tenant_id from outbox'),
    );
    expect(seen.rows.map((row) => row.tenant_id)).toEqual([db.tenants[0], db.tenants[0]]);
    const without = await database.pool.query('select from controls.outbox');
    expect(without.rowCount).toBe(0);
  });

  it('refuse rows of another tenant', async () => {
    const database = db.connect('controls');
    await expect(
      database.write(systemScope('controls', db.tenants[0]), (tx) =>
        tx.query(`insert into due (tenant_id, kind, subject_id, due_at) values ($1, 'k', 's', now())`, [db.tenants[1]]),
      ),
    ).rejects.toThrow(/row-level security/);
  });

  it('let the worker role read all tenants and change nothing', async () => {
    const database = db.connect('controls');
    const tenants = await database.acrossTenants<{ tenant_id: string }>(
      'select distinct tenant_id from outbox order by 1',
    );
    expect(tenants.map((row) => row.tenant_id)).toEqual([...db.tenants].sort());
    for (const change of [
      'update outbox set published_at = now()',
      'delete from inbox',
      'delete from due',
      'delete from dead_letter',
    ]) {
      await expect(database.acrossTenants(change)).rejects.toThrow(/permission denied/);
    }
    await expect(database.acrossTenants('select from effect')).rejects.toThrow(/permission denied/);
  });
});
