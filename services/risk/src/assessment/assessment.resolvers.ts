import { type GraphqlModule, sdl } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { factorsView, lossView } from '../level/level.view.ts';
import { checkFirst, riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type AssessRiskInput, assessRisk } from './assessment.operations.ts';
import { type AssessmentRow, latestAssessments } from './assessment.store.ts';

type First = { readonly first: number };

export const assessmentModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./assessment.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      async assessRisk(_, { input }: { input: AssessRiskInput }, context) {
        const { riskId } = await context.write('assessRisk', input, (tx) => assessRisk(tx, context.caller, input));
        return { risk: await riskFor(context, riskId) };
      },
    },
    Risk: {
      assessments: ({ id }: RiskRow, { first }: First, context) =>
        context
          .loader<string, AssessmentRow[]>(`assessmentsOfRisk ${checkFirst(first)}`, (tx, ids) =>
            latestAssessments(tx, ids, first),
          )
          .load(id),
    },
    RiskAssessment: {
      assessedBy: (row: AssessmentRow) => ({ id: row.assessedBy }),
      loss: (row: AssessmentRow) => lossView(row.loss, row.currency),
      explanation: (row: AssessmentRow) => row.sentence,
      factors: (row: AssessmentRow, { first }: First) => factorsView(row.factors).slice(0, checkFirst(first)),
    },
  },
};
