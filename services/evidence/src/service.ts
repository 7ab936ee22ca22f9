import type { ServiceDefinition } from '@annex/service';
import { announce } from './announce.ts';
import { folderBlobs, sweepUnfinished } from './blob/folder.ts';
import type { EvidenceConfig } from './config.ts';
import { judgeEvidence } from './conformity.ts';
import type { EvidenceDatabase } from './database.ts';
import { followValidity, validityDue } from './evidence/evidence.operations.ts';
import { evidenceModule } from './evidence/evidence.resolvers.ts';
import { evidenceRoutes } from './evidence/evidence.routes.ts';
import { importModule } from './import/import.resolvers.ts';
import { importRoutes } from './import/import.routes.ts';
import { freshnessDue, settleMeasures } from './measure/attainment.operations.ts';
import { measureModule } from './measure/measure.resolvers.ts';
import { migrations } from './migrations/index.ts';
import { subscriptions } from './projection/subscriptions.ts';

export { type EvidenceConfig, evidenceConfig } from './config.ts';

/** The evidence service: evidence and its validity, imports of tools as checks, measures and measurements. */
export function evidence(config: EvidenceConfig): ServiceDefinition<EvidenceDatabase> {
  const store = folderBlobs(config.blobFolder);
  return {
    name: 'evidence',
    migrations,
    modules: [evidenceModule, importModule, measureModule],
    subscriptions: { evidence: subscriptions },
    timers: {
      [freshnessDue]: async (tx, due) => judgeEvidence(tx, await settleMeasures(tx, [due.subjectId])),
      [validityDue]: (tx, due) => followValidity(tx, due.subjectId),
    },
    announce,
    routes(app, context) {
      // Bodies are streams of any type here; each route reads its own.
      app.removeAllContentTypeParsers();
      app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      evidenceRoutes(app, context, config, store);
      importRoutes(app, context, config, store);
    },
    async start({ log }) {
      const count = await sweepUnfinished(config.blobFolder, Date.now());
      if (count > 0) log.info({ count }, 'took away uploads that were never finished');
      return async () => undefined;
    },
  };
}
