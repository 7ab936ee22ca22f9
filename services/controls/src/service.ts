import { resendRange, type ServiceDefinition } from '@annex/service';
import { announce } from './announce.ts';
import { catalogueModule } from './catalogue/catalogue.resolvers.ts';
import { guidanceModule } from './catalogue/guidance.resolvers.ts';
import type { ControlsDatabase } from './database.ts';
import { designModule } from './design/design.resolvers.ts';
import { implementationModule } from './implementation/implementation.resolvers.ts';
import { ismsModule } from './isms/isms.resolvers.ts';
import { indexCatalogue, indexDueKind } from './library/library.operations.ts';
import { libraryModule } from './library/library.resolvers.ts';
import { libraryRoutes } from './library/library.routes.ts';
import { linkModule } from './link/link.resolvers.ts';
import { mappingModule } from './mapping/mapping.resolvers.ts';
import { attainmentChanged, measureChanged } from './measure/measure.operations.ts';
import { migrations } from './migrations/index.ts';
import { riskChanged } from './need/need.operations.ts';
import { loadLibrary } from './search/search.library.ts';
import { searchModule } from './search/search.resolvers.ts';
import { soaModule } from './soa/soa.resolvers.ts';
import { strengthModule } from './strength/strength.resolvers.ts';
import { upgradeModule } from './upgrade/upgrade.resolvers.ts';
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
    searchModule,
    libraryModule,
    ismsModule,
    implementationModule,
    linkModule,
    designModule,
    strengthModule,
    upgradeModule,
    soaModule,
  ],
  subscriptions: {
    controls: {
      // A new tenant gets nothing by itself: which ISMS there are, and with what scope, is the organisation's to decide (27001, 4.3),
      // and an empty one made for it would show gaps that nobody has taken on.
      'annex.identity.tenant.changed.v1': async () => undefined,
      'annex.evidence.measure.changed.v1': measureChanged,
      'annex.evidence.attainment.changed.v1': attainmentChanged,
      'annex.risk.risk.changed.v1': riskChanged,
      'annex.audit.resend.requested.v1': async (tx, { data }) => {
        if (data.source === '/annex/controls') await resendRange(tx, data);
      },
    },
  },
  timers: { [indexDueKind]: (tx, due) => indexCatalogue(tx, due.subjectId) },
  announce,
  async start({ database }) {
    await loadLibrary(database);
    return async () => undefined;
  },
  routes(app, context) {
    // Bodies are streams of any type here; each route reads its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    vocabularyRoutes(app);
    libraryRoutes(app, context);
  },
};
