import { notFound } from '@annex/schema';
import { type CallContext, type GraphqlModule, loadEntity, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { explain } from './explanation.ts';
import { findStrengths, type StrengthInputs, type StrengthRow, strengthInputs } from './strength.store.ts';
import { rounded } from './strength.ts';

type Context = CallContext<ControlsDatabase>;

function loadStrength(context: Context, id: string): Promise<StrengthRow> {
  return loadEntity(context, 'Strength', findStrengths, id);
}

function loadInputs(context: Context, id: string): Promise<StrengthInputs> {
  const loader = context.loader<string, StrengthInputs>('strength inputs', async (tx, ids) => {
    const found = new Map((await strengthInputs(tx, ids)).map((inputs) => [inputs.implementation.id, inputs]));
    return ids.map((one) => found.get(one) ?? notFound('Implementation', one));
  });
  return loader.load(id);
}

export const strengthModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./strength.graphql', import.meta.url)),
  resolvers: {
    Implementation: {
      strength: (row: ImplementationRow, _, context) => loadStrength(context, row.id),
    },
    Strength: {
      assuranceGap: (row: StrengthRow) => rounded(row.claimed - row.verified),
      operation: (row: StrengthRow) => row.operationVerified,
      explanation: async (row: StrengthRow, _, context) => explain(await loadInputs(context, row.id)),
    },
  },
};
