import { readFileSync } from 'node:fs';

/** Reads the SDL that lies beside a module: `sdl(new URL('./treatment.graphql', import.meta.url))`. */
export function sdl(file: URL): string {
  return readFileSync(file, 'utf8');
}

/**
 * The part that every subgraph shares: the link to Federation 2.9, the scalars and PageInfo. Each subgraph repeats it word for
 * word; composition takes equal scalars and `@shareable` types as one.
 */
export const baseTypeDefs = sdl(new URL('./base.graphql', import.meta.url));
