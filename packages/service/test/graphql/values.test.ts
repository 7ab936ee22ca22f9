import fastify from 'fastify';
import { pino } from 'pino';
import { createExecutor } from '../../src/graphql/execute.ts';
import { buildSubgraph } from '../../src/graphql/subgraph.ts';
import { requestOf } from './notes.ts';

const scoped = '@requiresScopes(scopes: [["risk:read"]])';
/** Odd things that a resolver may return; none may stop an answer, and compiling must not change it. */
const values: Record<string, () => unknown> = {
  number: () => 5,
  object: async () => ({}),
  rejectedNull: () => Promise.reject(null),
  thrownText: () => {
    throw 'a text';
  },
  promises: () => {
    const rejected = Promise.reject(new Error('no'));
    // Where no list is expected nobody waits for it.
    rejected.catch(() => undefined);
    return [Promise.resolve({ id: 1 }), rejected, { id: 3 }];
  },
  errors: async () => [{ id: 1 }, new Error('no'), null],
};
const kinds = { List: '[Thing]', Strict: '[Thing!]!', One: 'Thing', Leaf: 'Int', Union: 'Either', Unions: '[Either]' };
const fields = Object.keys(values).flatMap((name) =>
  Object.entries(kinds).map(([kind, type]) => ({ name, kind, type, field: `${name}${kind}` })),
);

const typeDefs = `
  extend type Query { ${fields.map(({ field, type }) => `"It." ${field}: ${type} ${scoped}`).join('\n')} }
  "A thing." type Thing ${scoped} { "Its id." id: ID }
  "Another." type Other ${scoped} { "Its id." id: ID }
  "One of both." union Either = Thing | Other`;

test('odd values end in the same answer, compiled or not', async () => {
  const app = fastify();
  const resolvers = {
    Query: Object.fromEntries(fields.map(({ name, field }) => [field, values[name] as () => unknown])),
  };
  const execute = await createExecutor(app, {
    schema: buildSubgraph({ name: 'risk', modules: [{ typeDefs, resolvers }] }),
    database: {} as never,
    log: pino({ level: 'silent' }),
  });
  await app.ready();
  for (const { kind, field } of fields) {
    const selection = kind === 'Leaf' ? '' : kind.startsWith('Union') ? '{ __typename ... on Thing { id } }' : '{ id }';
    const answers: unknown[] = [];
    for (let time = 0; time < 3; time++) {
      const { data, errors } = await execute({ query: `{ ${field} ${selection} }`, request: requestOf('t') });
      answers.push({
        field,
        data: JSON.parse(JSON.stringify(data)),
        errors: errors?.map((error) => [error.path, error.extensions.code]),
      });
    }
    expect(answers[2]).toEqual(answers[0]);
  }
  const { data } = await execute({ query: '{ promisesList { id } }', request: requestOf('t') });
  expect(data).toEqual({ promisesList: [{ id: '1' }, null, { id: '3' }] });
  await app.close();
});
