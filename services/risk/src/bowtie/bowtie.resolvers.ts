import { type GraphqlModule, sdl } from '@annex/service';
import { criteriaFor } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { identificationFor } from '../identification/identification.resolvers.ts';
import { explain } from '../level/level.explanation.ts';
import { ratingView } from '../level/level.view.ts';
import { quantificationFor } from '../quantification/quantification.resolvers.ts';
import { factorsFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type Barrier, barriersOn, causesOf, consequencesOf } from './bowtie.ts';

export const bowTieModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./bowtie.graphql', import.meta.url)),
  resolvers: {
    Risk: {
      async bowTie(row: RiskRow, _, context) {
        const [criteria, links, quantification, identified] = await Promise.all([
          criteriaFor(context, row.ismsId),
          factorsFor(context, row.id),
          quantificationFor(context, row.id),
          identificationFor(context, row.id),
        ]);
        const { inherent, current, factors } = explain(criteria, row, links);
        return {
          causes: causesOf(row, identified),
          preventing: barriersOn('LIKELIHOOD', factors),
          event: {
            title: row.title,
            inherent: ratingView(criteria, inherent),
            current: ratingView(criteria, current),
          },
          mitigating: barriersOn('CONSEQUENCE', factors),
          consequences: consequencesOf(row, quantification?.forms ?? []),
        };
      },
    },
    BowTieBarrier: { implementation: ({ implementationId }: Barrier) => ({ id: implementationId }) },
  },
};
