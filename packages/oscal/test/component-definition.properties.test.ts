import fc from 'fast-check';
import { assembleComponentDefinition, readComponentDefinition } from '../src/index.ts';
import { type Generated, generatedDefinition } from './generated.ts';
import { faults, itWithSchemas } from './world.ts';

const clean = (value: unknown) => JSON.parse(JSON.stringify(value));
const roundTrip = (json: unknown) => assembleComponentDefinition(readComponentDefinition(json).definition);

describe('any component definition', () => {
  it('comes out as it went in, and again', () => {
    fc.assert(
      fc.property(generatedDefinition, (json) => {
        const out = clean(roundTrip(clean(json)));
        expect(out).toEqual(clean(json));
        expect(clean(roundTrip(out))).toEqual(out);
      }),
      { numRuns: 100 },
    );
  });

  itWithSchemas('is valid by the schema of 1.2.1 when it is exported', async () => {
    fc.assert(
      fc.property(fc.array(generatedDefinition, { minLength: 5, maxLength: 5 }), (all: readonly Generated[]) => {
        for (const json of all) expect(faults('component', clean(roundTrip(clean(json))))).toEqual([]);
      }),
      { numRuns: 6 },
    );
  });

  it('is read or refused with a place, whatever is taken out of it or put in the place of something', () => {
    fc.assert(
      fc.property(generatedDefinition, fc.nat(), fc.jsonValue({ maxDepth: 1 }), (json, at, given) => {
        const mutated = clean(json);
        const places: [holder: Record<string, unknown>, member: string][] = [];
        const walk = (value: unknown) => {
          if (typeof value !== 'object' || value === null) return;
          for (const [member, inner] of Object.entries(value)) {
            places.push([value as Record<string, unknown>, member]);
            walk(inner);
          }
        };
        walk(mutated);
        const [holder, member] = places[at % places.length] as (typeof places)[number];
        if (given === null) delete holder[member];
        else holder[member] = given;
        try {
          roundTrip(mutated);
        } catch (error) {
          expect(error).toMatchObject({ name: 'OscalError', pointer: expect.any(String), allowed: expect.any(String) });
        }
      }),
      { numRuns: 300 },
    );
  });
});
