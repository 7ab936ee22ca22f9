import fc from 'fast-check';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import { literal } from '../../src/database/literal.ts';
import type { WriteTx } from '../../src/database/transaction.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';

let test: TestDatabase;
let database: Database<unknown>;

beforeAll(async () => {
  test = await testDatabase([{ name: 'controls', migrations: [] }]);
  database = test.connect<unknown>('controls');
});
afterAll(() => test.close());

const rowsAtATime = 1000;
const name = 'An organisation with a name of some length. '.repeat(8);

/** Five megabytes of events: more than a transaction keeps until its commit. */
async function recordMuch(tx: WriteTx): Promise<string[]> {
  const ids: string[] = [];
  for (let part = 0; part < 13; part++) {
    const rows = Array.from({ length: rowsAtATime }, () => ({
      id: uuidv7(),
      version: 1,
      name,
      status: 'OPERATING' as const,
    }));
    tx.record('annex.controls.isms.changed.v1', { rows });
    ids.push(...rows.map((row) => row.id));
    await tx.query('select 1');
  }
  return ids;
}

const bodies = async (): Promise<{ data: { rows: { id: string; name: string }[] } }[]> =>
  test.admin(async (client) => {
    const { rows } = await client.query<{ body: string }>('select body from controls.outbox order by position');
    return rows.map(({ body }) => JSON.parse(`{${body}`));
  });

describe('a transaction that records more than it keeps until its commit', () => {
  afterEach(() => test.admin((client) => client.query('delete from controls.outbox')));

  it('leaves every row once, in order, in events of at most 1,000 rows and about 256 KB', async () => {
    const heard: string[] = [];
    database.onRecorded((tenant) => heard.push(tenant));
    const ids = await database.write(test.scope(), recordMuch);
    const events = await bodies();
    expect(events.flatMap((event) => event.data.rows.map((row) => row.id))).toEqual(ids);
    for (const { data } of events) {
      expect(data.rows.length).toBeLessThanOrEqual(rowsAtATime);
      expect(JSON.stringify(data).length).toBeLessThan(260 * 1024);
    }
    expect(heard).toEqual([test.tenants[0]]);
  });

  it('leaves nothing where it fails in the end', async () => {
    const failing = database.write(test.scope(), async (tx) => {
      await recordMuch(tx);
      throw new Error('not after all');
    });
    await expect(failing).rejects.toThrow('not after all');
    expect(await bodies()).toEqual([]);
  });

  it('fails where one of its events cannot be written, and leaves nothing', async () => {
    await test.admin((client) =>
      client.query('alter table controls.outbox add constraint short check (length(body) < 1000) not valid'),
    );
    try {
      await expect(database.write(test.scope(), recordMuch)).rejects.toThrow();
      expect(await bodies()).toEqual([]);
    } finally {
      await test.admin((client) => client.query('alter table controls.outbox drop constraint short'));
    }
  });
});

describe('a literal', () => {
  it('is what the driver would make of the text', () => {
    const awkward = fc.string({ unit: fc.constantFrom("'", '\\', '"', '$', '{', 'a', '\n', 'é', '𐀀'), maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(awkward, fc.string({ unit: 'binary' })), (text) =>
        expect(literal(text)).toBe(pg.escapeLiteral(text)),
      ),
    );
  });
});
