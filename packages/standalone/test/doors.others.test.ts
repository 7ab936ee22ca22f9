import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from './client.ts';
import { type Installation, oneProcess, type TestTenant, until as untilGood } from './installation.ts';

type Options = Parameters<Client['request']>[2];

const services = ['audit', 'controls', 'evidence', 'identity', 'integrations', 'risk'] as const;
const unknownId = '0193f2a4-7c1e-7b52-9d3c-5a1f0e6b8c21';

let installation: Installation;
let tenant: TestTenant;
let client: Client;
let receiver: Server;
/** The ids of the deliveries that came, in their order. */
const received: string[] = [];
let ismsId: string;
let implementationId: string;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    received.push(String(request.headers['webhook-id']));
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  installation = await oneProcess();
  tenant = await installation.tenant('doors');
  client = new Client(installation.url, tenant.key);
  const { createIsms } = await client.graphql<{ createIsms: { isms: { id: string } } }>(
    'mutation($input: CreateIsmsInput!) { createIsms(input: $input) { isms { id } } }',
    { input: { name: 'Product', scope: 'All that is built and run' } },
  );
  ismsId = createIsms.isms.id;
  const { createImplementation } = await client.graphql<{ createImplementation: { implementation: { id: string } } }>(
    'mutation($input: CreateImplementationInput!) { createImplementation(input: $input) { implementation { id } } }',
    { input: { title: 'A second site', status: 'IMPLEMENTED', controlIds: ['A.5.30'] } },
  );
  implementationId = createImplementation.implementation.id;
  const known = (path: string) =>
    until(
      () => client.request('GET', path),
      (seen) => seen.status === 200,
    );
  await Promise.all(['/v1/assessment-due', '/v1/measures', '/v1/findings'].map(known));
});
afterAll(async () => {
  await installation?.stop();
  receiver?.close();
});

const until = <R>(look: () => Promise<R>, good: (seen: R) => boolean) =>
  untilGood(look, good, () => installation.log());

/** What is answered to a request that succeeds. */
async function done(method: string, path: string, options: Options = {}) {
  const answer = await client.request(method, path, options);
  if (answer.status > 201)
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
const post = async (path: string, body: object) => (await done('POST', path, { body })).body;
const put = async (path: string, body: object) => (await done('PUT', path, { body })).body;
const matching = (version: number | '*') => ({ headers: { 'if-match': version === '*' ? version : `"${version}"` } });
const remove = async (path: string, version: number | '*') => (await done('DELETE', path, matching(version))).body;
const removal = async (path: string, version: number) =>
  (await client.request('DELETE', path, matching(version))).status;
const items = async (path: string) => (await client.get(path)).items;

/** Creates by POST and reads by Location. */
async function create(path: string, body: object) {
  const made = await done('POST', path, { body });
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe(`${path}/${made.body.id}`);
  expect(await client.get(made.headers.get('location') ?? '')).toMatchObject(made.body);
  return made.body;
}

/** Changes by the ETag that was read; the same ETag is refused from then on. */
async function change(path: string, body: object) {
  const read = await client.request('GET', path);
  const headers = { 'if-match': read.headers.get('etag') ?? '' };
  const changed = await done('PATCH', path, { body, headers });
  expect(changed.body).toMatchObject({ version: read.body.version + 1, ...body });
  expect(await client.request('PATCH', path, { body, headers })).toMatchObject({
    status: 412,
    body: { code: 'VERSION_CONFLICT' },
  });
  return changed.body;
}

const identify = (title: string) =>
  create('/v1/risks', {
    title,
    ownerId: tenant.personId,
    affects: ['AVAILABILITY'],
    inherentLikelihood: 2,
    inherentConsequence: 2,
  });

describe('identity', () => {
  it('tells who calls, for whom, and what there is to be allowed', async () => {
    expect(await client.get('/v1/me')).toMatchObject({
      actor: `person:${tenant.personId}`,
      tenantId: tenant.tenantId,
      person: { id: tenant.personId },
    });
    expect(await client.get('/v1/tenant')).toMatchObject({ id: tenant.tenantId, slug: 'doors', version: 1 });
    expect(await items('/v1/permissions')).toContainEqual({
      name: 'risk:read',
      description: expect.any(String),
    });
    expect(await items('/v1/roles')).toContainEqual(
      expect.objectContaining({ name: 'AUDITOR', permissions: expect.arrayContaining(['audit:read']) }),
    );
  });

  it('adds people and changes them by what was read', async () => {
    const person = await create('/v1/people', { name: 'Ada', email: 'ada@doors.example', roles: ['AUDITOR'] });
    expect(person.roles).toMatchObject([{ name: 'AUDITOR' }]);
    await change(`/v1/people/${person.id}`, { status: 'INACTIVE' });
    expect(await items('/v1/people?status=INACTIVE')).toMatchObject([{ id: person.id }]);
    expect((await client.get('/v1/people?first=1&withTotal=true')).totalCount).toBe(2);
  });

  it('shows the secret of a key once, lets it in, and refuses it once it is revoked', async () => {
    const { apiKey, secret } = await post('/v1/api-keys', { title: 'reader', permissions: ['identity:read'] });
    const reader = new Client(installation.url, secret);
    expect(await reader.get('/v1/me')).toMatchObject({ apiKeyId: apiKey.id, permissions: ['identity:read'] });
    const listed = await items('/v1/api-keys');
    expect(listed[0]).toMatchObject({ id: apiKey.id, status: 'ACTIVE' });
    expect(JSON.stringify(listed)).not.toContain(secret);
    const stale = { body: { expectedVersion: apiKey.version + 1 } };
    expect((await client.request('POST', `/v1/api-keys/${apiKey.id}/revocation`, stale)).status).toBe(412);
    expect(await post(`/v1/api-keys/${apiKey.id}/revocation`, {})).toMatchObject({ status: 'REVOKED' });
  });
});

describe('findings and the trail', () => {
  it('has findings that people propose judged once, by what they saw', async () => {
    const proposal = { clause: '8.1', reason: 'Nobody rehearsed it.' };
    const finding = await create('/v1/findings', { ...proposal, title: 'No rehearsal' });
    expect(finding).toMatchObject({ status: 'PROPOSED', origin: 'PERSON', version: 1 });
    const place = `/v1/findings/${finding.id}`;
    const stale = await client.request('POST', `${place}/confirmation`, { body: { expectedVersion: 7 } });
    expect(stale.status).toBe(412);
    const confirmed = await post(`${place}/confirmation`, { expectedVersion: 1, reason: 'It is so.' });
    expect(confirmed).toMatchObject({ status: 'CONFIRMED', decidedBy: { id: tenant.personId } });
    expect((await client.request('POST', `${place}/refusal`, { body: { reason: 'No.' } })).status).toBe(409);
    expect((await client.get(place)).history).toMatchObject([{ version: 2 }, { version: 1 }]);

    const other = await create('/v1/findings', { ...proposal, title: 'No exercise' });
    expect(await post(`/v1/findings/${other.id}/refusal`, { reason: 'There was one.' })).toMatchObject({
      status: 'DECLINED',
      decisionReason: 'There was one.',
    });
    expect(await items('/v1/findings?status=DECLINED')).toMatchObject([{ id: other.id }]);
  });

  it('has every event of a source in its order, page by page, and says how far it reaches', async () => {
    const state = await until(
      () => client.get('/v1/trail/state'),
      ({ heads }) =>
        heads.some(
          ({ source, sequence }: { source: string; sequence: number }) => source === '/annex/identity' && sequence >= 3,
        ),
    );
    expect(state.alarms).toEqual([]);
    const page = await client.get('/v1/trail?source=/annex/identity&first=2&withTotal=true');
    expect(page.items).toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
    expect(page.totalCount).toBeGreaterThan(2);
    const next = await items(`/v1/trail?source=/annex/identity&first=1&after=${page.nextCursor}`);
    expect(next).toMatchObject([{ sequence: 3, bytes: expect.stringContaining('"specversion"') }]);
    expect(await items('/v1/trail?source=/annex/identity&afterSequence=1&first=1')).toMatchObject([{ sequence: 2 }]);
  });
});

describe('evidence and measures', () => {
  const upload = async (title: string) => {
    const form = new FormData();
    form.set('title', title);
    form.set('file', new Blob(['it was done']), 'log.txt');
    const body = new Response(form);
    const headers = { 'content-type': body.headers.get('content-type') ?? '' };
    return (await done('POST', '/v1/evidence', { raw: Buffer.from(await body.arrayBuffer()), headers })).body;
  };

  it('lists what was uploaded, and changes what is said of it', async () => {
    const { id } = await upload('The log of a rehearsal');
    expect(await items('/v1/evidence?validity=VALID')).toMatchObject([{ id, title: 'The log of a rehearsal' }]);
    const links = { implementations: [{ id: implementationId }] };
    const changed = await until(
      () => {
        const body = { title: 'The log of June', implementationIds: [implementationId] };
        return client.request('PATCH', `/v1/evidence/${id}`, { body, headers: { 'if-match': '"1"' } });
      },
      (seen) => seen.status === 200,
    );
    expect(changed.body).toMatchObject({ version: 2, title: 'The log of June', ...links });
    await change(`/v1/evidence/${id}`, { title: 'The log of July' });
  });

  it('measures by people, with what the measure says after it', async () => {
    const measure = await create('/v1/measures', {
      ...{ title: 'Rehearsals held', unit: 'rehearsals', worst: 0, target: 4, frequency: 'P1Y' },
    });
    expect(measure.attainment.state).toBe('NEVER_MEASURED');
    await change(`/v1/measures/${measure.id}`, { informationNeed: 'Would we come back?' });
    const place = `/v1/measures/${measure.id}/measurements`;
    const recorded = await post(place, { value: 3 });
    expect(recorded).toMatchObject({
      measurement: { number: 1, value: 3 },
      measure: { attainment: { state: 'FRESH' } },
    });
    expect((await client.get(`${place}?withTotal=true`)).measurements).toMatchObject({
      nodes: [{ id: recorded.measurement.id, recordedBy: `person:${tenant.personId}` }],
      totalCount: 1,
    });
    expect(await items('/v1/measures?state=FRESH')).toMatchObject([{ id: measure.id }]);
  });

  it('lists imports, what they found, and the checks that their rules are', async () => {
    const rules = [{ id: 'R1' }, { id: 'R2' }];
    const result = { ruleId: 'R1', level: 'error', message: { text: 'A wall is missing.' } };
    const run = { tool: { driver: { name: 'tool', rules } }, invocations: [{ executionSuccessful: true }] };
    const log = JSON.stringify({ version: '2.1.0', runs: [{ ...run, results: [result] }] });
    const imported = await client.import('build', log);
    expect(imported.status).toBe(201);
    const [listed] = await items('/v1/imports?source=build');
    expect(listed).toMatchObject({ id: imported.body.id, outcome: 'COMPLETE', open: 1, byLevel: { error: 1 } });
    expect((await client.get(`/v1/imports/${listed.id}/findings`)).findings.nodes).toMatchObject([
      { ruleId: 'R1', level: 'error', message: 'A wall is missing.' },
    ]);
    expect(await items('/v1/checks?outcome=FAIL')).toMatchObject([{ source: 'build', ruleId: 'R1', open: 1 }]);
    expect((await client.get('/v1/checks?withTotal=true')).totalCount).toBe(2);
  });
});

describe('assets and the library', () => {
  const asset = (name: string, more: object = {}) =>
    create('/v1/assets', { name, kind: 'SUPPORTING', category: 'HARDWARE', ...more });

  it('records assets, changes them by what was read, and retires none that is depended on', async () => {
    const server = await asset('Server');
    const orders = await create('/v1/assets', {
      ...{ name: 'Orders', kind: 'PRIMARY', category: 'BUSINESS_PROCESS', availability: 4, dependsOn: [server.id] },
    });
    await change(`/v1/assets/${orders.id}`, { classification: 'INTERNAL' });
    const { version, value } = await client.get(`/v1/assets/${server.id}`);
    expect(value.availability).toBe(4);
    const refused = await client.request('POST', `/v1/assets/${server.id}/retirement`, {
      body: { expectedVersion: version },
    });
    expect(refused.status).toBe(409);
    const retired = await post(`/v1/assets/${orders.id}/retirement`, { expectedVersion: orders.version + 1 });
    expect(retired.status).toBe('RETIRED');
    expect(await post(`/v1/assets/${orders.id}/reinstatement`, { expectedVersion: retired.version })).toMatchObject({
      status: 'IN_USE',
    });
  });

  it('finds threats, weaknesses and templates, and makes a risk of a template', async () => {
    const [threat] = await items('/v1/threats?contains=T-DEVICE-LOSS');
    expect(await client.get(`/v1/threats/${threat.id}`)).toEqual(threat);
    const [weakness] = await items('/v1/weaknesses?first=1');
    expect(await client.get(`/v1/weaknesses/${weakness.id}`)).toEqual(weakness);
    const template = await client.get('/v1/scenario-templates/S-LAPTOP');
    expect(template).toMatchObject({ approach: 'ASSET_BASED', threat: { id: threat.id } });

    const { id: laptop } = await asset('Laptop');
    const risk = await post('/v1/scenario-templates/S-LAPTOP/risks', {
      ...{ inherentLikelihood: 3, inherentConsequence: 2, assetIds: [laptop] },
    });
    expect(risk).toMatchObject({ title: template.title, identification: { template: { id: 'S-LAPTOP' } } });
  });

  it('says how a risk was identified, and takes that back by the version that was read', async () => {
    const { id } = await identify('The site is lost');
    const place = `/v1/risks/${id}/identification`;
    const { identification } = await put(place, {
      eventBased: { riskSource: 'A flood', desiredEndState: 'No power', strategicScenario: 'The river rises.' },
    });
    expect(identification).toMatchObject({ approach: 'EVENT_BASED', eventBased: { riskSource: 'A flood' } });
    expect(await removal(place, 7)).toBe(412);
    await remove(place, identification.version);
    expect((await client.get(place)).identification).toBeNull();
  });
});

describe('a risk', () => {
  it('is linked to implementations and unlinked', async () => {
    const { id } = await identify('Orders are lost');
    const place = `/v1/risks/${id}/implementations/${implementationId}`;
    const linked = await until(
      () => client.request('PUT', place, { body: { likelihoodEffect: 0, consequenceEffect: 0.5 } }),
      (seen) => seen.status === 200,
    );
    expect(linked.body.links).toMatchObject([{ implementation: { id: implementationId }, consequenceEffect: 0.5 }]);
    expect(await removal(place, 99)).toBe(412);
    expect((await remove(place, '*')).links).toEqual([]);
  });

  it('is assessed, accepted, closed and opened again, each by the version that was seen', async () => {
    const { id } = await identify('Mail is lost');
    const place = `/v1/risks/${id}`;
    const seen = async () => ({ expectedVersion: (await client.get(place)).version });
    const stale = { body: { expectedVersion: 99 } };
    for (const step of ['assessments', 'acceptances', 'closure'])
      expect((await client.request('POST', `${place}/${step}`, stale)).status).toBe(412);
    await post(`${place}/assessments`, { ...(await seen()), comment: 'As it was.' });
    expect((await client.get(`${place}/assessments`)).assessments).toMatchObject([
      { assessedBy: { id: tenant.personId }, comment: 'As it was.' },
    ]);
    expect((await post(`${place}/acceptances`, { ...(await seen()), reason: 'Small.' })).acceptance).toBe('IN_FORCE');
    expect(await client.get(`${place}/acceptances`)).toMatchObject({
      acceptance: 'IN_FORCE',
      acceptances: [{ acceptedBy: { id: tenant.personId }, reason: 'Small.' }],
    });
    expect((await post(`${place}/closure`, {})).status).toBe('CLOSED');
    expect((await client.request('POST', `${place}/closure`, { body: {} })).status).toBe(409);
    expect((await post(`${place}/reopening`, await seen())).status).toBe('OPEN');
  });

  it('is only rated once its quantification is taken away', async () => {
    const { id } = await identify('Backups fail');
    const place = `/v1/risks/${id}/quantification`;
    const { quantification } = await put(place, {
      frequency: { kind: 'POISSON', rate: 0.5 },
      lossForms: [{ category: 'RESPONSE', loss: { kind: 'PERT', low: 1000, mode: 2000, high: 9000 } }],
      rationale: 'As others saw it.',
    });
    expect((await client.request('DELETE', place)).status).toBe(428);
    expect((await client.request('DELETE', place, matching('*'))).body.faults).toMatchObject([{ field: 'If-Match' }]);
    expect(await removal(place, 9)).toBe(412);
    await remove(place, quantification.version);
    expect((await client.get(place)).quantification).toBeNull();
  });
});

describe('risk criteria', () => {
  it('are set whole by one person at the start, count risks in their cells, and say when the register is due', async () => {
    await identify('The line is cut');
    const { criteria, cells } = await client.get('/v1/heat-map/figures?reading=INHERENT');
    expect(cells).toHaveLength(criteria.likelihoods.length * criteria.consequences.length);
    const cell = cells.find(
      (one: { likelihood: number; consequence: number }) => one.likelihood === 2 && one.consequence === 2,
    );
    expect(cell.riskIds).toHaveLength(cell.count);
    expect(cell.count).toBeGreaterThan(0);

    const whole = await client.get(`/v1/isms/${ismsId}/risk-criteria`);
    type Band = { level: number };
    const bands = (list: Band[]) => list.map(({ level: _, ...band }) => band);
    const body = {
      ...{ expectedVersion: whole.version, name: 'Ours', currency: whole.currency, levels: ranked(whole.levels) },
      ...{ likelihoods: bands(whole.likelihoods), consequences: bands(whole.consequences), matrix: whole.matrix },
      ...{
        floorFrequency: whole.floorFrequency,
        floorLoss: whole.floorLoss,
        appetite: 'Little',
        assessmentPeriod: 'P6M',
      },
    };
    expect(await put('/v1/risk-criteria', body)).toMatchObject({ name: 'Ours', version: whole.version + 1 });
    expect((await client.request('PUT', '/v1/risk-criteria', { body })).status).toBe(412);
    expect(await client.get('/v1/assessment-due')).toEqual({ period: 'P6M', last: null, dueAt: null, overdue: false });
    const proposal = await create('/v1/risk-criteria-proposals', {
      ...{ ...body, expectedVersion: whole.version + 1, name: 'Ours, later' },
      draft: true,
    });
    expect(await items('/v1/risk-criteria-proposals')).toMatchObject([
      { id: proposal.id, version: 1, status: 'DRAFT', content: { name: 'Ours, later' } },
    ]);
  });
  const ranked = (levels: { rank: number }[]) => levels.map(({ rank: _, ...level }) => level);
});

describe('webhooks', () => {
  it('are sent to endpoints, once more where asked, and to none that is removed', async () => {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const made = await done('POST', '/v1/webhook-endpoints', { body: { url } });
    const { webhookEndpoint, secret } = made.body;
    expect([made.status, made.headers.get('etag'), made.headers.get('location')]).toEqual([
      ...[201, '"1"', `/v1/webhook-endpoints/${webhookEndpoint.id}`],
    ]);
    expect(secret).toMatch(/^whsec_/);
    const place = `/v1/webhook-endpoints/${webhookEndpoint.id}`;
    expect(await client.get(place)).toEqual(webhookEndpoint);
    await change(place, { description: 'For the wall' });
    const rotated = await post(`${place}/secret`, {});
    expect(rotated.secret).not.toBe(secret);
    expect(JSON.stringify(await items('/v1/webhook-endpoints'))).not.toContain('whsec_');

    await identify('The wall falls');
    const first = await until(
      async () => (await client.get(`${place}/deliveries`)).deliveries[0],
      (delivery) => delivery?.status === 'DELIVERED',
    );
    const times = async () => received.filter((id) => id === first.id).length;
    expect(await times()).toBe(1);
    expect(await post(`/v1/webhook-deliveries/${first.id}/redelivery`, {})).toMatchObject({ id: first.id });
    await until(times, (seen) => seen === 2);

    expect(await removal(place, 99)).toBe(412);
    expect(await remove(place, '*')).toEqual({ deletedId: webhookEndpoint.id });
    expect((await client.request('GET', place)).status).toBe(404);
    expect(await items('/v1/webhook-endpoints')).toEqual([]);
  });
});

describe('dead letters', () => {
  it.each(services)('of %s are listed for an operator and tried again', async (service) => {
    const place = `/v1/dead-letters/${service}`;
    expect(await items(place)).toEqual([]);
    await installation.test.admin((connection) =>
      connection.query(
        `insert into ${service}.dead_letter (tenant_id, id, consumer, event_id, event, error, attempts)
         values ($1, $2, $3, $2, '{}', 'It is not there', 3)`,
        [tenant.tenantId, unknownId, service],
      ),
    );
    expect(await items(`${place}?show=ALL`)).toMatchObject([{ id: unknownId, error: 'It is not there', attempts: 3 }]);
    const retry = (body: object) => client.request('POST', `${place}/retries`, { body });
    expect(await retry({ id: unknownId })).toMatchObject({ status: 200, body: { count: 1 } });
    expect((await retry({ id: tenant.tenantId })).status).toBe(404);
  });
});

it('all are in the OpenAPI document', async () => {
  const { paths } = await client.get('/openapi.json');
  const doors = [
    'get post /v1/api-keys',
    'post /v1/api-keys/{id}/revocation',
    'get /v1/assessment-due',
    'post /v1/assets',
    'patch /v1/assets/{id}',
    'post /v1/assets/{id}/reinstatement',
    'post /v1/assets/{id}/retirement',
    'get /v1/checks',
    'get /v1/evidence',
    'patch /v1/evidence/{id}',
    'post /v1/findings',
    'get /v1/findings/{id}',
    'post /v1/findings/{id}/confirmation',
    'post /v1/findings/{id}/refusal',
    'get /v1/heat-map/figures',
    'get /v1/imports',
    'get /v1/imports/{id}/findings',
    'get /v1/me',
    'get post /v1/measures',
    'get patch /v1/measures/{id}',
    'get post /v1/measures/{measureId}/measurements',
    'get post /v1/people',
    'get patch /v1/people/{id}',
    'get /v1/permissions',
    'put /v1/risk-criteria',
    'get /v1/risk-criteria-proposals',
    'get post /v1/risks/{riskId}/acceptances',
    'get post /v1/risks/{riskId}/assessments',
    'post /v1/risks/{riskId}/closure',
    'delete put /v1/risks/{riskId}/identification',
    'delete put /v1/risks/{riskId}/implementations/{implementationId}',
    'delete /v1/risks/{riskId}/quantification',
    'post /v1/risks/{riskId}/reopening',
    'get /v1/roles',
    'get /v1/scenario-templates/{id}',
    'post /v1/scenario-templates/{templateId}/risks',
    'get /v1/tenant',
    'get /v1/threats',
    'get /v1/threats/{id}',
    'get /v1/trail',
    'get /v1/trail/state',
    'get /v1/weaknesses',
    'get /v1/weaknesses/{id}',
    'post /v1/webhook-deliveries/{deliveryId}/redelivery',
    'get post /v1/webhook-endpoints',
    'delete get patch /v1/webhook-endpoints/{id}',
    'get /v1/webhook-endpoints/{id}/deliveries',
    'post /v1/webhook-endpoints/{id}/secret',
    ...services.flatMap((service) => [`get /v1/dead-letters/${service}`, `post /v1/dead-letters/${service}/retries`]),
  ];
  for (const door of doors) {
    const [path = '', ...methods] = door.split(' ').reverse();
    expect([path, Object.keys(paths[path] ?? {})]).toEqual([path, expect.arrayContaining(methods)]);
  }
});
