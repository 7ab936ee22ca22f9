import { AnnexError } from '@annex/schema';
import fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';
import { type ConnectionArgs, connection, ordering } from '../../src/graphql/connection.ts';
import { RequestContext } from '../../src/graphql/context.ts';
import { decodeCursor, encodeCursor } from '../../src/graphql/cursor.ts';
import { createExecutor, type Execute } from '../../src/graphql/execute.ts';
import { buildSubgraph } from '../../src/graphql/subgraph.ts';
import { type TestDatabase, testDatabase } from '../../src/testing/index.ts';
import { type NoteTables, noteMigrations, notes, requestOf } from './notes.ts';

let testing: TestDatabase;
let database: Database<NoteTables>;
let app: FastifyInstance;
let execute: Execute;
let tenant: string;
const noteIds: string[] = [];
const log = pino({ level: 'silent' });

beforeAll(async () => {
  testing = await testDatabase([{ name: 'risk', migrations: noteMigrations }]);
  [tenant] = testing.tenants;
  database = testing.connect<NoteTables>('risk', { clock: 'system' });
  app = fastify();
  execute = await createExecutor(app, { schema: buildSubgraph({ name: 'risk', modules: [notes] }), database, log });
  await app.ready();
  await database.write(testing.scope(tenant), async (tx) => {
    for (let n = 0; n < 23; n++) noteIds.push(uuidv7());
    // Moments a microsecond apart, and the same for several; titles and due dates that tie or are absent.
    await tx.query(
      `insert into note (tenant_id, id, title, due_at, created_at, created_by, updated_at, updated_by)
       select $1, id, 'title ' || (n % 3), case when n % 4 = 0 then null else timestamptz '2026-01-01Z' + make_interval(days => (n % 5)::int) end,
         timestamptz '2026-02-01Z' + (n / 2) * interval '1 microsecond', 'x', now(), 'x'
       from unnest($2::uuid[]) with ordinality as t(id, n)`,
      [tenant, noteIds],
    );
    await tx.query(
      `insert into comment (tenant_id, id, note_id, text, created_at, created_by, updated_at, updated_by)
       select $1, gen_random_uuid(), note, 'c' || c, timestamptz '2026-02-01Z' + c * interval '1 second', 'x', now(), 'x'
       from unnest($2::uuid[]) with ordinality as t(note, n), generate_series(1, (n % 7)::int) c`,
      [tenant, noteIds],
    );
  });
});

afterAll(async () => {
  await app?.close();
  await testing?.close();
});

interface Page {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number;
}
type Args = ConnectionArgs & { by?: 'NEWEST' | 'DUE' | 'TITLE' };

const query = `query ($first: Int, $after: String, $last: Int, $before: String, $by: NoteOrder) {
  notes(first: $first, after: $after, last: $last, before: $before, by: $by) {
    totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

async function pageOf(args: Args): Promise<Page> {
  const answer = await execute({ query, variables: { by: 'NEWEST', ...args }, request: requestOf(tenant) });
  expect(answer.errors).toBeUndefined();
  return (answer.data as { notes: Page }).notes;
}
const idsOf = (page: Page) => page.edges.map((edge) => edge.node.id);

const orderBy = {
  NEWEST: 'created_at desc, id desc',
  DUE: 'due_at asc, id asc',
  TITLE: 'title asc, created_at desc, id asc',
};

describe.each(['NEWEST', 'DUE', 'TITLE'] as const)('paging by %s', (by) => {
  const expected = () =>
    database.read(testing.scope(tenant), async (tx) =>
      (await tx.query<{ id: string }>(`select id from note order by ${orderBy[by]}`)).rows.map((row) => row.id),
    );

  test.each([1, 4, 7, 50])('forward by %d, everything comes once and in order', async (first) => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Page = await pageOf({ first, by, ...(after === null ? {} : { after }) });
      seen.push(...idsOf(page));
      expect(page.totalCount).toBe(23);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toEqual(await expected());
  });

  test.each([1, 4, 7])('backward by %d, the same list from its end', async (last) => {
    const seen: string[] = [];
    let before: string | null = null;
    for (;;) {
      const page: Page = await pageOf({ last, by, ...(before === null ? {} : { before }) });
      seen.unshift(...idsOf(page));
      expect(page.pageInfo.hasNextPage).toBe(before !== null);
      if (!page.pageInfo.hasPreviousPage) break;
      before = page.pageInfo.startCursor;
    }
    expect(seen).toEqual(await expected());
  });

  test('between two places', async () => {
    const all = await pageOf({ by });
    const [from, to] = [all.edges[4], all.edges[11]];
    const page = await pageOf({ by, after: from?.cursor ?? '', before: to?.cursor ?? '' });
    expect(idsOf(page)).toEqual(idsOf(all).slice(5, 11));
  });
});

describe('lists of many parents', () => {
  test('each parent gets its own page and count, in two statements for all', async () => {
    const sent: string[] = [];
    const context = new RequestContext(
      {
        ...database,
        openRead: async (scope) => {
          const { tx, ...opened } = await database.openRead(scope);
          return {
            tx: {
              scope: tx.scope,
              tenant: tx.tenant,
              now: tx.now,
              query: (text, values) => tx.query(text, values),
              db: tx.db.withPlugin({
                transformQuery: ({ node }) => {
                  sent.push(node.kind);
                  return node;
                },
                transformResult: async ({ result }) => result,
              }),
            },
            ...opened,
          };
        },
      },
      requestOf(tenant),
      log,
    );
    const lists = noteIds.map((id) =>
      connection(
        context,
        { first: 3 },
        {
          order: ordering({ createdAt: 'desc' }),
          query: (tx) =>
            tx.db.selectFrom('comment').select(['id', 'text', 'createdAt', 'noteId']).where('tenantId', '=', tx.tenant),
          parent: { field: 'Note.comments', column: 'noteId', id },
        },
      ),
    );
    const pages = await Promise.all(lists.map((list) => list.nodes()));
    const counts = await Promise.all(lists.map((list) => list.totalCount()));
    const infos = await Promise.all(lists.map((list) => list.pageInfo()));
    await context.close();
    expect(counts).toEqual(noteIds.map((_, n) => (n + 1) % 7));
    noteIds.forEach((_, n) => {
      const total = (n + 1) % 7;
      expect(pages[n]?.map((row) => row.text)).toEqual(
        [`c${total}`, `c${total - 1}`, `c${total - 2}`].slice(0, Math.min(3, total)),
      );
      expect(infos[n]?.hasNextPage).toBe(total > 3);
    });
    expect(sent.filter((kind) => kind === 'RawNode')).toHaveLength(2);
  });

  test('hand-written SQL pages like a query of kysely, and rows become nodes', async () => {
    const context = new RequestContext(database, requestOf(tenant), log);
    const list = connection(
      context,
      { first: 2 },
      {
        order: ordering({ n: 'asc' }, { id: 'n' }),
        query: () => sql<{ n: number }>`select n from generate_series(1, 5) as n`,
        node: (row) => ({ square: row.n ** 2 }),
      },
    );
    expect(await list.nodes()).toEqual([{ square: 1 }, { square: 4 }]);
    expect(await list.totalCount()).toBe(5);
    await context.close();
  });
});

describe('arguments', () => {
  const fault = async (args: Args) => {
    const answer = await execute({ query, variables: { by: 'NEWEST', ...args }, request: requestOf(tenant) });
    expect(answer.errors?.map((error) => error.extensions.code)).toEqual(['BAD_INPUT']);
    return answer.errors?.[0]?.extensions.faults?.[0]?.field;
  };

  test('sizes are from 1 to 200, and never two', async () => {
    expect(await fault({ first: 0 })).toBe('first');
    expect(await fault({ first: 201 })).toBe('first');
    expect(await fault({ last: -1 })).toBe('last');
    expect(await fault({ first: 1, last: 1 })).toBe('last');
  });

  test('a cursor of another order, a changed one and garbage are refused by name', async () => {
    const cursor = (await pageOf({ first: 1 })).edges[0]?.cursor ?? '';
    expect(await fault({ by: 'TITLE', after: cursor })).toBe('after');
    expect(await fault({ before: 'garbage' })).toBe('before');
    expect(await fault({ after: '' })).toBe('after');
    expect(await fault({ after: '%%%' })).toBe('after');
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    for (const change of [
      [2, ...parts.slice(1)],
      [...parts.slice(0, 2), '2020-01-01', parts[3]],
      parts.slice(0, 3),
      [],
      {},
      null,
    ]) {
      expect(await fault({ after: Buffer.from(JSON.stringify(change)).toString('base64url') })).toBe('after');
    }
  });

  test('a well-sealed cursor with impossible values is refused as well', async () => {
    const forged = encodeCursor(ordering({ createdAt: 'desc' }).identity, ['no moment', 'no id']);
    expect(await fault({ after: forged })).toBe('after');
  });

  test('a cursor gives back what it was made of', () => {
    const values = ['2026-02-01 00:00:00.000001+00', null, 'ü"\\'];
    expect(decodeCursor('after', encodeCursor('x', values), 'x', 3)).toEqual(values);
    expect(() => decodeCursor('after', encodeCursor('x', values), 'y', 3)).toThrow(AnnexError);
  });
});
