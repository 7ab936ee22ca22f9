import { badInput, type ConsumerName, notFound, routes } from '@annex/schema';
import {
  checkVersion,
  connection,
  type EntityColumns,
  entityFields,
  type Migration,
  newId,
  ordering,
  type ServiceDefinition,
  type Tx,
  touched,
} from '@annex/service';

/** Handlers that do nothing with what a consumer is sent. */
const ignored = (consumer: ConsumerName) =>
  Object.fromEntries(routes[consumer].types.map((type) => [type, async () => {}]));

interface NoteRow extends EntityColumns {
  title: string;
  colour: string;
}
interface NoteTables {
  note: NoteRow;
}

const migrations: readonly Migration[] = [
  {
    name: '20261124_0900_note',
    up: (tables) =>
      tables.entity('note', {
        isms: false,
        columns: { title: 'text not null', colour: 'text not null' },
        indexes: [['title']],
      }),
  },
];

const load = async (tx: Tx<NoteTables>, id: string) =>
  (await tx.db
    .selectFrom('note')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '=', id)
    .executeTakeFirst()) ?? null;

const byTitle = ordering({ title: 'asc' });

/** A service as others are: a list, an entity, changes with versions, errors of several kinds. */
export const notes: ServiceDefinition<NoteTables> = {
  name: 'risk',
  migrations,
  modules: [
    {
      typeDefs: `
        extend type Query {
          "Notes."
          notes("How many." first: Int = 50 "From where." after: String "Of this colour." colour: Colour): NoteConnection! @requiresScopes(scopes: [["risk:read"]])
          "A note."
          note("Which." id: UUID!): Note @requiresScopes(scopes: [["risk:read"]])
          "Breaks."
          broken: String @requiresScopes(scopes: [["risk:read"]])
          "Who is seen to call."
          seen: String @requiresScopes(scopes: [["risk:read"]])
        }
        extend type Mutation {
          "Makes one."
          createNote(input: CreateNoteInput!): NotePayload @requiresScopes(scopes: [["risk:write"]])
          "Changes one."
          updateNote(input: UpdateNoteInput!): NotePayload @requiresScopes(scopes: [["risk:write"]])
        }
        "A colour."
        enum Colour {
          "Red."
          RED
          "Blue."
          BLUE
        }
        "A note."
        type Note @key(fields: "id") @requiresScopes(scopes: [["risk:read"]]) {
          "Id."
          id: UUID!
          "Version."
          version: Int!
          "Title."
          title: String!
        }
        "Notes."
        type NoteConnection {
          "Edges."
          edges: [NoteEdge!]!
          "Nodes."
          nodes: [Note!]!
          "Page."
          pageInfo: PageInfo!
          "Count."
          totalCount: Int!
        }
        "Edge."
        type NoteEdge {
          "Node."
          node: Note!
          "Cursor."
          cursor: String!
        }
        "New note."
        input CreateNoteInput {
          "Title."
          title: String!
          "Colour."
          colour: Colour
        }
        "Change."
        input UpdateNoteInput {
          "Which."
          id: UUID!
          "Version that was read."
          expectedVersion: Int!
          "Title."
          title: String
        }
        "Made."
        type NotePayload {
          "The note."
          note: Note!
        }`,
      resolvers: {
        Query: {
          notes: (_, args: { first?: number; after?: string; colour?: string }, context) =>
            connection<NoteTables, NoteRow>(context, args, {
              order: byTitle,
              query: (tx) => {
                const all = tx.db.selectFrom('note').selectAll().where('tenantId', '=', tx.tenant);
                return args.colour ? all.where('colour', '=', args.colour) : all;
              },
            }),
          note: (_, { id }: { id: string }, context) => context.read((tx) => load(tx, id)),
          broken: () => {
            throw new Error('the password is hunter2');
          },
          seen: (_, __, context) =>
            `${context.caller.actor} ${context.request.reason ?? '-'} ${context.request.correlationId}`,
        },
        Mutation: {
          createNote: async (_, { input }: { input: { title: string; colour?: string } }, context) => {
            if (input.title.length > 20) throw badInput('input.title', input.title, 'must have at most 20 characters');
            const { id } = await context.write('createNote', input, async (tx) => {
              const id = newId();
              const values = { ...entityFields(tx), id, version: 1, title: input.title, colour: input.colour ?? 'RED' };
              await tx.db.insertInto('note').values(values).execute();
              return { id };
            });
            return { note: await context.read((tx) => load(tx, id)) };
          },
          updateNote: async (
            _,
            { input }: { input: { id: string; expectedVersion: number; title?: string } },
            context,
          ) => {
            await context.write('updateNote', input, async (tx) => {
              const note = await load(tx, input.id);
              if (!note) throw notFound('Note', input.id);
              checkVersion('Note', note.id, note.version, input.expectedVersion);
              const set = { ...touched(tx), version: note.version + 1, title: input.title ?? note.title };
              await tx.db
                .updateTable('note')
                .set(set)
                .where('tenantId', '=', tx.tenant)
                .where('id', '=', note.id)
                .execute();
            });
            return { note: await context.read((tx) => load(tx, input.id)) };
          },
        },
        Note: {
          __resolveReference: (reference: { id: string }, context) => context.read((tx) => load(tx, reference.id)),
        },
      },
    },
  ],
  subscriptions: { risk: ignored('risk') },
  timers: {},
  announce: async () => {},
};

/** A second service, that adds to the first one's notes and echoes streams. */
export const marks: ServiceDefinition<Record<string, never>> = {
  name: 'evidence',
  migrations: [],
  modules: [
    {
      typeDefs: `
        extend type Query {
          "How many marks there are."
          markCount: Int! @requiresScopes(scopes: [["evidence:read"]])
        }
        extend type Note @key(fields: "id") @requiresScopes(scopes: [["risk:read"]]) {
          id: UUID!
          "Grade of it."
          grade: Int! @requiresScopes(scopes: [["evidence:read"]])
          "Marks of it."
          marks: [String!] @requiresScopes(scopes: [["evidence:read"]])
        }`,
      resolvers: {
        Query: { markCount: () => 1 },
        Note: {
          __resolveReference: (reference: { id: string }) => reference,
          grade: () => 1,
          marks: (note: { id: string }) => [`mark of ${note.id}`],
        },
      },
    },
  ],
  subscriptions: { evidence: ignored('evidence') },
  timers: {},
  announce: async () => {},
  routes(app) {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.post('/imports', async (request, reply) => {
      let bytes = 0;
      for await (const chunk of request.raw) bytes += (chunk as Buffer).length;
      const { tenant, actor } = request.caller.caller;
      return reply
        .code(201)
        .header('location', '/imports/0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21')
        .send({ bytes, tenant, actor, query: request.query, headers: request.headers });
    });
  },
};
