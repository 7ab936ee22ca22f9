import { allPermissions, notFound, type Permission } from '@annex/schema';
import type { Generated } from 'kysely';
import { uuidv7 } from 'uuidv7';
import type { Migration } from '../../src/database/migrations.ts';
import type { ServiceDefinition } from '../../src/definition.ts';
import { type ConnectionArgs, connection, ordering } from '../../src/graphql/connection.ts';
import type { CallContext, GraphqlModule } from '../../src/graphql/module.ts';
import type { RequestInfo } from '../../src/identity/caller.ts';

/** A sample service: notes with comments, small and with one of everything. */
interface Entity {
  tenantId: string;
  id: string;
  version: Generated<number>;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
}
interface NoteRow extends Entity {
  title: string;
  dueAt: Date | null;
}
interface CommentRow extends Entity {
  noteId: string;
  text: string;
}
export interface NoteTables {
  note: NoteRow;
  comment: CommentRow;
}

export const noteMigrations: readonly Migration[] = [
  {
    name: '20260101_0000_notes',
    async up(tables) {
      await tables.entity('note', { isms: false, columns: { title: 'text not null', due_at: 'timestamptz' } });
      await tables.entity('comment', {
        isms: false,
        columns: { note_id: 'uuid not null', text: 'text not null' },
        indexes: [['note_id', 'created_at', 'id']],
      });
    },
  },
];

const typeDefs = /* GraphQL */ `
  extend type Query {
    "A note by its id."
    note("The note." id: UUID!): Note @requiresScopes(scopes: [["risk:read"]])
    "All notes."
    notes(
      "At most so many from the start."
      first: Int
      "From behind this place."
      after: String
      "At most so many from the end."
      last: Int
      "Up to this place."
      before: String
      "How they are ordered."
      by: NoteOrder = NEWEST
    ): NoteConnection! @requiresScopes(scopes: [["risk:read"]])
    "Notes and comments."
    entries: [Entry!]! @requiresScopes(scopes: [["risk:read"]])
    "Fails in a way nobody foresaw."
    broken: String @requiresScopes(scopes: [["risk:read"]])
    "Fails in the database."
    brokenQuery: Int! @requiresScopes(scopes: [["risk:read"]])
    "What it was given."
    echo("A moment." at: DateTime, "Any JSON." json: JSON, "Several things." thing: ThingInput): JSON
      @requiresScopes(scopes: [["risk:read"]])
  }
  extend type Mutation {
    "Adds a note."
    createNote(input: CreateNoteInput!): CreateNotePayload! @requiresScopes(scopes: [["risk:write"]])
  }
  "How notes are ordered."
  enum NoteOrder {
    "The newest first."
    NEWEST
    "What is due first, first."
    DUE
    "By title, and within a title the newest first."
    TITLE
  }
  "Things."
  input ThingInput {
    "A moment."
    at: DateTime!
    "Moments."
    more: [DateTime!]
    "A number."
    count: Int
  }
  "A note to add."
  input CreateNoteInput {
    "What it says."
    title: String!
    "When it is due."
    dueAt: DateTime
  }
  "The note that was added."
  type CreateNotePayload {
    "The note."
    note: Note!
    "How many notes there are."
    total: Int!
  }
  "A note."
  type Note @key(fields: "id") @requiresScopes(scopes: [["risk:read"]]) {
    "Its id."
    id: UUID!
    "What it says."
    title: String!
    "When it is due."
    dueAt: DateTime
    "For two kinds of people."
    confidential: String @requiresScopes(scopes: [["risk:accept", "audit:read"], ["operations:read"]])
    "For nobody in particular, but never null."
    strict: String! @requiresScopes(scopes: [["operations:write"]])
    "What people say about it."
    comments("At most so many." first: Int, "From behind this place." after: String): CommentConnection!
  }
  "A part of the list of notes."
  type NoteConnection {
    "The notes of this page with their places."
    edges: [NoteEdge!]!
    "The notes of this page."
    nodes: [Note!]!
    "Where this page lies."
    pageInfo: PageInfo!
    "How many there are in all."
    totalCount: Int!
  }
  "A note in a list."
  type NoteEdge {
    "The note."
    node: Note!
    "Its place."
    cursor: String!
  }
  "A comment."
  type Comment @key(fields: "id") @requiresScopes(scopes: [["evidence:read"]]) {
    "Its id."
    id: UUID!
    "What it says."
    text: String!
  }
  "A part of the list of comments."
  type CommentConnection {
    "The comments of this page with their places."
    edges: [CommentEdge!]!
    "Where this page lies."
    pageInfo: PageInfo!
    "How many there are in all."
    totalCount: Int!
  }
  "A comment in a list."
  type CommentEdge {
    "The comment."
    node: Comment!
    "Its place."
    cursor: String!
  }
  "A note or a comment."
  union Entry = Note | Comment
  extend type Control @key(fields: "id") @requiresScopes(scopes: [["controls:read"]]) {
    id: String! @external
    "Notes about the control."
    noteCount: Int! @requiresScopes(scopes: [["risk:read"]])
  }
`;

const orders = {
  NEWEST: ordering({ createdAt: 'desc' }),
  DUE: ordering({ dueAt: 'asc nullable' }),
  TITLE: ordering({ title: 'asc', createdAt: 'desc' }),
};

type Context = CallContext<NoteTables>;

const noteOf = (context: Context, id: string) =>
  context
    .loader<string, NoteRow>('note', async (tx, ids) => {
      const found = await tx.db
        .selectFrom('note')
        .selectAll()
        .where('tenantId', '=', tx.tenant)
        .where('id', 'in', [...ids])
        .execute();
      const byId = new Map(found.map((note) => [note.id, note as unknown as NoteRow]));
      return ids.map((id) => byId.get(id) ?? notFound('Note', id));
    })
    .load(id);

async function createNote(context: Context, input: { title: string; dueAt?: Date | null }): Promise<{ id: string }> {
  return context.write('createNote', input, async (tx) => {
    const id = uuidv7();
    const { tenant: tenantId, now } = tx;
    const by = tx.scope.actor;
    await tx.db
      .insertInto('note')
      .values({
        tenantId,
        id,
        title: input.title,
        dueAt: input.dueAt ?? null,
        createdAt: now,
        createdBy: by,
        updatedAt: now,
        updatedBy: by,
      })
      .execute();
    if (input.title === 'slow') await tx.query('select pg_sleep(0.2)');
    if (input.title === 'fails') throw new Error('it failed after the insert');
    return { id };
  });
}

export const notes: GraphqlModule<NoteTables> = {
  typeDefs,
  resolvers: {
    Query: {
      note: async (_, { id }: { id: string }, context) =>
        noteOf(context, id).catch((error) => (error.code === 'NOT_FOUND' ? null : Promise.reject(error))),
      notes: (_, args: ConnectionArgs & { by: keyof typeof orders }, context) =>
        connection(context, args, {
          order: orders[args.by],
          query: (tx) => tx.db.selectFrom('note').selectAll().where('tenantId', '=', tx.tenant),
        }),
      entries: (_source, _args, context) =>
        context.read(async (tx) => {
          const note = await tx.db.selectFrom('note').selectAll().execute();
          const comment = await tx.db.selectFrom('comment').selectAll().execute();
          return [
            ...note.map((row) => ({ ...row, __typename: 'Note' })),
            ...comment.map((row) => ({ ...row, __typename: 'Comment' })),
          ];
        }),
      broken: () => {
        throw new Error('the password is hunter2', { cause: new Error('/etc/passwd') });
      },
      brokenQuery: (_source, _args, context) =>
        context.read(
          async (tx) => (await tx.query('select secret_column from note where title = $1', ['x'])).rows.length,
        ),
      echo: (_source, args) => args,
    },
    Mutation: {
      createNote: async (_source, { input }: { input: { title: string; dueAt?: Date } }, context) =>
        createNote(context, input),
    },
    CreateNotePayload: {
      note: ({ id }: { id: string }, _args, context) => noteOf(context, id),
      total: (_source, _args, context) =>
        context.read(async (tx) => Number((await tx.query('select count(*) as n from note')).rows[0]?.n)),
    },
    Note: {
      __resolveReference: ({ id }: { id: string }, context) => noteOf(context, id),
      confidential: () => 'between us',
      strict: () => 'strict',
      comments: (note: NoteRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: orders.NEWEST,
          query: (tx) => tx.db.selectFrom('comment').selectAll().where('tenantId', '=', tx.tenant),
          parent: { field: 'Note.comments', column: 'noteId', id: note.id },
        }),
    },
    Entry: { __resolveType: (value: { __typename: string }) => value.__typename },
    Control: { noteCount: () => 7 },
  },
};

export const noteService: ServiceDefinition<NoteTables> = {
  name: 'risk',
  migrations: noteMigrations,
  modules: [notes],
  subscriptions: {},
  timers: {},
  announce: async () => {},
};

/** A request of somebody; with every permission unless told. */
export function requestOf(
  tenant: string,
  options: Partial<Omit<RequestInfo, 'caller'>> & { permissions?: readonly Permission[]; actor?: string } = {},
): RequestInfo {
  const { permissions = allPermissions, actor = 'person:0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21', ...rest } = options;
  return { caller: { tenant, actor, permissions: new Set(permissions) }, correlationId: uuidv7(), ...rest };
}
