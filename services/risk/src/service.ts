import { announceRules, runsOf, type ServiceDefinition, type WriteTx } from '@annex/service';
import { acceptanceEnds, endAcceptance } from './acceptance/acceptance.operations.ts';
import { acceptanceModule } from './acceptance/acceptance.resolvers.ts';
import { aggregateModule } from './aggregate/aggregate.resolvers.ts';
import { assessmentModule } from './assessment/assessment.resolvers.ts';
import { announceAssets } from './asset/asset.operations.ts';
import { assetModule } from './asset/asset.resolvers.ts';
import { bowTieModule } from './bowtie/bowtie.resolvers.ts';
import { announceConsultations } from './consultation/consultation.operations.ts';
import { consultationModule } from './consultation/consultation.resolvers.ts';
import { recordCriteria } from './criteria/criteria.operations.ts';
import { criteriaModule } from './criteria/criteria.resolvers.ts';
import { allCriteria } from './criteria/criteria.store.ts';
import { assessmentDue } from './cycle/cycle.due.ts';
import { announceCycles, assessmentIsDue } from './cycle/cycle.operations.ts';
import { cycleModule } from './cycle/cycle.resolvers.ts';
import type { RiskDatabase } from './database.ts';
import { announceSecurityEvents } from './event/event.operations.ts';
import { securityEventModule } from './event/event.resolvers.ts';
import { heatMapModule } from './heatmap/heatmap.resolvers.ts';
import { heatMapRoutes } from './heatmap/heatmap.routes.ts';
import { historyModule } from './history/history.resolvers.ts';
import { announceIdentifications } from './identification/identification.operations.ts';
import { identificationModule } from './identification/identification.resolvers.ts';
import { importRoutes } from './import/import.routes.ts';
import { announceIncidents } from './incident/incident.announce.ts';
import { incidentModule } from './incident/incident.resolvers.ts';
import { indicatorModule } from './indicator/indicator.resolvers.ts';
import { announceIndicators, indicatorsAreDue, indicatorsDaily } from './indicator/indicator.settle.ts';
import { learningModule } from './learning/learning.resolvers.ts';
import { libraryModule } from './library/library.resolvers.ts';
import { migrations } from './migrations/index.ts';
import { riskSubscriptions } from './projection/projection.operations.ts';
import { matrixRoutes } from './proposal/matrix.routes.ts';
import { announceProposals } from './proposal/proposal.operations.ts';
import { proposalModule } from './proposal/proposal.resolvers.ts';
import { announceQuantifications } from './quantification/quantification.operations.ts';
import { quantificationModule } from './quantification/quantification.resolvers.ts';
import { registerRoutes } from './register/register.routes.ts';
import { factorsOf } from './risk/link.store.ts';
import { riskModule } from './risk/risk.resolvers.ts';
import { recordNeeds, recordRisks, risksAfter } from './risk/risk.store.ts';
import { takeSimulation, watchSimulation } from './simulation/run.due.ts';
import { startRunner } from './simulation/runner.ts';
import { announceSimulations, simulationRun, simulationWatch } from './simulation/simulation.operations.ts';
import { simulationModule } from './simulation/simulation.resolvers.ts';
import { simulationRoutes } from './simulation/simulation.routes.ts';
import { actionIsDue, announceTreatments, treatmentActionDue } from './treatment/keep.ts';
import { treatmentModule } from './treatment/treatment.resolvers.ts';
import { announceTriggers, triggerOverdue, triggersAreOverdue } from './trigger/trigger.operations.ts';
import { triggerModule } from './trigger/trigger.resolvers.ts';
import { verisRoutes } from './veris/veris.routes.ts';

/** Tells the present state of criteria, risks and rule results again, as for a consumer that has just come. */
async function announce(tx: WriteTx<RiskDatabase>): Promise<void> {
  recordCriteria(tx, await allCriteria(tx));
  await announceProposals(tx);
  for await (const page of runsOf((after) => risksAfter(tx, after, 1000))) {
    const factors = await factorsOf(
      tx,
      page.map((risk) => risk.id),
    );
    const restsOn = (id: string) => (factors.get(id) ?? []).map((factor) => factor.implementationId);
    recordRisks(tx, page, restsOn);
    recordNeeds(tx, page, restsOn);
  }
  await announceQuantifications(tx);
  await announceSimulations(tx);
  await announceAssets(tx);
  await announceIdentifications(tx);
  await announceTreatments(tx);
  await announceSecurityEvents(tx);
  await announceIncidents(tx);
  await announceCycles(tx);
  await announceConsultations(tx);
  await announceTriggers(tx);
  await announceIndicators(tx);
  await announceRules(tx, 'risk');
}

/** The service that owns risk criteria and risks (ISO/IEC 27001, 6.1.2, 6.1.3, 8.2, 8.3; ISO/IEC 27005). */
export const risk: ServiceDefinition<RiskDatabase> = {
  name: 'risk',
  migrations,
  modules: [
    criteriaModule,
    proposalModule,
    riskModule,
    assessmentModule,
    acceptanceModule,
    heatMapModule,
    bowTieModule,
    historyModule,
    quantificationModule,
    simulationModule,
    assetModule,
    libraryModule,
    identificationModule,
    treatmentModule,
    securityEventModule,
    incidentModule,
    learningModule,
    cycleModule,
    consultationModule,
    triggerModule,
    aggregateModule,
    indicatorModule,
  ],
  subscriptions: { risk: riskSubscriptions },
  timers: {
    [acceptanceEnds]: endAcceptance,
    [simulationRun]: takeSimulation,
    [simulationWatch]: watchSimulation,
    [treatmentActionDue]: actionIsDue,
    [assessmentDue]: assessmentIsDue,
    [triggerOverdue]: triggersAreOverdue,
    [indicatorsDaily]: indicatorsAreDue,
  },
  announce,
  routes(app, context) {
    // Bodies are streams of any type here; each route reads its own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    registerRoutes(app, context);
    heatMapRoutes(app, context);
    simulationRoutes(app, context);
    importRoutes(app, context);
    matrixRoutes(app, context);
    verisRoutes(app, context);
  },
  start: startRunner,
};
