import type { ServiceDefinition } from '../../src/definition.ts';
import { startTestService, type TestService } from '../../src/testing/index.ts';

/** A service that fails at what it is sent until it is mended. */
let broken = true;
let handled = 0;
const definition: ServiceDefinition<unknown> = {
  name: 'identity',
  migrations: [],
  modules: [
    {
      typeDefs:
        'extend type Query { "Whether it is there." here: String @requiresScopes(scopes: [["identity:read"]]) }',
      resolvers: { Query: { here: () => 'here' } },
    },
  ],
  subscriptions: {
    identity: {
      'annex.audit.resend.requested.v1': async () => {
        if (broken) throw new Error('the cause\nof the trouble');
        handled++;
      },
    },
  },
  timers: {},
  announce: async () => undefined,
};

let running: TestService<unknown>;
beforeAll(async () => {
  running = await startTestService(definition, { delivery: { attempts: 2, backoffMs: 10 } });
});
afterAll(() => running.close());

type Letters = { identityDeadLetters: { id: string; error: string; attempts: number; consumer: string }[] };
const look = '{ identityDeadLetters { id error attempts consumer } }';
const retry = 'mutation ($input: RetryIdentityDeadLettersInput!) { retryIdentityDeadLetters(input: $input) { count } }';

it('shows what could not be handled to its tenant, without our code, and handles it once the cause is mended', async () => {
  await running.emit('annex.audit.resend.requested.v1', {
    source: '/annex/none',
    consumer: 'trail',
    from: 1,
    to: 1,
    requestId: running.test.tenants[0],
  });
  await running.settle();
  const { identityDeadLetters: letters } = await running.ask<Letters>(look);
  expect(letters).toMatchObject([{ error: 'Error: the cause', attempts: 2, consumer: 'identity' }]);
  expect((await running.ask<Letters>(look, {}, { tenant: running.test.tenants[1] })).identityDeadLetters).toEqual([]);
  expect((await running.call(look, {}, { permissions: ['identity:read'] })).errors?.[0]?.extensions.code).toBe(
    'FORBIDDEN',
  );
  const stranger = await running.call(retry, { input: { id: letters[0]?.id } }, { tenant: running.test.tenants[1] });
  expect(stranger.errors?.[0]?.extensions.code).toBe('NOT_FOUND');

  broken = false;
  expect(await running.ask(retry, { input: { id: letters[0]?.id } })).toEqual({
    retryIdentityDeadLetters: { count: 1 },
  });
  await running.settle();
  expect(handled).toBe(1);
  expect((await running.ask<Letters>(look)).identityDeadLetters).toEqual([]);
});
