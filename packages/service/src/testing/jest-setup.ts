import { startTestCluster, type TestCluster } from './cluster.ts';

declare global {
  var annexTestCluster: TestCluster | undefined;
}

/** Starts the shared cluster; test files learn of it by the environment. */
export default async function setup(): Promise<void> {
  const cluster = await startTestCluster();
  globalThis.annexTestCluster = cluster;
  process.env.TEST_DATABASE_URL = cluster.databaseUrl;
  if (cluster.redisUrl) process.env.TEST_REDIS_URL = cluster.redisUrl;
}
