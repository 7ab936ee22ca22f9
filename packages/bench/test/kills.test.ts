import { tmpdir } from 'node:os';
import { backends, type TestDatabase, testDatabase, testQueue, testSecret } from '@annex/service/testing';
import { allDefinitions } from '@annex/standalone';
import { runKills } from '../src/kills.ts';
import { definitionSettings } from '../src/system.ts';

/** On each backend; `npm run soak -- --kills N` kills as often as it is told. */
const kills = 15;
const events = 2000;

describe.each(backends())('a worker killed at random on $backend', ({ backend, missing }) => {
  if (missing) {
    it.skip(`loses and doubles nothing: ${missing}`, () => undefined);
    return;
  }
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase(allDefinitions(definitionSettings(testSecret, tmpdir())));
  });
  afterAll(() => test.close());

  const meanwhile = backend === 'redis' ? ', and every key of the queue is deleted, then replayed' : '';
  it(`loses no event and doubles no effect: ${kills} times while ${events} events flow${meanwhile}`, async () => {
    const report = await runKills({
      databaseUrl: test.url,
      secret: testSecret,
      queue: testQueue(test, backend),
      kills,
      events,
      loseQueue: backend === 'redis',
      progress: () => undefined,
    });
    expect(report.faults).toEqual([]);
    expect(report.kills).toBe(kills);
    expect(report.events).toBeGreaterThanOrEqual(events);
  }, 900_000);
});
