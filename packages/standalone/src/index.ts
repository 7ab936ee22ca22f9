export { type StandaloneConfig, standaloneConfig } from './config.ts';
export { allDefinitions } from './definitions.ts';
export { type Standalone, startStandalone } from './standalone.ts';
export { type System, type SystemOptions, startSystem } from './system.ts';
