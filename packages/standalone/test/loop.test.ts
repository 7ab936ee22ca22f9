import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { CloudEvent } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { Client } from './client.ts';
import { type Installation, oneProcess, sixProcesses } from './installation.ts';

const inputs = resolve(import.meta.dirname, '../../../../shared/inputs/sarif');
const redisUrl = process.env.TEST_REDIS_URL;

const ways = [
  { name: 'in one process, the queue on PostgreSQL', start: oneProcess, missing: null },
  {
    name: 'in six processes, the queue on Redis',
    start: () => sixProcesses(`${redisUrl}/1`),
    missing: redisUrl ? null : 'there is no redis-server on the PATH and TEST_REDIS_URL is not set',
  },
];

/** A complete run of a tool that found nothing. */
const clean = (tool: string) =>
  JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: tool } }, invocations: [{ executionSuccessful: true }], results: [] }],
  });

/** Real logs where they are at hand, with the number of open results that their README states. */
const logs = existsSync(inputs)
  ? [
      { source: 'codeql', log: readFileSync(join(inputs, 'codeql-2.5.4.sarif')), open: 72, outcome: 'COMPLETE' },
      { source: 'semgrep', log: readFileSync(join(inputs, 'semgrep-oss-1.69.0.sarif')), open: 77, outcome: 'PARTIAL' },
      { source: 'trivy', log: readFileSync(join(inputs, 'trivy-alpine310.sarif')), open: 4, outcome: 'COMPLETE' },
    ]
  : [];

describe.each(ways)('the loop $name', ({ start, missing }) => {
  if (missing) {
    it.skip(`is not turned: ${missing}`, () => undefined);
    return;
  }
  if (logs.length === 0) {
    it.skip('is not turned: the real logs of ../shared/inputs/sarif are not here', () => undefined);
    return;
  }
  let installation: Installation;
  let client: Client;
  let receiver: Server;
  const received: { headers: Record<string, string>; body: string }[] = [];
  let secret = '';
  let implementationId = '';
  let riskId = '';

  const until = async <R>(what: string, look: () => Promise<R>, good: (seen: R) => boolean): Promise<R> => {
    let seen = await look();
    for (let tries = 0; !good(seen) && tries < 600; tries++) {
      await new Promise((done) => setTimeout(done, 50));
      seen = await look();
    }
    if (!good(seen)) throw new Error(`${what} did not come about: ${JSON.stringify(seen)}\n${installation.log()}`);
    return seen;
  };
  type Strength = { implementation: { strength: { verified: number; claimed: number } } };
  const strength = async () =>
    (
      await client.graphql<Strength>(
        'query($id: UUID!) { implementation(id: $id) { strength { verified claimed } } }',
        { id: implementationId },
      )
    ).implementation.strength;
  const risk = () => client.get(`/v1/risks/${riskId}`);
  const clause = async (number: string, headers: Record<string, string> = {}) => {
    const { clauses } = await client.get('/v1/readiness', headers);
    return clauses.find((one: { clause: string }) => one.clause === number);
  };
  const findings = async (): Promise<{ id: string; status: string; title: string }[]> => {
    const answer = await client.get('/v1/findings');
    return answer.items;
  };

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        received.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => receiver.once('listening', done));
    installation = await start();
    await installation.test.setClock(new Date('2026-06-01T08:00:00Z'));
    const tenant = await installation.tenant('loop');
    client = new Client(installation.url, tenant.key);

    const { createIsms } = await client.graphql<{ createIsms: { isms: { id: string } } }>(
      'mutation($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id } } }',
      { input: { name: 'Product', scope: 'Everything we build and run' } },
    );
    const ismsId = createIsms.isms.id;
    const created = await until(
      'the measure',
      () =>
        client
          .graphql<{ createMeasure: { measure: { id: string } } }>(
            'mutation($input: CreateMeasureInput!) { createMeasure(input: $input) { measure { id } } }',
            {
              input: {
                ismsId,
                title: 'Static analysis findings open',
                informationNeed: 'Is the code written without the weaknesses that tools can see?',
                unit: 'findings',
                worst: 50,
                target: 0,
                frequency: 'P1W',
                collector: 'SARIF_OPEN_FINDINGS',
              },
            },
          )
          .catch(() => undefined),
      (seen) => seen !== undefined,
    );
    const measureId = created?.createMeasure.measure.id;
    const { createImplementation } = await client.graphql<{ createImplementation: { implementation: { id: string } } }>(
      'mutation($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id } } }',
      { input: { ismsId, title: 'Secure coding', status: 'IMPLEMENTED', controlIds: ['iso27001:2022:A.8.28'] } },
    );
    implementationId = createImplementation.implementation.id;
    await client.graphql(
      'mutation($input: AssessDesignInput!) { assessDesign(input: $input) { implementation { id } } }',
      {
        input: { implementationId, conclusion: 1, reason: 'Fits the risk' },
      },
    );
    await until(
      'the link',
      () =>
        client
          .graphql('mutation($input: LinkMeasureInput!) { linkMeasure(input: $input) { implementation { id } } }', {
            input: { implementationId, measureId, role: 'EFFECTIVENESS' },
          })
          .catch(() => undefined),
      (seen) => seen !== undefined,
    );
    const endpoint = await client.graphql<{ createWebhookEndpoint: { secret: string } }>(
      'mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { secret } }',
      {
        input: {
          url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
          eventTypes: ['annex.audit.finding.changed.v1'],
        },
      },
    );
    secret = endpoint.createWebhookEndpoint.secret;
    for (const { source } of logs) expect((await client.import(source, clean(source))).status).toBe(201);
    await until('a verified strength', strength, (seen) => seen.verified === 1);
    const risked = await until(
      'the risk',
      () =>
        client.request('POST', '/v1/risks', {
          body: {
            ismsId,
            title: 'A flaw in our code is found by others first',
            affects: ['CONFIDENTIALITY'],
            inherentLikelihood: 4,
            inherentConsequence: 4,
            links: [{ implementationId, likelihoodEffect: 0.98, consequenceEffect: 0.9 }],
          },
        }),
      (seen) => seen.status === 201,
    );
    riskId = risked.body.id;
  });

  afterAll(async () => {
    await installation?.stop();
    receiver.closeAllConnections();
    receiver.close();
  });

  it('stands at rest: the risk is within criteria and clause 8.3 shows no gap', async () => {
    await until('a risk within criteria', risk, (seen) => seen.current.rule !== 'ABOVE_CRITERIA');
    await until(
      '8.3 without a gap',
      () => clause('8.3'),
      (seen) => seen.verdict === 'NO_GAP_FOUND',
    );
    expect(await findings()).toEqual([]);
  });

  it('falls when real logs are imported: strength, risk, finding, webhook, clause', async () => {
    await installation.test.setClock(new Date('2026-06-02T08:00:00Z'));
    for (const { source, log, open, outcome } of logs) {
      const { status, body } = await client.import(source, log);
      expect([status, body.source, body.outcome, body.counts.open]).toEqual([201, source, outcome, open]);
      expect((await client.get(`/v1/imports/${body.id}`)).counts.open).toBe(open);
    }
    await until('a fallen strength', strength, (seen) => seen.verified < 0.05);
    await until('a risk above criteria', risk, (seen) => seen.current.rule === 'ABOVE_CRITERIA');
    const [finding] = await until('a proposed finding', findings, (seen) =>
      seen.some((one) => one.status === 'PROPOSED'),
    );
    const gap = await until(
      'a gap at 8.3',
      () => clause('8.3'),
      (seen) => seen.verdict === 'GAP',
    );
    expect(gap.reason).toMatch(/1/);
    await until(
      'a webhook',
      async () => received.length,
      (count) => count > 0,
    );
    const [hook] = received;
    const event = new Webhook(secret).verify(hook?.body ?? '', hook?.headers ?? {}) as {
      data: { rows: { id: string; status: string }[] };
    };
    expect(event.data.rows[0]).toMatchObject({ id: finding?.id, status: 'PROPOSED' });
    expect(new CloudEvent(JSON.parse(hook?.body ?? '{}')).validate()).toBe(true);
  });

  it('takes an incomplete run for unknown, not for clean', async () => {
    await installation.test.setClock(new Date('2026-06-02T12:00:00Z'));
    const failed = JSON.stringify({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'semgrep' } }, invocations: [{ executionSuccessful: false }], results: [] }],
    });
    for (const { source } of logs)
      expect((await client.import(source, source === 'semgrep' ? failed : clean(source))).status).toBe(201);
    const unknown = await until('an unknown measure', strength, (seen) => seen.claimed === 1);
    expect(unknown.verified).toBe(0);
    expect((await clause('8.3')).verdict).toBe('GAP');
  });

  it('recovers when every source is clean, and the finding is withdrawn', async () => {
    await installation.test.setClock(new Date('2026-06-03T08:00:00Z'));
    expect((await client.import('semgrep', clean('semgrep'))).status).toBe(201);
    await until('a recovered strength', strength, (seen) => seen.verified === 1);
    await until('a risk within criteria', risk, (seen) => seen.current.rule !== 'ABOVE_CRITERIA');
    await until('a withdrawn finding', findings, (seen) => seen.length === 1 && seen[0]?.status === 'WITHDRAWN');
    await until(
      '8.3 without a gap',
      () => clause('8.3'),
      (seen) => seen.verdict === 'NO_GAP_FOUND',
    );
  });

  it('answers as of the bad moment with the bad answer, by the same request', async () => {
    const then = { 'annex-as-of': '2026-06-02T10:00:00Z' };
    expect((await clause('8.3', then)).verdict).toBe('GAP');
    expect((await client.get(`/v1/risks/${riskId}`, then)).current.rule).toBe('ABOVE_CRITERIA');
    expect((await client.get('/v1/findings', then)).items[0].status).toBe('PROPOSED');
    expect((await clause('8.3')).verdict).toBe('NO_GAP_FOUND');
    expect((await clause('8.3', { 'annex-as-of': '2026-06-01T10:00:00Z' })).verdict).toBe('NO_GAP_FOUND');
  });

  it('falls again by itself once the measurement has expired, with no call at all', async () => {
    const calls = received.length;
    await installation.test.setClock(new Date('2026-06-20T08:00:00Z'));
    // The webhook tells; nothing is asked meanwhile.
    await until(
      'a webhook of the new finding',
      async () => received.length,
      (count) => count > calls,
    );
    expect((await strength()).verified).toBe(0);
    expect((await risk()).current.rule).toBe('ABOVE_CRITERIA');
    const all = await findings();
    expect(all.filter((one) => one.status === 'PROPOSED')).toHaveLength(1);
    expect(all.filter((one) => one.status === 'WITHDRAWN')).toHaveLength(1);
    expect((await clause('8.3')).verdict).toBe('GAP');
  });

  it('imports a log once for an idempotency key, and refuses the key for another log', async () => {
    const send = (raw: string) =>
      client.request('POST', '/v1/imports?format=sarif&source=trivy', {
        raw,
        headers: { 'idempotency-key': 'the-same' },
      });
    const [first, again] = [await send(clean('trivy')), await send(clean('trivy'))];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    const other = await send(clean('another'));
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('refuses a log without runs and keeps what it had', async () => {
    const before = await clause('8.3');
    const { status, body } = await client.import('codeql', readFileSync(join(inputs, 'no-runs.sarif')));
    expect([status, body.code, body.faults[0].field]).toEqual([422, 'INVALID_SARIF', '/runs']);
    expect(await clause('8.3')).toEqual(before);
  });
});
