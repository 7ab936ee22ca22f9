import { uuidv7 } from 'uuidv7';
import { migrateDatabase } from '../../src/database/provision.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase([{ name: 'risk', migrations: [] }]);
});
afterAll(() => test.close());

/** A table as it was made when its history held the present version too, by hand: nothing makes one any more. */
const earlier = `
  set role annex_risk_owner;
  create table risk.note (tenant_id uuid not null, id uuid not null, version integer not null, title text not null, primary key (tenant_id, id));
  create table risk_history.note (like risk.note, recorded_from timestamptz not null, recorded_to timestamptz not null,
    primary key (tenant_id, id, recorded_from), check (recorded_from < recorded_to));
  create unique index first_name__present on risk_history.note (tenant_id, id) where recorded_to = 'infinity';
  create function risk_history.note_keep() returns trigger language plpgsql as $$ begin return null; end $$;
  create trigger keep_inserted after insert on risk.note referencing new table as fresh for each statement execute function risk_history.note_keep();
  create trigger keep_updated after update on risk.note referencing new table as fresh for each statement execute function risk_history.note_keep();
  create trigger keep_deleted after delete on risk.note referencing old table as gone for each statement execute function risk_history.note_keep();
  create view risk_asof.note with (security_invoker = true) as select tenant_id, id, version, title from risk_history.note
    where recorded_from <= current_setting('annex.now')::timestamptz and recorded_to > current_setting('annex.now')::timestamptz;
  grant select on risk_asof.note to annex_risk;`;

const secured = `
  alter table risk.note enable row level security;
  alter table risk.note force row level security;
  create policy own on risk.note using (tenant_id = current_setting('annex.tenant')::uuid);
  grant select, insert, update, delete on risk.note to annex_risk;
  alter table risk_history.note enable row level security;
  alter table risk_history.note force row level security;
  create policy own on risk_history.note using (tenant_id = current_setting('annex.tenant')::uuid);
  grant select on risk_history.note to annex_risk;`;

it('a database whose histories held the present version too keeps every version and its moments', async () => {
  const [one, other] = test.tenants;
  const [kept, gone, theirs] = [uuidv7(), uuidv7(), uuidv7()];
  await test.admin(async (client) => {
    await client.query(earlier);
    const past = (tenant: string, id: string, version: number, from: string, to: string) =>
      client.query('insert into risk_history.note values ($1, $2, $3, $4, $5, $6)', [
        ...[tenant, id, version, `version ${version}`, from, to],
      ]);
    await past(one, kept, 1, '2026-01-01', '2026-01-02');
    await past(one, kept, 2, '2026-01-02', 'infinity');
    await past(one, gone, 1, '2026-01-01', '2026-01-03');
    await past(other, theirs, 1, '2026-01-01 00:00:00.000001', 'infinity');
    await client.query(
      `insert into risk.note select tenant_id, id, version, title from risk_history.note where recorded_to = 'infinity'`,
    );
    await client.query(secured);
  });
  const versions = (tenant: string) =>
    test.admin(async (client) => {
      await client.query(`set role annex_risk; set annex.tenant = '${tenant}'`);
      const { rows } = await client.query<{ id: string; version: number; since: string; until: string }>(
        `select id, version, to_char(recorded_from, 'MM-DD US') as since, coalesce(to_char(nullif(recorded_to, 'infinity'), 'MM-DD US'), 'now') as until
           from risk_history.note order by id, recorded_from`,
      );
      return rows.map((row) => [row.id, row.version, row.since, row.until].join(' '));
    });
  const before = await Promise.all([versions(one), versions(other)]);

  await migrateDatabase(test.url, [{ name: 'risk', migrations: [] }]);
  await migrateDatabase(test.url, [{ name: 'risk', migrations: [] }]);

  expect(await Promise.all([versions(one), versions(other)])).toEqual(before);
  const database = test.connect<{ note: { id: string; version: number } }>('risk');
  const asOf = async (day: string) => {
    const notes = await database.read({ ...test.scope(), asOf: new Date(day) }, (tx) =>
      tx.db.selectFrom('note').select('version').orderBy('id').execute(),
    );
    return notes.map((note) => note.version);
  };
  expect(await asOf('2026-01-01T12:00:00Z')).toEqual([1, 1]);
  expect(await asOf('2026-01-02T12:00:00Z')).toEqual([2, 1]);
  expect(await asOf('2026-01-03T12:00:00Z')).toEqual([2]);

  await test.setClock(new Date('2026-01-04T00:00:00Z'));
  await database.write(test.scope(), (tx) => tx.query('update note set version = 3'));
  expect(await versions(one)).toEqual([
    `${kept} 1 01-01 000000 01-02 000000`,
    `${kept} 2 01-02 000000 01-04 000000`,
    `${kept} 3 01-04 000000 now`,
    `${gone} 1 01-01 000000 01-03 000000`,
  ]);
  expect(await versions(other)).toEqual(before[1]);
});
