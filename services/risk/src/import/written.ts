import type { FieldFault } from '@annex/schema';
import type { AssetFacts } from '../asset/asset.ts';

/** An asset as a file has it. */
export interface WrittenAsset {
  /** Where it stands: `row 3`, `components[2]`. */
  readonly place: string;
  /** What the asset is found again by: an external key or, where the file gives none, its name. */
  readonly key: { readonly external: string } | { readonly name: string };
  readonly facts: AssetFacts;
  /** What the file says of an asset that is there already; the rest stays as people have it. */
  readonly said: ReadonlySet<keyof AssetFacts>;
  /** External keys or names of what it depends on; null where the file does not say. */
  readonly needs: readonly string[] | null;
}

/** A file as read: its assets, and everything that is wrong with it. */
export interface WrittenAssets {
  readonly assets: readonly WrittenAsset[];
  readonly faults: readonly FieldFault[];
  readonly warnings: readonly string[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

type Needs = ReadonlyMap<string, readonly string[]>;

/** An edge on the way that a walk stands on, and whether it is one of those to be added. */
interface Step {
  readonly at: string;
  readonly next: Iterator<{ readonly to: string; readonly added: boolean }>;
  /** Whether the edge that led here is one of those to be added. */
  readonly byAdded: boolean;
}

/**
 * Walks from every node that has edges to be added and takes from these, into `left`, each that leads back to where the walk stands. Each node is
 * entered once.
 * @returns an edge to be added that, with others, leads to one that was there and closes the circle: it has to go, and the walk to begin anew
 */
function walk(present: Needs, added: ReadonlyMap<string, Set<string>>, left: Edge[]): Edge | undefined {
  const edgesOf = function* (at: string) {
    for (const to of present.get(at) ?? []) yield { to, added: false };
    for (const to of added.get(at) ?? []) yield { to, added: true };
  };
  const finished = new Set<string>();
  for (const start of added.keys()) {
    if (finished.has(start)) continue;
    const way: Step[] = [{ at: start, next: edgesOf(start), byAdded: false }];
    const standing = new Map([[start, 0]]);
    for (let top = way.at(-1); top; top = way.at(-1)) {
      const { value: edge } = top.next.next();
      if (!edge) {
        finished.add(top.at);
        standing.delete(top.at);
        way.pop();
        continue;
      }
      const position = standing.get(edge.to);
      if (position === undefined) {
        if (finished.has(edge.to)) continue;
        standing.set(edge.to, way.length);
        way.push({ at: edge.to, next: edgesOf(edge.to), byAdded: edge.added });
      } else if (edge.added) {
        added.get(top.at)?.delete(edge.to);
        left.push({ from: top.at, to: edge.to });
      } else {
        // What was there closes no circle by itself, so one of the edges that led here is to be added.
        const last = way.findLastIndex((step, index) => index > position && step.byAdded);
        return { from: way[last - 1]?.at ?? top.at, to: way[last]?.at ?? edge.to };
      }
    }
  }
  return undefined;
}

/** So often the walk begins anew: each time costs as much as the first. */
const mostWalks = 200;

/**
 * Takes from the edges to be added those that would close a circle with the others and with what is there.
 * @returns what is left of them, and those that were left out; undefined where that would take too long
 */
export function withoutCircles(
  present: Needs,
  added: Needs,
): { readonly needs: Map<string, string[]>; readonly left: readonly Edge[] } | undefined {
  const kept = new Map([...added].map(([from, needed]) => [from, new Set(needed)]));
  const left: Edge[] = [];
  for (let walks = 0; walks < mostWalks; walks++) {
    const edge = walk(present, kept, left);
    if (!edge) return { needs: new Map([...kept].map(([from, needed]) => [from, [...needed]])), left };
    kept.get(edge.from)?.delete(edge.to);
    left.push(edge);
  }
  return undefined;
}
