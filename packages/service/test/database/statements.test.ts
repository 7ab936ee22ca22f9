import type { Database } from '../../src/database/database.ts';
import { Statements } from '../../src/database/statements.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';

interface Tables {
  note: { tenantId: string; id: string; title: string };
}

let test: TestDatabase;
let database: Database<Tables>;

beforeAll(async () => {
  test = await testDatabase([
    {
      name: 'risk',
      migrations: [
        {
          name: '20260101_0000_note',
          up: (tables) => tables.entity('note', { isms: false, columns: { title: 'text not null' } }),
        },
      ],
    },
  ]);
  database = test.connect<Tables>('risk', { poolSize: 1 });
});
afterAll(() => test.close());

const scope = () => test.scope();
const notes = () => database.read(scope(), (tx) => tx.db.selectFrom('note').selectAll().execute());
const prepared = () =>
  database.read(
    scope(),
    async (tx) =>
      (
        await tx.query<{ statement: string }>('select statement from pg_prepared_statements where $1 order by 1', [
          true,
        ])
      ).rows,
  );

it('prepares a statement that comes often, and not one that comes once', async () => {
  for (let time = 0; time < 3; time++) await notes();
  await database.read(scope(), (tx) => tx.query('select $1::int as once', [1]));
  const texts = (await prepared()).map((row) => row.statement);
  expect(texts.filter((text) => text.includes('from "note"'))).toHaveLength(1);
  expect(texts.some((text) => text.includes('as once'))).toBe(false);
});

it('goes on after a migration has changed what a prepared statement returns', async () => {
  for (let time = 0; time < 5; time++) await notes();
  await test.admin((client) => client.query('alter table risk.note add column colour text'));
  // A write is tried again by itself; a read that meets the old plan fails once, and the next one has forgotten it.
  await database.write(scope(), (tx) => tx.db.selectFrom('note').selectAll().execute());
  await expect(notes()).resolves.toEqual([]);
  await test.admin((client) => client.query('alter table risk.note drop column colour'));
  for (let time = 0; time < 5; time++) await notes().catch(() => undefined);
  await expect(notes()).resolves.toEqual([]);
});

it('reads the past by the past’s own plan, whatever was prepared for the present', async () => {
  const before = new Date(Date.now() - 86_400_000);
  await database.write(scope(), (tx) =>
    tx.query(
      `insert into note (tenant_id, id, title, created_at, created_by, updated_at, updated_by) values ($1, $2, 'now', $3, 'x', $3, 'x')`,
      [tx.tenant, '0190aaaa-0000-7000-8000-00000000000a', tx.now],
    ),
  );
  const titles = (asOf?: Date) =>
    database.read({ ...scope(), ...(asOf ? { asOf } : {}) }, (tx) =>
      tx.db.selectFrom('note').select('title').where('tenantId', '=', tx.tenant).execute(),
    );
  for (let time = 0; time < 6; time++) {
    expect(await titles()).toEqual([{ title: 'now' }]);
    expect(await titles(before)).toEqual([]);
  }
});

it('keeps no more plans than a connection can bear', () => {
  const statements = new Statements();
  const name = (text: string) => [1, 2, 3].map(() => statements.nameOf(text, false)).at(-1);
  const names = Array.from({ length: 300 }, (_, index) => name(`select ${index}`));
  expect(new Set(names.filter(Boolean)).size).toBe(200);
  expect(names.slice(200)).toEqual(Array(100).fill(undefined));
  expect(statements.nameOf('select 0', false)).toBe(names[0]);
});
