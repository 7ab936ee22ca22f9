import { type CallContext, type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { bounded, loadImplementation } from '../implementation/implementation.resolvers.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import type { StrengthRow } from '../strength/strength.store.ts';
import { type JudgeStrengthInput, judgeStrength } from './judgement.operations.ts';
import { judgementsOf, type StrengthJudgementRow } from './judgement.store.ts';
import { holding } from './judgement.ts';

type Context = CallContext<ControlsDatabase>;

export const judgementModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./judgement.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async judgeStrength(_, { input }: { input: JudgeStrengthInput }, context) {
        const { id } = await context.write('judgeStrength', input, (tx) => judgeStrength(tx, context.caller, input));
        return { implementation: await loadImplementation(context, id) };
      },
    },
    Strength: {
      // The strength of an implementation has its id.
      judgement: (row: StrengthRow, _, context: Context) =>
        context
          .loader<string, StrengthJudgementRow | null>('strength judgements that hold', async (tx, ids) =>
            (await judgementsOf(tx, ids, 1)).map((latest) => holding(latest, tx.now)),
          )
          .load(row.id),
    },
    Implementation: {
      async strengthJudgements(row: ImplementationRow, { first }: { first: number | null }, context) {
        const limit = bounded(first);
        const loader = context.loader<string, StrengthJudgementRow[]>(`strength judgements ${limit}`, (tx, ids) =>
          judgementsOf(tx, ids, limit),
        );
        return loader.load(row.id);
      },
    },
  },
};
