import { type ConnectionArgs, connection, type GraphqlModule, ordering, sdl } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type HistoryRow, historyQuery } from './history.store.ts';
import { changeOf } from './history.ts';

const newestFirst = ordering({ at: 'desc', place: 'desc' });

const person = 'person:';

function nodeOf({ source, before, after, place, by, ...row }: HistoryRow) {
  return {
    ...row,
    version: source === 'VERSION' ? place : null,
    person: by.startsWith(person) ? { id: by.slice(person.length) } : null,
    ...(source === 'VERSION' && after ? changeOf(before, after) : { kind: source, changes: [] }),
  };
}

export const historyModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./history.graphql', import.meta.url)),
  resolvers: {
    Risk: {
      history: ({ id }: RiskRow, args: Pick<ConnectionArgs, 'first' | 'after'>, context) =>
        connection(context, args, {
          order: newestFirst,
          query: historyQuery,
          parent: { field: 'Risk.history', column: 'riskId', id },
          node: nodeOf,
        }),
    },
  },
};
