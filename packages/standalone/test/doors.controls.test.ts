import { Client } from './client.ts';
import { type Installation, oneProcess, until } from './installation.ts';

/** The doors that are gone through here, each of which an integrator finds in the OpenAPI document. */
const doors = [
  ...['GET /v1/isms', 'POST /v1/isms', 'GET /v1/isms/{id}', 'PATCH /v1/isms/{id}'],
  ...['GET /v1/isms/{ismsId}/climate-determinations', 'POST /v1/isms/{ismsId}/climate-determinations'],
  ...['GET /v1/implementations', 'POST /v1/implementations', 'PATCH /v1/implementations'],
  ...['GET /v1/implementations/{id}', 'PATCH /v1/implementations/{id}'],
  'POST /v1/implementations/{implementationId}/measures',
  'POST /v1/implementations/{implementationId}/measures/{measureId}/unlinking',
  'POST /v1/implementations/{implementationId}/design-assessments',
  ...['sites', 'isms-processes', 'own-mappings'].flatMap((name) => [
    ...[`GET /v1/${name}`, `POST /v1/${name}`],
    ...[`GET /v1/${name}/{id}`, `PATCH /v1/${name}/{id}`, `DELETE /v1/${name}/{id}`],
  ]),
  ...['interested-parties', 'party-requirements'].flatMap((name) => [
    ...[`POST /v1/${name}`, `GET /v1/${name}/{id}`, `PATCH /v1/${name}/{id}`, `DELETE /v1/${name}/{id}`],
  ]),
  ...['GET /v1/scope-versions', 'POST /v1/scope-versions', 'GET /v1/scope-versions/{id}'],
  ...['PATCH /v1/scope-versions/{id}', 'POST /v1/scope-versions/{id}/submission'],
  ...['POST /v1/scope-versions/{id}/judgement', 'POST /v1/scope-versions/{id}/withdrawal'],
  ...['POST /v1/context-issues', 'GET /v1/context-issues/{id}', 'PATCH /v1/context-issues/{id}'],
  ...['GET /v1/obligations', 'POST /v1/obligations', 'GET /v1/obligations/{id}', 'PATCH /v1/obligations/{id}'],
  ...['GET /v1/soa/versions', 'DELETE /v1/process-criteria/{id}'],
  ...['GET /v1/mapping-collections', 'DELETE /v1/mapping-collections/{id}'],
  ...['GET /v1/licensed-texts', 'PUT /v1/licensed-texts/{placeId}/{language}', 'DELETE /v1/licensed-texts/{id}'],
  ...['GET /v1/component-definitions', 'GET /v1/component-definitions/{id}', 'DELETE /v1/component-definitions/{id}'],
  ...['GET /v1/components', 'GET /v1/components/{id}', 'POST /v1/components/{componentId}/implementations'],
  ...['GET /v1/catalogues', 'GET /v1/catalogues/{id}', 'DELETE /v1/catalogues/{id}'],
  ...[
    'GET /v1/terms',
    'GET /v1/terms/{name}',
    'GET /v1/term-suggestions',
    'GET /v1/frameworks',
    'GET /v1/standards/{standardId}/certification',
  ],
  ...['GET /v1/framework-places/{id}', 'GET /v1/standards/{id}', 'GET /v1/clauses', 'GET /v1/clauses/{id}'],
  ...['GET /v1/controls', 'GET /v1/requirements', 'GET /v1/upgrades'],
];

let installation: Installation;
let author: Client;
let other: Client;
let otherId: string;
let ismsId: string;
const asked = new Set<string>();

/** Asks as the author, or as somebody else, and remembers what was asked for. */
async function ask(
  method: string,
  path: string,
  more: { body?: object; version?: number | '*'; as?: Client; raw?: string } = {},
) {
  asked.add(`${method} ${path.split('?')[0]}`);
  const { body, version, as = author, raw } = more;
  return as.request(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(raw === undefined ? {} : { raw }),
    headers: {
      ...(version === undefined ? {} : { 'if-match': version === '*' ? version : `"${version}"` }),
      ...(raw === undefined ? {} : { 'content-type': raw.startsWith('{') ? 'application/json' : 'text/csv' }),
    },
  });
}
type Answer = Awaited<ReturnType<typeof ask>>;

/** What a request that works is answered. */
async function done(...request: Parameters<typeof ask>): Promise<Answer['body']> {
  const { status, body } = await ask(...request);
  if (status !== 200) throw new Error(`${request.slice(0, 2).join(' ')} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Creates by POST and reads by Location. */
async function create(path: string, body: object): Promise<{ address: string; made: Answer['body'] }> {
  const { status, headers, body: made } = await ask('POST', path, { body });
  expect([path, status, made.code, made.faults]).toEqual([path, 201, undefined, undefined]);
  expect(headers.get('location')).toBe(`${path}/${made.id}`);
  expect(headers.get('etag')).toBe('"1"');
  const address = String(headers.get('location'));
  expect(await done('GET', address)).toMatchObject(made);
  return { address, made };
}

/** Changes what was read, and then once more by what was read before, which is refused. */
async function change(address: string, version: number, body: object): Promise<Answer['body']> {
  const changed = await done('PATCH', address, { version, body });
  expect(changed.version).toBe(version + 1);
  expect(await ask('PATCH', address, { version, body })).toMatchObject({
    status: 412,
    body: { code: 'VERSION_CONFLICT' },
  });
  expect(await done('GET', address)).toMatchObject({ version: version + 1 });
  return changed;
}

/** Takes away what was read, and not by what was read before. */
async function remove(address: string, version: number): Promise<void> {
  expect(await ask('DELETE', address)).toMatchObject({ status: 428, body: { code: 'VERSION_REQUIRED' } });
  expect(await ask('DELETE', address, { version: version + 1 })).toMatchObject({ status: 412 });
  const { status, body } = await ask('DELETE', address, { version });
  expect([status, body]).toEqual([200, { id: address.split('/').at(-1) }]);
  expect(await ask('DELETE', address, { version })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
}

const items = async (path: string): Promise<Answer['body'][]> => (await done('GET', path)).items;
const refused = { status: 409, body: { code: 'STATE_CONFLICT' } };

beforeAll(async () => {
  installation = await oneProcess();
  await installation.test.setClock(new Date('2026-06-01T08:00:00Z'));
  author = new Client(installation.url, (await installation.tenant('controls')).key);
  const { createPerson } = await author.graphql<{ createPerson: { person: { id: string } } }>(
    'mutation($input: CreatePersonInput!) { createPerson(input: $input) { person { id } } }',
    { input: { name: 'Other', email: 'other@controls.example', roles: ['MANAGEMENT'] } },
  );
  otherId = createPerson.person.id;
  const { createApiKey } = await author.graphql<{ createApiKey: { secret: string } }>(
    'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { title: 'other', personId: otherId } },
  );
  other = new Client(installation.url, createApiKey.secret);
});
afterAll(() => installation?.stop());

it('an ISMS is established, found, and changed by the version that was read', async () => {
  const { address, made } = await create('/v1/isms', { name: 'Orders', scope: 'All that takes orders' });
  ismsId = made.id;
  expect(made).toMatchObject({ version: 1, status: 'ESTABLISHING', scope: 'All that takes orders' });
  expect(await done('GET', '/v1/isms?withTotal=true')).toMatchObject({
    items: [{ id: ismsId, name: 'Orders' }],
    nextCursor: null,
    totalCount: 1,
  });
  expect(await change(address, 1, { status: 'OPERATING' })).toMatchObject({ status: 'OPERATING', name: 'Orders' });
  expect(await ask('PATCH', address, { version: 2, body: { status: 'ESTABLISHING' } })).toMatchObject(refused);
});

it('a scope names sites and processes, is approved by another person, and holds what it names', async () => {
  const graz = await create('/v1/sites', { name: 'Graz', kind: 'OFFICE' });
  const cellar = await create('/v1/sites', { name: 'Cellar', kind: 'DATA_CENTRE' });
  expect(await change(graz.address, 1, { description: 'Orders are taken' })).toMatchObject({ name: 'Graz' });
  expect(await items('/v1/sites?kind=DATA_CENTRE')).toMatchObject([{ id: cellar.made.id, name: 'Cellar' }]);
  await remove(cellar.address, 1);
  expect(await ask('GET', cellar.address)).toMatchObject({ status: 404 });

  const sales = await create('/v1/isms-processes', { name: 'Sales', outputs: 'Orders' });
  const delivery = await create('/v1/isms-processes', { name: 'Delivery', dependsOn: [sales.made.id] });
  expect(delivery.made).toMatchObject({ dependsOn: [{ id: sales.made.id, name: 'Sales' }], neededBy: [] });
  expect(await items('/v1/isms-processes')).toMatchObject([{ name: 'Delivery' }, { name: 'Sales' }]);
  expect(await ask('DELETE', sales.address, { version: '*' })).toMatchObject(refused);
  expect(await change(delivery.address, 1, { dependsOn: [] })).toMatchObject({ dependsOn: [] });

  const criterion = await create('/v1/process-criteria', { processId: delivery.made.id, criterion: 'Within a day' });
  await remove(criterion.address, 1);
  await remove(delivery.address, 2);

  const version = await create('/v1/scope-versions', { siteIds: [graz.made.id], processIds: [sales.made.id] });
  expect(version.made).toMatchObject({
    ...{ number: 1, status: 'DRAFT', statement: 'All that takes orders' },
    ...{ sites: [{ id: graz.made.id, name: 'Graz', kind: 'OFFICE' }], processes: [{ id: sales.made.id }] },
  });
  const step = (name: string, body: object, as?: Client) =>
    ask('POST', `${version.address}/${name}`, { body, ...(as ? { as } : {}) });
  expect(await step('submission', {})).toMatchObject(refused);
  await change(version.address, 1, {
    ...{ boundaries: 'The office and its machines', considered: 'Each issue and requirement' },
    interfaces: [{ name: 'The carrier', description: 'Takes parcels over' }],
    dependencies: [{ name: 'Sales', processId: sales.made.id }],
    exclusions: [{ what: 'The canteen', reason: 'It takes no orders' }],
  });
  expect(await step('submission', { note: 'The first' })).toMatchObject({ status: 200, body: { status: 'IN_REVIEW' } });
  expect(await step('withdrawal', {})).toMatchObject({ status: 200, body: { status: 'DRAFT' } });
  expect(await step('submission', { expectedVersion: 2 })).toMatchObject({ status: 412 });
  expect(await step('submission', {})).toMatchObject({ status: 200, body: { version: 5 } });
  expect(await step('judgement', { decision: 'APPROVED' })).toMatchObject({ status: 403 });
  expect(await step('judgement', { decision: 'APPROVED', expectedVersion: 5 }, other)).toMatchObject({
    ...{ status: 200, body: { status: 'APPROVED', decidedBy: `person:${otherId}` } },
  });
  expect(await items('/v1/scope-versions')).toMatchObject([{ id: version.made.id, number: 1, status: 'APPROVED' }]);
  expect(await done('GET', version.address)).toMatchObject({
    interfaces: [{ name: 'The carrier' }],
    dependencies: [{ name: 'Sales', process: { id: sales.made.id } }],
    exclusions: [{ what: 'The canteen' }],
  });
  expect(await ask('DELETE', graz.address, { version: '*' })).toMatchObject(refused);
});

it('issues, climate change, interested parties, what they require and obligations make the context', async () => {
  const issue = await create('/v1/context-issues', {
    ...{ title: 'Few applicants', kind: 'EXTERNAL', relevance: 'Machines go unpatched' },
  });
  expect(issue.made).toMatchObject({ reference: 'CI-0001', status: 'OPEN', isms: { id: ismsId } });
  expect(await change(issue.address, 1, { status: 'CLOSED' })).toMatchObject({ status: 'CLOSED' });

  const climate = `/v1/isms/${ismsId}/climate-determinations`;
  const determine = (relevance: string, expectedNumber: number) =>
    ask('POST', climate, { body: { relevance, reason: 'As the summers are', expectedNumber } });
  expect(await determine('NOT_RELEVANT', 0)).toMatchObject({ status: 200, body: { climate: { number: 1 } } });
  expect(await determine('RELEVANT', 0)).toMatchObject({ status: 412 });
  expect(await determine('RELEVANT', 1)).toMatchObject({ status: 200, body: { isms: { id: ismsId } } });
  expect(await done('GET', climate)).toMatchObject({
    climate: { number: 2, relevance: 'RELEVANT' },
    climateHistory: [{ number: 2 }, { number: 1, relevance: 'NOT_RELEVANT' }],
  });

  const party = await create('/v1/interested-parties', { name: 'Buyers', kind: 'CUSTOMER' });
  expect(await change(party.address, 1, { description: 'They pay in advance' })).toMatchObject({ kind: 'CUSTOMER' });
  const partyId = party.made.id;
  const requirement = await create('/v1/party-requirements', { partyId, requirement: 'Orders stay secret' });
  expect(requirement.made).toMatchObject({ decision: 'UNDECIDED', party: { id: partyId, name: 'Buyers' } });
  expect(await ask('PATCH', requirement.address, { version: 1, body: { decision: 'ADDRESSED' } })).toMatchObject({
    status: 400,
    body: { faults: [{ field: 'body.explanation' }] },
  });
  expect(
    await change(requirement.address, 1, { decision: 'ADDRESSED', explanation: 'Orders are encrypted' }),
  ).toMatchObject({ decision: 'ADDRESSED', decidedAt: '2026-06-01T08:00:00.000Z' });
  expect((await done('GET', party.address)).requirements).toMatchObject([{ id: requirement.made.id }]);

  const obligation = await create('/v1/obligations', {
    ...{ title: 'Privacy', kind: 'LEGAL', source: 'GDPR, Article 32', partyId, controlIds: ['A.5.34'] },
  });
  expect(obligation.made).toMatchObject({
    ...{ reference: 'OB-0001', status: 'IN_FORCE', party: { name: 'Buyers' } },
    controls: [{ id: 'iso27001:2022:A.5.34', number: 'A.5.34' }],
  });
  expect(await items('/v1/obligations?controlId=A.5.34&status=IN_FORCE')).toMatchObject([{ id: obligation.made.id }]);
  expect(await ask('DELETE', party.address, { version: '*' })).toMatchObject(refused);
  expect(await change(obligation.address, 1, { status: 'REPEALED', partyId: null })).toMatchObject({ party: null });
  expect(await items('/v1/obligations?status=IN_FORCE')).toEqual([]);

  await remove(requirement.address, 2);
  await remove(party.address, 2);
});

it('implementations are changed one by one and in bulk, follow linked measures, and are assessed', async () => {
  const backup = await create('/v1/implementations', {
    ...{ title: 'Backups', status: 'PLANNED', controlIds: ['A.8.13'], effortHoursYearly: 40 },
    cost: { currency: 'EUR', yearly: 120_000 },
  });
  expect(backup.made).toMatchObject({
    ...{ reference: 'C-0001', isms: { id: ismsId }, cost: { currency: 'EUR', once: null, yearly: 120_000 } },
    ...{ controls: [{ number: 'A.8.13' }], strength: { verified: 0, explanation: { sentence: expect.any(String) } } },
  });
  const locks = await create('/v1/implementations', { title: 'Locks', controlIds: ['A.7.2'] });
  expect(await change(backup.address, 1, { status: 'IMPLEMENTED' })).toMatchObject({ status: 'IMPLEMENTED' });
  expect(await items('/v1/implementations?status=NOT_STARTED')).toMatchObject([{ id: locks.made.id }]);

  const edit = (...edits: object[]) => ask('PATCH', '/v1/implementations', { body: { edits } });
  const first = { id: backup.made.id, title: 'Backups, kept apart' };
  expect(await edit(first, { id: locks.made.id, share: 2, status: 'PARTIAL' })).toMatchObject({
    ...{ status: 400, body: { faults: [{ field: 'body.edits.1.share' }] } },
  });
  expect(await edit({ ...first, expectedVersion: 1 })).toMatchObject({
    ...{ status: 412, body: { faults: [{ field: 'body.edits.0.expectedVersion' }] } },
  });
  expect(await edit(first, { id: locks.made.id, expectedVersion: 1 })).toMatchObject({
    status: 200,
    body: { changed: 1, implementations: [{ version: 3, title: first.title }, { version: 1 }] },
  });

  const measured = await until(
    () =>
      author
        .graphql<{ createMeasure: { measure: { id: string } } }>(
          'mutation($input: CreateMeasureInput!) { createMeasure(input: $input) { measure { id } } }',
          {
            input: {
              ...{ title: 'Restores that failed', informationNeed: 'Do they come back?', unit: 'restores' },
              ...{ worst: 5, target: 0, frequency: 'P1W', collector: 'SARIF_OPEN_FINDINGS' },
            },
          },
        )
        .catch(() => undefined),
    (seen) => seen !== undefined,
  );
  const measureId = measured?.createMeasure.measure.id;
  const measures = `${backup.address}/measures`;
  expect(await ask('POST', measures, { body: { measureId, role: 'EFFECTIVENESS', expectedVersion: 3 } })).toMatchObject(
    { status: 200, body: { version: 4, measureLinks: [{ measureId, weight: 1, unlinkedAt: null }] } },
  );
  expect(await ask('POST', measures, { body: { measureId } })).toMatchObject({
    ...{ status: 409, body: { code: 'ALREADY_EXISTS' } },
  });
  const unlink = () => ask('POST', `${measures}/${measureId}/unlinking`, { body: { reason: 'It says nothing' } });
  expect(await unlink()).toMatchObject({
    ...{ status: 200, body: { version: 5, measureLinks: [{ measureId, unlinkedReason: 'It says nothing' }] } },
  });
  expect(await unlink()).toMatchObject({ status: 404 });
  const assess = (more: object) =>
    ask('POST', `${backup.address}/design-assessments`, { body: { conclusion: 0.8, reason: 'As drawn', ...more } });
  expect(await assess({ expectedVersion: 4 })).toMatchObject({ status: 412 });
  expect(await assess({ expectedVersion: 5 })).toMatchObject({ status: 200, body: { version: 6 } });
  expect(await done('GET', backup.address)).toMatchObject({
    ...{ designAssessments: [{ conclusion: 0.8, reason: 'As drawn' }], taskProgress: { total: 0 }, startedFrom: null },
    strength: { explanation: { sentence: expect.any(String), factors: expect.arrayContaining([expect.anything()]) } },
  });
});

it('versions of the Statement of Applicability are listed with who was asked', async () => {
  expect(await items('/v1/soa/versions')).toEqual([]);
  const { rows } = await author.get('/v1/soa');
  const entries = rows.map(({ controlId }: { controlId: string }) => ({
    ...{ controlId, decision: 'NECESSARY', justification: 'We want it' },
  }));
  expect((await author.request('POST', '/v1/soa/decisions', { body: { entries } })).status).toBe(200);
  const submitted = await author.request('POST', '/v1/soa', {
    body: { approvals: [{ personId: otherId, role: 'top management' }] },
  });
  expect(submitted.status).toBe(201);
  expect(await items('/v1/soa/versions')).toMatchObject([
    {
      ...{ id: submitted.body.id, number: 1, status: 'IN_REVIEW', controls: 93, necessary: 93 },
      approvals: [{ person: { id: otherId }, role: 'top management', decision: 'PENDING' }],
    },
  ]);
});

it('a catalogue is mapped and given licensed texts, by hand and by collection, and taken away with them', async () => {
  const imported = await ask('POST', '/v1/catalogues?format=csv&key=house&edition=1', {
    raw: 'number,title\nA,Passwords\nB,Tokens\n',
  });
  expect(imported.status).toBe(201);
  const catalogue = `/v1/catalogues/${imported.body.id}`;
  expect(await items('/v1/catalogues')).toMatchObject([{ id: imported.body.id, key: 'house', size: 2 }]);
  expect(await done('GET', `${catalogue}?first=1&offset=1`)).toMatchObject({
    ...{ version: 1, items: [{ id: 'house:1:B', kind: 'CONTROL', title: 'Tokens' }] },
  });

  const mapping = await create('/v1/own-mappings', {
    ...{ sourceId: 'house:1:A', targetId: 'A.5.17', relationship: 'SUBSET' },
    ...{ rationale: 'Both speak of passwords', provenance: 'The security team' },
  });
  expect(mapping.made).toMatchObject({
    ...{ source: { id: 'house:1:A', title: 'Passwords' }, target: { id: 'iso27001:2022:A.5.17' }, collection: null },
  });
  expect(await change(mapping.address, 1, { strength: 0.5 })).toMatchObject({ strength: 0.5, relationship: 'SUBSET' });

  const uuid = (end: number) => `11111111-1111-4111-8111-00000000000${end}`;
  const resource = (id: string) => ({ type: 'catalog', href: `urn:annex:framework:${id}` });
  const end = (id: string) => [{ type: 'control', 'id-ref': id }];
  const collection = {
    uuid: uuid(1),
    metadata: { title: 'House rules', 'last-modified': '2026-01-01T00:00:00Z', version: '3', 'oscal-version': '1.2.1' },
    provenance: {
      ...{ method: 'human', 'matching-rationale': 'semantic', status: 'complete' },
      'mapping-description': 'Compared by the security team',
    },
    mappings: [
      {
        uuid: uuid(2),
        'source-resource': resource('house:1'),
        'target-resource': resource('iso27001:2022'),
        maps: [{ uuid: uuid(3), relationship: 'subset-of', sources: end('B'), targets: end('A.8.5') }],
      },
    ],
  };
  const read = await ask('POST', '/v1/mappings?format=oscal', {
    raw: JSON.stringify({ 'mapping-collection': collection }),
  });
  expect(read.status).toBe(201);
  expect(await items('/v1/mapping-collections')).toMatchObject([{ id: read.body.id, title: 'House rules', size: 1 }]);
  expect(await items(`/v1/own-mappings?collectionId=${read.body.id}`)).toMatchObject([
    { source: { id: 'house:1:B' }, collection: { id: read.body.id } },
  ]);
  await remove(`/v1/mapping-collections/${read.body.id}`, 1);
  expect(await items('/v1/own-mappings?source=house:1')).toMatchObject([{ id: mapping.made.id }]);
  await remove(mapping.address, 2);

  const licence = { licensedBy: 'The shop', licenceReference: 'Order 4711' };
  const place = '/v1/licensed-texts/A.8.13/de';
  const set = (body: object) => ask('PUT', place, { body });
  expect(await set({ ...licence, text: 'Kopien', expectedVersion: 0 })).toMatchObject({
    ...{ status: 200, body: { version: 1, placeId: 'iso27001:2022:A.8.13', language: 'de', text: 'Kopien' } },
  });
  expect(await set({ text: 'Kopie', expectedVersion: 0 })).toMatchObject({ status: 412 });
  const { id } = await done('PUT', place, { body: { text: 'Sicherungen', expectedVersion: 1 } });
  const rule = { ...licence, text: 'A password is long.' };
  expect(await ask('PUT', '/v1/licensed-texts/house:1:A/en', { body: rule })).toMatchObject({ status: 200 });
  expect(await items('/v1/licensed-texts?framework=iso27001:2022')).toMatchObject([
    { id, version: 2, text: 'Sicherungen', licensedBy: 'The shop' },
  ]);
  await remove(`/v1/licensed-texts/${id}`, 2);
  expect(await items('/v1/licensed-texts')).toMatchObject([{ placeId: 'house:1:A' }]);

  await remove(catalogue, 1);
  expect(await items('/v1/licensed-texts')).toEqual([]);
  expect(await items('/v1/catalogues')).toEqual([]);
});

it('a component of an imported definition starts an implementation, which stays when the definition goes', async () => {
  const uuid = (end: number) => `22222222-2222-4222-8222-00000000000${end}`;
  const definition = {
    uuid: uuid(1),
    metadata: { title: 'Doors', 'last-modified': '2026-01-01T00:00:00Z', version: '3', 'oscal-version': '1.1.2' },
    components: [
      {
        ...{ uuid: uuid(2), type: 'software', title: 'Lock', description: 'Locks doors' },
        'control-implementations': [
          {
            ...{ uuid: uuid(3), source: 'urn:annex:framework:iso27001:2022', description: 'What it does' },
            'implemented-requirements': [{ uuid: uuid(4), 'control-id': 'A.7.2', description: 'It lets few in' }],
          },
        ],
      },
    ],
  };
  const imported = await ask('POST', '/v1/component-definitions?format=oscal&key=acme-lock', {
    raw: JSON.stringify({ 'component-definition': definition }),
  });
  expect(imported.status).toBe(201);
  const address = `/v1/component-definitions/${imported.body.id}`;
  expect(await items('/v1/component-definitions')).toMatchObject([{ id: imported.body.id, key: 'acme-lock' }]);
  expect(await done('GET', address)).toMatchObject({
    ...{ title: 'Doors', componentCount: 1, claimCount: 1, sources: [{ framework: 'iso27001:2022' }] },
  });
  const [lock] = await items(`/v1/components?definitionId=${imported.body.id}&controlId=A.7.2`);
  expect(lock).toMatchObject({ title: 'Lock', type: 'software', claimCount: 1, definition: { key: 'acme-lock' } });

  const started = await ask('POST', `/v1/components/${lock.id}/implementations`, { body: {} });
  expect(started).toMatchObject({
    ...{ status: 200, body: { title: 'Lock', status: 'NOT_STARTED', controls: [{ number: 'A.7.2' }] } },
  });
  expect(await done('GET', `/v1/components/${lock.id}`)).toMatchObject({
    claims: { nodes: [{ controlId: 'A.7.2', control: { id: 'iso27001:2022:A.7.2' } }] },
    implementations: [{ id: started.body.id }],
  });
  await remove(address, 1);
  expect(await ask('GET', `/v1/components/${lock.id}`)).toMatchObject({ status: 404 });
  expect((await done('GET', `/v1/implementations/${started.body.id}`)).startedFrom).toMatchObject({
    ...{ component: null, componentTitle: 'Lock', definitionKey: 'acme-lock' },
  });
});

it('terms are found in spite of typing errors, frameworks are listed, and certification is answered or refused', async () => {
  expect(await done('GET', '/v1/terms/residual%20risk')).toMatchObject({ id: 'residual-risk', broader: [{}] });
  expect(await ask('GET', '/v1/terms/nothing%20of%20ours')).toMatchObject({ status: 404 });
  expect((await items('/v1/term-suggestions?text=residuel%20risk&first=3'))[0]).toMatchObject({
    term: { id: 'residual-risk' },
  });
  expect((await items('/v1/frameworks')).map(({ id }) => id)).toEqual(
    expect.arrayContaining(['iso27001:2022', 'csf:2.0']),
  );
  const mapped = await done('GET', '/v1/framework-places/A.8.28?framework=csf:2.0');
  expect(mapped.relations[0]).toMatchObject({ suggested: false, place: { id: expect.stringMatching(/^csf:2\.0:/) } });
  expect(await done('GET', '/v1/standards/iso27001:2022/certification')).toMatchObject({
    ...{ standard: { id: 'iso27001:2022' }, certifiable: 'STAND_ALONE' },
  });
  expect(await ask('GET', '/v1/standards/iso27002:2022/certification')).toMatchObject({
    ...{ status: 422, body: { code: 'STANDARD_NOT_CERTIFIABLE' } },
  });
});

it('the library is read as a whole and piece by piece: standards, clauses with what they demand, controls with guidance', async () => {
  expect(await done('GET', '/v1/standards/iso27005:2022')).toMatchObject({
    ...{
      certifiable: 'NO',
      guides: { clauses: expect.arrayContaining([{ id: 'iso27001:2022:6.1.2', title: expect.any(String) }]) },
    },
  });
  expect(await items('/v1/clauses')).toEqual(
    expect.arrayContaining([expect.objectContaining({ number: '6.1.3', parent: { id: 'iso27001:2022:6.1' } })]),
  );
  expect(await done('GET', '/v1/clauses/6.1.3')).toMatchObject({
    requirement: { letter: null, demand: expect.any(String) },
    items: expect.arrayContaining([expect.objectContaining({ letter: 'd' })]),
  });
  const preventive = '/v1/controls?controlType=PREVENTIVE&theme=TECHNOLOGICAL&withTotal=true';
  const { items: found, totalCount } = await done('GET', preventive);
  expect(found).toHaveLength(totalCount);
  expect(found[0]).toMatchObject({ theme: 'TECHNOLOGICAL', controlTypes: expect.arrayContaining(['PREVENTIVE']) });
  expect((await done('GET', '/v1/controls/A.8.28')).practice).toMatchObject({ steps: expect.any(Array) });
  const documents = await items('/v1/requirements?documented=true');
  expect(documents.every(({ documentedInformation }) => documentedInformation.length > 0)).toBe(true);
  expect((await items('/v1/terms')).length).toBeGreaterThanOrEqual(75);
  expect(await items(`/v1/upgrades?ismsId=${ismsId}`)).toEqual([]);
});

it('every one of these doors was gone through, and is in the OpenAPI document', async () => {
  const { paths } = await author.get('/openapi.json');
  const documented = Object.entries(paths as Record<string, object>).flatMap(([path, entries]) =>
    Object.keys(entries).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented).toEqual(expect.arrayContaining(doors));
  const through = (door: string) => {
    const [method = '', path = ''] = door.split(' ');
    const like = new RegExp(`^${method} ${path.replace(/\{\w+\}/g, '[^/]+')}$`);
    return [...asked].some((one) => like.test(one));
  };
  expect(doors.filter((door) => !through(door))).toEqual([]);
});
