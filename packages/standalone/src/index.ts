export { type StandaloneConfig, standaloneConfig } from './config.ts';
export { allDefinitions } from './definitions.ts';
export { startStandalone } from './launch.ts';
export type { Standalone } from './standalone.ts';
export { type System, type SystemOptions, startSystem } from './system.ts';
