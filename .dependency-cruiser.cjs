/**
 * Who may import whom. Services meet only in events and in the federated graph, so an import from one to another is
 * a mistake even where it would work.
 */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Two files that need each other at run time are one concept, or one of them holds a third. Types may refer ' +
        'in a circle: a database is made of its tables, whose stores name the database.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'services-apart',
      comment: 'A service learns from another through events only.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'schema-stands-alone',
      comment: 'The shared contract has no part of ours under it.',
      severity: 'error',
      from: { path: '^packages/schema/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/schema/' },
    },
    {
      name: 'service-on-schema',
      comment: 'What every service stands on knows the contract and nothing else of ours.',
      severity: 'error',
      from: { path: '^packages/service/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/(service|schema)/' },
    },
    {
      name: 'catalogues-stand-alone',
      comment: 'Catalogues are data with loaders; the tests of one may look into another.',
      severity: 'error',
      from: { path: '^packages/(catalogues|threats)/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/(catalogues|threats)/' },
    },
    {
      name: 'packages-below-services',
      comment: 'Only the system in one process, its command line and its benchmarks put services together.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/(standalone|cli|bench)/' },
      to: { path: '^services/' },
    },
    {
      name: 'by-name',
      comment: 'Another package is imported by its name, through what it exports.',
      severity: 'error',
      from: { path: '^((?:packages|services)/[^/]+)/' },
      to: { path: '^(packages|services)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // The native TypeScript compiler offers no parser to others; swc reads type imports as well.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
