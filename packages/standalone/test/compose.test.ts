import { readFileSync } from 'node:fs';
import { presentSupergraph, supergraphFile } from '../src/compose.ts';

describe('the committed supergraph', () => {
  it('is what the services’ schemas compose to', () => {
    expect(readFileSync(supergraphFile, 'utf8') === presentSupergraph()).toBe(true);
  });
});
