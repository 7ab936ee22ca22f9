import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeSupergraph } from '@annex/gateway/compose';
import { allDefinitions } from './definitions.ts';

/** Where the gateway reads the supergraph from. */
export const supergraphFile = new URL('../../../services/gateway/supergraph.graphql', import.meta.url);

/** The supergraph as the services' subgraphs make it now. */
export function presentSupergraph(): string {
  // What a service is configured with makes no difference to its schema.
  return composeSupergraph(
    allDefinitions({
      secret: 'only the schemas are read'.padEnd(32, '.'),
      evidence: { blobFolder: '', uploadLimit: 0, importLimit: 0 },
      privateAddresses: 'refuse',
    }),
  );
}

function main(arguments_: readonly string[]): number {
  const composed = presentSupergraph();
  const present = existsSync(supergraphFile) ? readFileSync(supergraphFile, 'utf8') : '';
  if (composed === present) {
    process.stdout.write('supergraph.graphql is current\n');
    return 0;
  }
  if (arguments_.includes('--check')) {
    process.stderr.write('supergraph.graphql is stale: run `npm run compose` and commit it\n');
    return 1;
  }
  writeFileSync(supergraphFile, composed);
  process.stdout.write('supergraph.graphql was written anew\n');
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
