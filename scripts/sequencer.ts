interface Test {
  readonly path: string;
  readonly context: { readonly hasteFS: { getSize(path: string): number | null } };
}

/** Files that take minutes whatever their size: begun last, each would run alone at the end. */
const longest = ['packages/bench/test/kills.test.ts'];

/** In which order jest begins the test files: the longest first, so that the others run beside them; larger ones before smaller. */
export default class Sequencer {
  sort(tests: readonly Test[]): Test[] {
    const rank = ({ path }: Test) => (longest.some((name) => path.endsWith(name)) ? 0 : 1);
    const size = ({ path, context }: Test) => context.hasteFS.getSize(path) ?? 0;
    return [...tests].sort((a, b) => rank(a) - rank(b) || size(b) - size(a));
  }

  allFailedTests(tests: readonly Test[]): readonly Test[] {
    return tests;
  }

  cacheResults(): void {}
}
