import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import type { Migration } from '../../src/database/migrations.ts';
import type { WriteTx } from '../../src/database/transaction.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';

const migrations: Migration[] = [
  {
    name: '20260101_0000_note',
    async up(tables) {
      await tables.entity('note', { isms: false, columns: { title: 'text not null' }, indexes: [['title']] });
      await tables.log('reading', {
        columns: { value: 'double precision not null', taken_at: 'timestamptz not null' },
        time: 'taken_at',
      });
    },
  },
];

interface Tables {
  note: { id: string; title: string; version: number };
}

let test: TestDatabase;
let database: Database<Tables>;

beforeAll(async () => {
  test = await testDatabase([{ name: 'risk', migrations }]);
  database = test.connect<Tables>('risk');
});
afterAll(() => test.close());

const insert = (tx: WriteTx<Tables>, id: string, title: string) =>
  tx.query(
    `insert into note (tenant_id, id, title, created_at, created_by, updated_at, updated_by) values ($1, $2, $3, $4, 'x', $4, 'x')`,
    [tx.tenant, id, title, tx.now],
  );
const rename = (tx: WriteTx<Tables>, id: string, title: string) =>
  tx.query('update note set title = $2, version = version + 1, updated_at = $3 where id = $1', [id, title, tx.now]);

/** The titles of a note's versions with the microseconds at which each began and ended. */
const versions = (id: string) =>
  test.admin(
    async (client) =>
      (
        await client.query<{ title: string; from: string; to: string }>(
          `select title, recorded_from::text as from, recorded_to::text as to from risk_history.note where id = $1 order by recorded_from`,
          [id],
        )
      ).rows,
  );
/** What a read as of a moment (with microseconds) sees. */
const titleAt = (id: string, moment: string) =>
  test.admin(async (client) => {
    await client.query(
      `begin; set local role annex_risk; select set_config('annex.tenant', '${test.tenants[0]}', true), set_config('annex.now', '${moment}', true)`,
    );
    const { rows } = await client.query<{ title: string }>('select title from risk_asof.note where id = $1', [id]);
    await client.query('rollback');
    return rows.map((row) => row.title);
  });

const moment = (text: string) => test.setClock(new Date(text));

describe('history of an entity', () => {
  it('keeps every version, readable as of its moment by the same query', async () => {
    const id = uuidv7();
    await moment('2026-01-01T00:00:00Z');
    await database.write(test.scope(), (tx) => insert(tx, id, 'one'));
    await moment('2026-01-02T00:00:00Z');
    await database.write(test.scope(), (tx) => rename(tx, id, 'two'));
    await moment('2026-01-03T00:00:00Z');
    await database.write(test.scope(), (tx) => tx.query('delete from note where id = $1', [id]));
    const asOf = (text: string) =>
      database.read({ ...test.scope(), asOf: new Date(text) }, (tx) =>
        tx.db.selectFrom('note').select('title').where('id', '=', id).execute(),
      );
    expect(await asOf('2025-12-31T23:59:59Z')).toEqual([]);
    expect(await asOf('2026-01-01T12:00:00Z')).toEqual([{ title: 'one' }]);
    expect(await asOf('2026-01-02T00:00:00Z')).toEqual([{ title: 'two' }]);
    expect(await asOf('2026-01-03T00:00:01Z')).toEqual([]);
  });

  it('leaves every version readable when two transactions overlap on one row', async () => {
    const id = uuidv7();
    await moment('2026-02-01T00:00:00Z');
    await database.write(test.scope(), (tx) => insert(tx, id, 'first'));
    // The one that began first, with the earlier moment, writes last.
    let go: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      go = done;
    });
    await moment('2026-02-02T00:00:00Z');
    let opened: () => void = () => undefined;
    const open = new Promise<void>((done) => {
      opened = done;
    });
    const early = database.write(test.scope(), async (tx) => {
      opened();
      await held;
      await rename(tx, id, 'begun early');
    });
    await open;
    await moment('2026-02-03T00:00:00Z');
    await database.write(test.scope(), (tx) => rename(tx, id, 'begun late'));
    go();
    await early;
    const kept = await versions(id);
    expect(kept.map((version) => version.title)).toEqual(['first', 'begun late', 'begun early']);
    for (const version of kept) expect(await titleAt(id, version.from)).toEqual([version.title]);
    expect(kept.at(-1)?.to).toBe('infinity');
    expect(kept.slice(1).map((version) => version.from)).toEqual(kept.slice(0, -1).map((version) => version.to));
  });

  it('leaves every version readable when one transaction writes a row several times', async () => {
    const id = uuidv7();
    await moment('2026-03-01T00:00:00Z');
    await database.write(test.scope(), async (tx) => {
      await insert(tx, id, 'a');
      await rename(tx, id, 'b');
      await rename(tx, id, 'c');
    });
    const kept = await versions(id);
    expect(kept.map((version) => version.title)).toEqual(['a', 'b', 'c']);
    for (const version of kept) expect(await titleAt(id, version.from)).toEqual([version.title]);
  });

  it('begins a version of what was deleted and comes again where its last one ended', async () => {
    const id = uuidv7();
    await moment('2026-03-02T00:00:00Z');
    await database.write(test.scope(), (tx) => insert(tx, id, 'was'));
    await moment('2026-03-04T00:00:00Z');
    await database.write(test.scope(), (tx) => tx.query('delete from note where id = $1', [id]));
    // A transaction that began before the deletion writes after it.
    await moment('2026-03-03T00:00:00Z');
    await database.write(test.scope(), (tx) => insert(tx, id, 'is again'));
    const [was, again] = await versions(id);
    expect(again).toEqual({ title: 'is again', from: was?.to, to: 'infinity' });
    expect(await titleAt(id, '2026-03-03T12:00:00Z')).toEqual(['was']);
    expect(await titleAt(id, '2026-03-04T00:00:00Z')).toEqual(['is again']);
  });

  it('says itself when a version begins, whatever the writer says', async () => {
    const id = uuidv7();
    await moment('2026-03-05T00:00:00Z');
    await database.write(test.scope(), (tx) => insert(tx, id, 'true'));
    await moment('2026-03-06T00:00:00Z');
    await database.write(test.scope(), (tx) =>
      tx.query(`update note set title = 'forged', recorded_from = '2020-01-01' where id = $1`, [id]),
    );
    const kept = await versions(id);
    expect(kept.map(({ from }) => Date.parse(from))).toEqual([Date.parse('2026-03-05'), Date.parse('2026-03-06')]);
  });

  it('shows log rows of the past only up to the moment', async () => {
    await moment('2026-04-01T00:00:00Z');
    for (const [value, at] of [
      [1, '2026-03-01T00:00:00Z'],
      [2, '2026-03-15T00:00:00Z'],
    ] as const) {
      await database.write(test.scope(), (tx) =>
        tx.query('insert into reading (tenant_id, id, value, taken_at) values ($1, $2, $3, $4)', [
          tx.tenant,
          uuidv7(),
          value,
          at,
        ]),
      );
    }
    const at = (text: string) =>
      database.read(
        { ...test.scope(), asOf: new Date(text) },
        async (tx) => (await tx.query<{ value: number }>('select value from reading order by value')).rows,
      );
    expect(await at('2026-03-10T00:00:00Z')).toEqual([{ value: 1 }]);
    expect(await at('2026-03-20T00:00:00Z')).toHaveLength(2);
  });

  it('keeps 20,000 versions written at once without looking at each pair of them', async () => {
    await moment('2026-04-02T00:00:00Z');
    const many = `select $1::uuid, gen_random_uuid(), 'bulk', $2::timestamptz, 'x', $2::timestamptz, 'x' from generate_series(1, 20000)`;
    await database.write(test.scope(), (tx) =>
      tx.query(`insert into note (tenant_id, id, title, created_at, created_by, updated_at, updated_by) ${many}`, [
        tx.tenant,
        tx.now,
      ]),
    );
    await moment('2026-04-03T00:00:00Z');
    // A statement that takes more than its allowance is ended by the server: pairs would take minutes.
    await database.write(test.scope(), async (tx) => {
      await tx.query(`set local statement_timeout = '20s'`);
      await tx.query(`update note set version = 2 where title = 'bulk'`);
    });
    const counted = await test.admin((client) =>
      client.query(
        `select count(*)::int as all, count(*) filter (where recorded_to = 'infinity')::int as present from risk_history.note where title = 'bulk'`,
      ),
    );
    expect(counted.rows).toEqual([{ all: 40_000, present: 20_000 }]);
  });

  it('reads no more of a long history for one version more, also where a row is written by insert or update', async () => {
    const id = uuidv7();
    const upsert = (tx: WriteTx<Tables>, title: string) =>
      tx.query(
        `insert into note as n (tenant_id, id, title, created_at, created_by, updated_at, updated_by) values ($1, $2, $3, $4, 'x', $4, 'x')
         on conflict (tenant_id, id) do update set title = excluded.title, version = n.version + 1`,
        [tx.tenant, id, title, tx.now],
      );
    for (let written = 0; written < 5; written++) {
      await database.write(test.scope(), async (tx) => {
        for (let count = 0; count < 50; count++) await upsert(tx, `${written} ${count}`);
      });
    }
    const read = await database.write(test.scope(), async (tx) => {
      const readSoFar = async () => {
        const { rows } = await tx.query<{ read: number }>(
          `select (seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables
            where schemaname = 'risk_history' and relname = 'note_past'`,
        );
        return rows[0]?.read ?? 0;
      };
      const before = await readSoFar();
      await upsert(tx, 'the last');
      return (await readSoFar()) - before;
    });
    expect(read).toBeLessThan(10);
    expect(await versions(id)).toHaveLength(251);
  });

  it('refuses to write as of the past', async () => {
    const scope = { ...test.scope(), asOf: new Date('2026-01-01T00:00:00Z') };
    await expect(database.write(scope, async () => undefined)).rejects.toMatchObject({ code: 'AS_OF_NOT_WRITABLE' });
  });
});

describe('tenants and roles', () => {
  it('shows a tenant its own rows only, now and as of the past', async () => {
    const [mine, theirs] = test.tenants;
    const id = uuidv7();
    await moment('2026-05-01T00:00:00Z');
    await database.write(test.scope(mine), (tx) => insert(tx, id, 'mine'));
    const seen = (scope: Parameters<typeof database.read>[0]) =>
      database.read(scope, (tx) => tx.db.selectFrom('note').select('id').where('id', '=', id).execute());
    expect(await seen(test.scope(mine))).toHaveLength(1);
    expect(await seen(test.scope(theirs))).toHaveLength(0);
    const asOf = new Date('2026-05-02T00:00:00Z');
    expect(await seen({ ...test.scope(mine), asOf })).toHaveLength(1);
    expect(await seen({ ...test.scope(theirs), asOf })).toHaveLength(0);
  });

  it('refuses a row written in the name of another tenant', async () => {
    await expect(
      database.write(test.scope(test.tenants[0]), (tx) =>
        tx.query(
          `insert into note (tenant_id, id, title, created_at, created_by, updated_at, updated_by) values ($1, $2, 't', now(), 'x', now(), 'x')`,
          [test.tenants[1], uuidv7()],
        ),
      ),
    ).rejects.toThrow(/row-level security/);
  });

  it('gives the worker role outbox, inbox and due rows, and nothing else', async () => {
    await expect(database.acrossTenants('select count(*) from outbox')).resolves.toBeDefined();
    await expect(database.acrossTenants('select count(*) from note')).rejects.toThrow(/permission denied/);
  });

  it('lets no service write its history by hand or read the schema of another', async () => {
    await expect(
      database.write(test.scope(), (tx) => tx.query(`update risk_history.note_past set title = 'forged'`)),
    ).rejects.toThrow(/permission denied/);
    const other = await testDatabase([
      { name: 'risk', migrations },
      { name: 'audit', migrations: [] },
    ]);
    try {
      const audit = other.connect('audit');
      await expect(audit.read(other.scope(), (tx) => tx.query('select * from risk.note'))).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      await other.close();
    }
  });
});

describe('changes of a table', () => {
  it('carries table, history, trigger and view through add, rename, drop of a column and rename of the table', async () => {
    const changed = await testDatabase([
      {
        name: 'risk',
        migrations: [
          ...migrations,
          {
            name: '20260102_0000_note_changes',
            async up(tables) {
              await tables.addColumn('note', 'colour', `text not null default 'grey'`);
              await tables.renameColumn('note', 'title', 'heading');
              await tables.addColumn('note', 'scrap', 'text');
              await tables.dropColumn('note', 'scrap');
              await tables.renameTable('note', 'memo');
              await tables.renameColumn('reading', 'taken_at', 'read_at');
            },
          },
        ],
      },
    ]);
    try {
      const db = changed.connect<{ memo: { id: string; heading: string; colour: string } }>('risk');
      const id = uuidv7();
      await changed.setClock(new Date('2026-01-01T00:00:00Z'));
      await db.write(changed.scope(), (tx) =>
        tx.query(
          `insert into memo (tenant_id, id, heading, created_at, created_by, updated_at, updated_by) values ($1, $2, 'h', $3, 'x', $3, 'x')`,
          [tx.tenant, id, tx.now],
        ),
      );
      await changed.setClock(new Date('2026-01-02T00:00:00Z'));
      await db.write(changed.scope(), (tx) => tx.query(`update memo set colour = 'red' where id = $1`, [id]));
      const then = await db.read({ ...changed.scope(), asOf: new Date('2026-01-01T12:00:00Z') }, (tx) =>
        tx.db.selectFrom('memo').select(['heading', 'colour']).execute(),
      );
      expect(then).toEqual([{ heading: 'h', colour: 'grey' }]);
    } finally {
      await changed.close();
    }
  });
});
