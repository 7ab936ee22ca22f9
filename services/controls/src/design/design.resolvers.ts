import { type GraphqlModule, sdl } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { bounded, loadImplementation } from '../implementation/implementation.resolvers.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { type AssessDesignInput, assessDesign } from './design.operations.ts';
import { assessmentsOf, type DesignAssessmentRow } from './design.store.ts';

export const designModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./design.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async assessDesign(_, { input }: { input: AssessDesignInput }, context) {
        const { id } = await context.write('assessDesign', input, (tx) => assessDesign(tx, input));
        return { implementation: await loadImplementation(context, id) };
      },
    },
    Implementation: {
      async designAssessments(row: ImplementationRow, { first }: { first: number | null }, context) {
        const limit = bounded(first);
        const loader = context.loader<string, DesignAssessmentRow[]>(`design assessments ${limit}`, (tx, ids) =>
          assessmentsOf(tx, ids, limit),
        );
        return loader.load(row.id);
      },
    },
  },
};
