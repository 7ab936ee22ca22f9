import { type ConnectionArgs, connection, type GraphqlModule, ismsOf, loadEntity, ordering, sdl } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type RequestReassessmentInput, requestReassessment } from './trigger.operations.ts';
import { findTriggers, type TriggerRow, triggers } from './trigger.store.ts';
import type { StoredKind, TriggerStatus } from './trigger.ts';

type Page = Pick<ConnectionArgs, 'first' | 'after'>;
interface Asked extends Page {
  readonly ismsId?: string | null;
  readonly status?: TriggerStatus | null;
  readonly kind?: StoredKind | null;
}

const latestFirst = ordering({ raisedAt: 'desc' });

export const triggerModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./trigger.graphql', import.meta.url)),
  resolvers: {
    Query: {
      reassessmentTriggers: async (_, { ismsId, status, kind, ...page }: Asked, context) => {
        const isms = await context.read((tx) => ismsOf(tx, ismsId));
        return connection(context, page, {
          order: latestFirst,
          query: (tx) => {
            let query = triggers(tx).where('ismsId', '=', isms);
            if (status) query = query.where('status', '=', status);
            if (kind) query = query.where('kind', '=', kind);
            return query;
          },
        });
      },
    },
    Mutation: {
      async requestReassessment(_, { input }: { input: RequestReassessmentInput }, context) {
        const { id } = await context.write('requestReassessment', input, (tx) => requestReassessment(tx, input));
        return { trigger: await loadEntity(context, 'ReassessmentTrigger', findTriggers, id) };
      },
    },
    Risk: {
      triggers: ({ id }: RiskRow, page: Page, context) =>
        connection(context, page, {
          order: latestFirst,
          query: triggers,
          parent: { field: 'Risk.triggers', column: 'riskId', id },
        }),
    },
    ReassessmentTrigger: { risk: (row: TriggerRow, _, context) => riskFor(context, row.riskId) },
  },
};
