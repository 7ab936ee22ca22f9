import { resendRange, type ServiceDefinition } from '@annex/service';
import { announce } from './announce.ts';
import { catalogueModule } from './catalogue/catalogue.resolvers.ts';
import { guidanceModule } from './catalogue/guidance.resolvers.ts';
import { changeDue, changeIsDue } from './change/change.operations.ts';
import { changeModule } from './change/change.resolvers.ts';
import { unintendedModule } from './change/unintended.resolvers.ts';
import { communicationModule } from './communication/communication.resolvers.ts';
import { competenceDue, competenceIsDue } from './competence/competence.operations.ts';
import { competenceModule } from './competence/competence.resolvers.ts';
import { componentModule } from './component/component.resolvers.ts';
import { componentRoutes } from './component/component.routes.ts';
import { contextReviewDue, contextReviewIsDue } from './context/context.operations.ts';
import { contextModule } from './context/context.resolvers.ts';
import type { ControlsDatabase } from './database.ts';
import { designModule } from './design/design.resolvers.ts';
import { exceptionEndDue, exceptionIsOver } from './exception/exception.operations.ts';
import { exceptionModule } from './exception/exception.resolvers.ts';
import { implementationReviewDue, implementationReviewIsDue } from './implementation/implementation.operations.ts';
import { implementationModule } from './implementation/implementation.resolvers.ts';
import { ismsModule } from './isms/isms.resolvers.ts';
import { judgementModule } from './judgement/judgement.resolvers.ts';
import { leadershipDue, leadershipIsDue } from './leadership/leadership.operations.ts';
import { leadershipModule } from './leadership/leadership.resolvers.ts';
import { indexCatalogue, indexDueKind } from './library/library.operations.ts';
import { libraryModule } from './library/library.resolvers.ts';
import { libraryRoutes } from './library/library.routes.ts';
import { profileRoutes } from './library/profile.routes.ts';
import { licensedModule } from './licensed/licensed.resolvers.ts';
import { linkModule } from './link/link.resolvers.ts';
import { mappingModule } from './mapping/mapping.resolvers.ts';
import { mappingRoutes } from './mapping/mapping.routes.ts';
import { ownMappingModule } from './mapping/own.resolvers.ts';
import { maturityModule } from './maturity/maturity.resolvers.ts';
import { attainmentChanged, measureChanged } from './measure/measure.operations.ts';
import { migrations } from './migrations/index.ts';
import { needChanged, treatmentChanged } from './need/need.operations.ts';
import { objectiveDue, objectiveIsDue } from './objective/objective.operations.ts';
import { objectiveModule } from './objective/objective.resolvers.ts';
import { obligationReviewDue, obligationReviewIsDue } from './obligation/obligation.operations.ts';
import { obligationModule } from './obligation/obligation.resolvers.ts';
import { opportunityDue, opportunityIsDue } from './opportunity/opportunity.operations.ts';
import { opportunityModule } from './opportunity/opportunity.resolvers.ts';
import { partyModule } from './party/party.resolvers.ts';
import { processModule } from './process/process.resolvers.ts';
import { criterionModule } from './provision/criterion.resolvers.ts';
import { provisionReviewDue, provisionReviewIsDue } from './provision/provision.operations.ts';
import { provisionModule } from './provision/provision.resolvers.ts';
import { resourceDue, resourceIsDue } from './resource/resource.operations.ts';
import { resourceModule } from './resource/resource.resolvers.ts';
import { responsibilityModule } from './responsibility/responsibility.resolvers.ts';
import { scopeModule } from './scope/scope.resolvers.ts';
import { loadLibrary } from './search/search.library.ts';
import { searchModule } from './search/search.resolvers.ts';
import { siteModule } from './site/site.resolvers.ts';
import { soaModule } from './soa/soa.resolvers.ts';
import { soaRoutes } from './soa/soa.routes.ts';
import { strengthModule } from './strength/strength.resolvers.ts';
import { implementationTaskModule } from './task/task.resolvers.ts';
import { upgradeTaskModule } from './upgrade/task.resolvers.ts';
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
    ownMappingModule,
    searchModule,
    libraryModule,
    componentModule,
    licensedModule,
    ismsModule,
    implementationModule,
    linkModule,
    designModule,
    strengthModule,
    exceptionModule,
    judgementModule,
    maturityModule,
    implementationTaskModule,
    upgradeModule,
    upgradeTaskModule,
    soaModule,
    siteModule,
    processModule,
    scopeModule,
    contextModule,
    partyModule,
    obligationModule,
    provisionModule,
    criterionModule,
    resourceModule,
    opportunityModule,
    changeModule,
    unintendedModule,
    communicationModule,
    competenceModule,
    leadershipModule,
    responsibilityModule,
    objectiveModule,
  ],
  subscriptions: {
    controls: {
      // A new tenant gets nothing by itself: which ISMS there are, and with what scope, is the organisation's to decide (27001, 4.3),
      // and an empty one made for it would show gaps that nobody has taken on.
      'annex.identity.tenant.changed.v1': async () => undefined,
      'annex.evidence.measure.changed.v1': measureChanged,
      'annex.evidence.attainment.changed.v1': attainmentChanged,
      'annex.risk.need.changed.v1': needChanged,
      'annex.risk.treatment.changed.v1': treatmentChanged,
      'annex.audit.resend.requested.v1': async (tx, { data }) => {
        if (data.source === '/annex/controls') await resendRange(tx, data);
      },
    },
  },
  timers: {
    [indexDueKind]: (tx, due) => indexCatalogue(tx, due.subjectId),
    [exceptionEndDue]: exceptionIsOver,
    [implementationReviewDue]: implementationReviewIsDue,
    [contextReviewDue]: contextReviewIsDue,
    [obligationReviewDue]: obligationReviewIsDue,
    [provisionReviewDue]: provisionReviewIsDue,
    [resourceDue]: resourceIsDue,
    [opportunityDue]: opportunityIsDue,
    [changeDue]: changeIsDue,
    [competenceDue]: competenceIsDue,
    [leadershipDue]: leadershipIsDue,
    [objectiveDue]: objectiveIsDue,
  },
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
    profileRoutes(app, context);
    componentRoutes(app, context);
    mappingRoutes(app, context);
    soaRoutes(app, context);
  },
};
