export { startTestCluster, type TestCluster, temporaryFolder, testSecret } from './cluster.ts';
export { silent, type TestDatabase, testDatabase } from './database.ts';
export { selectionsOf } from './fields.ts';
export { type Backend, backends, startTestService, type TestCaller, type TestService, testQueue } from './service.ts';
