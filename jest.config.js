import { existsSync } from 'node:fs';

const testing = `${import.meta.dirname}/packages/service/src/testing`;
const whereItExists = (option, path) => (existsSync(path) ? { [option]: path } : {});

/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{packages,services,test}/**/*.test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', keepClassNames: true },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Two cores are the least that a build machine has; more workers would fight over one PostgreSQL.
  maxWorkers: 2,
  testSequencer: '<rootDir>/scripts/sequencer.ts',
  // A guard against what never ends, not a measure: a slow machine that does other things too may take its time.
  testTimeout: 180_000,
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/.annex/'],
  reporters: ['<rootDir>/scripts/reporter.ts'],
  ...whereItExists('globalSetup', `${testing}/jest-setup.ts`),
  ...whereItExists('globalTeardown', `${testing}/jest-teardown.ts`),
};
