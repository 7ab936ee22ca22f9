import { resendRange, type ServiceDefinition } from '@annex/service';
import { announce } from './announce.ts';
import { catalogueModule } from './catalogue/catalogue.resolvers.ts';
import { guidanceModule } from './catalogue/guidance.resolvers.ts';
import type { ControlsDatabase } from './database.ts';
import { designModule } from './design/design.resolvers.ts';
import { implementationModule } from './implementation/implementation.resolvers.ts';
import { ismsModule } from './isms/isms.resolvers.ts';
import { linkModule } from './link/link.resolvers.ts';
import { mappingModule } from './mapping/mapping.resolvers.ts';
import { attainmentChanged, measureChanged } from './measure/measure.operations.ts';
import { migrations } from './migrations/index.ts';
import { strengthModule } from './strength/strength.resolvers.ts';
import { vocabularyModule } from './vocabulary/vocabulary.resolvers.ts';
import { vocabularyRoutes } from './vocabulary/vocabulary.routes.ts';

/** The standards and controls, the ISMS, what is done about each control, and how strong that is. */
export const controls: ServiceDefinition<ControlsDatabase> = {
  name: 'controls',
  migrations,
  modules: [
    catalogueModule,
    guidanceModule,
    vocabularyModule,
    mappingModule,
    ismsModule,
    implementationModule,
    linkModule,
    designModule,
    strengthModule,
  ],
  subscriptions: {
    controls: {
      // A new tenant gets nothing by itself: which ISMS there are, and with what scope, is the organisation's to decide (27001, 4.3),
      // and an empty one made for it would show gaps that nobody has taken on.
      'annex.identity.tenant.changed.v1': async () => undefined,
      'annex.evidence.measure.changed.v1': measureChanged,
      'annex.evidence.attainment.changed.v1': attainmentChanged,
      'annex.audit.resend.requested.v1': async (tx, { data }) => {
        if (data.source === '/annex/controls') await resendRange(tx, data);
      },
    },
  },
  timers: {},
  announce,
  routes(app) {
    vocabularyRoutes(app);
  },
};
