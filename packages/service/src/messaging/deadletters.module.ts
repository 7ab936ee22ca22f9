import { badInput, notFound, type ServiceName } from '@annex/schema';
import type { CallContext, GraphqlModule, ResolverMap } from '../graphql/module.ts';
import { type DeadLetter, listDeadLetters, retryDeadLetter, retryDeadLetters } from './deadletters.ts';

const largestPage = 200;

const typeDefs = (service: string, title: string) => /* GraphQL */ `
extend type Query {
  "Events that ${service} could not handle, newest first. Each blocks no other; retry it when the cause is mended."
  ${service}DeadLetters(
    "Whether those are left out that were handled after all."
    show: DeadLetterSelection = UNRESOLVED
    "How many, at most ${largestPage}."
    first: Int = 50
    "The id of the last one of the page before."
    before: UUID
  ): [DeadLetter!]! @requiresScopes(scopes: [["operations:read"]])
}

extend type Mutation {
  "Has ${service} handle dead letters again, within a second or so."
  retry${title}DeadLetters("Which ones." input: Retry${title}DeadLettersInput!): Retry${title}DeadLettersPayload!
    @requiresScopes(scopes: [["operations:write"]])
}

"An event that a consumer could not handle, although it was tried several times or at once where trying again is no use."
type DeadLetter @shareable @requiresScopes(scopes: [["operations:read"]]) {
  "Identifies the dead letter."
  id: UUID!
  "The consumer, a queue of the service."
  consumer: String!
  "The event's id."
  eventId: UUID!
  "The exact text of the event (CloudEvents JSON)."
  event: String!
  "What went wrong the last time, in a line; the log has the whole."
  error: String!
  "How often it was tried."
  attempts: Int!
  "When it was given up."
  failedAt: DateTime!
  "When somebody last asked for another try."
  retriedAt: DateTime
  "When it was handled after all."
  resolvedAt: DateTime
}

"Which dead letters are shown."
enum DeadLetterSelection {
  "Those that are still to be handled."
  UNRESOLVED
  "All that are kept."
  ALL
}

"Which dead letters are tried again."
input Retry${title}DeadLettersInput {
  "One of them; left out, all that are not resolved."
  id: UUID
}

"What was set going."
type Retry${title}DeadLettersPayload {
  "How many are tried again."
  count: Int!
}
`;

/** What went wrong, without the places in our code, which are for the log. */
const toView = (letter: DeadLetter) => ({ ...letter, error: letter.error.split('\n', 1)[0] ?? '' });

/** The dead letters of a service in its subgraph: seen and retried by whoever runs the tenant's operations. */
export function deadLetterModule<T>(service: ServiceName): GraphqlModule<T> {
  const title = service.slice(0, 1).toUpperCase() + service.slice(1);
  return {
    typeDefs: typeDefs(service, title),
    // Fields named by the service: their types cannot be told from their names.
    resolvers: {
      Query: {
        [`${service}DeadLetters`]: async (
          _: unknown,
          args: { show: 'UNRESOLVED' | 'ALL'; first: number; before?: string | null },
          context: CallContext<T>,
        ) => {
          if (args.first < 1 || args.first > largestPage)
            throw badInput('first', args.first, `from 1 to ${largestPage}`);
          const page = {
            limit: args.first,
            unresolved: args.show === 'UNRESOLVED',
            ...(args.before ? { before: args.before } : {}),
          };
          return (await context.read((tx) => listDeadLetters(tx, page))).map(toView);
        },
      },
      Mutation: {
        [`retry${title}DeadLetters`]: (
          _: unknown,
          { input }: { input: { id?: string | null } },
          context: CallContext<T>,
        ) =>
          context.write(`retry${title}DeadLetters`, input, async (tx) => {
            const { id } = input;
            if (!id) return { count: await retryDeadLetters(tx) };
            if (!(await retryDeadLetter(tx, id))) throw notFound('DeadLetter', id);
            return { count: 1 };
          }),
      },
    } as unknown as ResolverMap<T>,
  };
}
