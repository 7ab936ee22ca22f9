import fc from 'fast-check';
import { checkDependencies, cycleThrough, type Node } from './process.ts';

const node = (id: string, ...dependsOn: string[]): Node => ({ id, name: `Process ${id}`, dependsOn });

describe('what a process depends on', () => {
  it('may be any other processes that do not lead back, each counted once', () => {
    expect(checkDependencies(node('a', 'b', 'c', 'b'), [node('b', 'd'), node('c', 'd'), node('d')])).toEqual([
      'b',
      'c',
    ]);
  });

  it('names the whole way where it leads back', () => {
    expect(() => checkDependencies(node('a', 'c', 'b'), [node('b', 'd'), node('c'), node('d', 'a')])).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        faults: [
          {
            field: 'input.dependsOn.1',
            given: 'b',
            allowed: 'must not lead back to the process itself: Process a → Process b → Process d → Process a',
          },
        ],
      }),
    );
    expect(() => checkDependencies(node('a', 'a'), [])).toThrow('Process a → Process a');
  });

  it('names each process that is unknown', () => {
    expect(() => checkDependencies(node('a', 'x', 'b', 'y'), [node('b')])).toThrow(
      expect.objectContaining({
        faults: [
          { field: 'input.dependsOn.0', given: 'x', allowed: 'must be a process of the same ISMS' },
          { field: 'input.dependsOn.2', given: 'y', allowed: 'must be a process of the same ISMS' },
        ],
      }),
    );
  });

  it('may be 100 at most', () => {
    const others = Array.from({ length: 101 }, (_, index) => node(`n${index}`));
    const ids = others.map((one) => one.id);
    expect(() => checkDependencies(node('a', ...ids), others)).toThrow('at most 100');
    expect(checkDependencies(node('a', ...ids.slice(1)), others)).toHaveLength(100);
  });

  it('leads back exactly where the process can be reached from one that it depends on', () => {
    const graph = fc.array(fc.uniqueArray(fc.nat(7), { maxLength: 4 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(graph, (edges) => {
        const nodes = edges.map((targets, index) => node(`${index}`, ...targets.map(String)));
        const byId = new Map(nodes.map((one) => [one.id, one]));
        const reached = new Set<string>();
        const walk = (id: string): void => {
          for (const next of byId.get(id)?.dependsOn ?? []) {
            if (reached.has(next)) continue;
            reached.add(next);
            walk(next);
          }
        };
        walk('0');
        const cycle = cycleThrough('0', byId);
        expect(cycle !== undefined).toBe(reached.has('0'));
        // Each step of the way is a dependency.
        for (const [index, id] of (cycle ?? []).entries()) {
          if (index > 0) expect(byId.get(cycle?.[index - 1] ?? '')?.dependsOn).toContain(id);
        }
      }),
    );
  });
});
