import { buildSubgraph, type ServiceDefinition } from '@annex/service';
import { composeServices } from '@theguild/federation-composition';
import { graphqlSync, parse } from 'graphql';
import { relaxPromises } from './relax.ts';

// biome-ignore lint/suspicious/noExplicitAny: services of different tables
type AnyDefinition = ServiceDefinition<any>;

/** The SDL that the subgraph of a definition publishes. */
function publishedSdl(definition: AnyDefinition): string {
  const { data } = graphqlSync({ schema: buildSubgraph(definition), source: '{ _service { sdl } }' });
  const { sdl } = (data?._service ?? {}) as { sdl?: string };
  if (!sdl) throw new Error(`The subgraph ${definition.name} publishes no SDL`);
  return sdl;
}

/**
 * Composes the subgraphs of services into the supergraph. The order of the services makes no difference.
 * @throws Error naming every reason why they do not fit together
 */
export function composeSupergraph(definitions: readonly AnyDefinition[]): string {
  const sorted = [...definitions].sort((a, b) => (a.name < b.name ? -1 : 1));
  const subgraphs = relaxPromises(
    sorted.map((definition) => ({ name: definition.name, typeDefs: parse(publishedSdl(definition)) })),
  );
  // Where a service listens is the installation's affair; the address here is only a name.
  const composed = composeServices(subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs, url: `http://${name}` })));
  if (composed.supergraphSdl === undefined) {
    throw new Error(
      `The subgraphs do not compose:\n  ${(composed.errors ?? []).map((error) => error.message).join('\n  ')}`,
    );
  }
  return `${composed.supergraphSdl.trim()}\n`;
}
