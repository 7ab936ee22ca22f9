import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@annex/service';
import type { TestCaller } from '@annex/service/testing';
import { type AssetView, assetCall, assetFields, createAsset, readAsset } from './assets.ts';
import { type Register, startRegister } from './register.ts';

/** Files of real tools, which are not part of the repository. */
const real = join(import.meta.dirname, '../../../../shared/inputs');
const fileOf = (name: string) => join(real, 'cyclonedx', name);
const itWithReal = (name: string) => (title: string, run: () => Promise<void>) =>
  existsSync(fileOf(name)) ? it(title, run) : it.skip(`${title} (../shared/inputs/cyclonedx/${name} is not here)`, run);

let register: Register;
let ismsId: string;
beforeAll(async () => {
  register = await startRegister();
});
beforeEach(async () => {
  ismsId = await register.addIsms();
});
afterAll(() => register.close());

interface Answer {
  created: number;
  changed: number;
  unchanged: number;
  warnings: string[];
  code?: string;
  title?: string;
  faults?: { field: string; given?: unknown; allowed: string }[];
}

async function send(
  format: string,
  body: string | Buffer | object,
  more = '',
  caller: TestCaller & { key?: string } = {},
) {
  const token = await register.signer.request(register.requestInfo(caller)).for('risk');
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const answer = await register.service.app.inject({
    method: 'POST',
    url: `/assets/import?format=${format}&ismsId=${ismsId}${more}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() as Answer };
}

async function assets(): Promise<AssetView[]> {
  const query = `query ($filter: AssetFilter) { assets(filter: $filter, first: 200) { nodes { ${assetFields} } } }`;
  return (await register.ask<{ assets: { nodes: AssetView[] } }>(query, { filter: { ismsId } })).assets.nodes;
}
const named = async (name: string) => (await assets()).find((asset) => asset.name === name) as AssetView;

const table = `name,kind,category,ownerId,availability,externalKey,dependsOn
Orders,PRIMARY,BUSINESS_PROCESS,0190aaaa-0000-7000-8000-000000000001,4,,Shop
Shop,SUPPORTING,SOFTWARE,,,cmdb-7,Server
Server,SUPPORTING,HARDWARE,,1,,
`;

describe('a table', () => {
  it('becomes assets with owners, dependencies and what they inherit, and a second time nothing new', async () => {
    expect(await send('csv', table)).toMatchObject({
      status: 201,
      body: { format: 'csv', dryRun: false, created: 3, changed: 0, unchanged: 0, warnings: [] },
    });
    const server = await named('Server');
    expect(server).toMatchObject({ version: 1, value: { availability: 4 }, ownValue: { availability: 1 } });
    expect((await assets()).map(({ reference }) => reference)).toEqual(['AS-0001', 'AS-0002', 'AS-0003']);
    expect((await send('csv', table)).body).toMatchObject({ created: 0, changed: 0, unchanged: 3 });
    expect(await readAsset(register, server.id)).toMatchObject({ version: 1 });
    const told = (await register.recorded('annex.risk.asset.changed.v1')).flatMap((data) => data.rows);
    expect(told.filter((row) => row.ismsId === ismsId)).toHaveLength(3);
  });

  it('asks for the assessed risks about assets that it values anew to be assessed again, once each', async () => {
    await send('csv', table);
    const assetIds = [(await named('Server')).id, (await named('Shop')).id];
    const [assessed, fresh] = [await register.createRisk({ ismsId }), await register.createRisk({ ismsId })];
    const scenario = { operationalScenario: 'It burns', threat: 'A fire', weaknesses: ['Dry wood'], assetIds };
    for (const { id: riskId } of [assessed, fresh])
      await register.ask('mutation ($input: IdentifyRiskInput!) { identifyRisk(input: $input) { risk { id } } }', {
        input: { riskId, assetBased: scenario },
      });
    const { version } = await register.readRisk(assessed.id);
    await register.ask('mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { risk { id } } }', {
      input: { riskId: assessed.id, expectedVersion: version },
    });
    const raised = async () =>
      (
        await register.ask<{ reassessmentTriggers: { nodes: object[] } }>(
          `{ reassessmentTriggers(ismsId: "${ismsId}") { nodes { kind status reason linkId risk { id } } } }`,
        )
      ).reassessmentTriggers.nodes;
    await send('csv', 'name,kind,category,description\nServer,SUPPORTING,HARDWARE,Behind the door\n');
    expect(await raised()).toEqual([]);
    const values = (first: number) =>
      `name,kind,category,availability\nServer,SUPPORTING,HARDWARE,${first}\nShop,SUPPORTING,SOFTWARE,${first}\n`;
    for (const value of [3, 4]) expect((await send('csv', values(value))).status).toBe(201);
    const one = { kind: 'ASSET_CHANGED', status: 'OPEN', risk: { id: assessed.id } };
    const expected = assetIds.map((linkId) => expect.objectContaining({ ...one, linkId }));
    const found = await raised();
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(JSON.stringify(found)).toContain('Shop was classified or valued anew.');
  });

  it('changes what its filled cells say and leaves the rest', async () => {
    await send('csv', table);
    const orders = await named('Orders');
    const change =
      'name,kind,category,availability,externalKey,dependsOn\norders,PRIMARY,INFORMATION,,,Server\nWeb shop,SUPPORTING,SERVICE,2,cmdb-7,\n';
    expect((await send('csv', change)).body).toMatchObject({ created: 0, changed: 2, unchanged: 0 });
    const server = await named('Server');
    expect(await readAsset(register, orders.id)).toMatchObject({
      ...{ version: 2, category: 'INFORMATION', owner: { id: register.person }, ownValue: { availability: 4 } },
      dependsOn: [{ id: server.id, name: 'Server' }],
    });
    expect(await named('Web shop')).toMatchObject({
      version: 2,
      dependsOn: [{ id: server.id }],
      ownValue: { availability: 2 },
    });
  });

  it('is refused as a whole with each fault at its row, and nothing is kept', async () => {
    await createAsset(register, { ismsId, name: 'Twin' });
    await createAsset(register, { ismsId, name: 'twin' });
    const elsewhere = await createAsset(register, { name: 'Elsewhere', externalKey: `k-${newId()}` });
    const rows = [
      'A,SUPPORTING,SITE,Nobody',
      'B,SUPPORTING,SITE,Twin',
      `C,SUPPORTING,SITE,${elsewhere.externalKey}`,
      'Twin,SUPPORTING,SITE,',
      'a,SUPPORTING,SITE,',
    ];
    const answer = await send('csv', `name,kind,category,dependsOn\n${rows.join('\n')}\n`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_TABLE' } });
    expect(answer.body.faults?.map(({ field }) => field)).toEqual([
      ...['row 5, name', 'row 6, name', 'row 2, dependsOn', 'row 3, dependsOn', 'row 4, dependsOn'],
    ]);
    expect(await assets()).toHaveLength(2);
  });

  it('that leads back to itself is refused with the way, also through what is there', async () => {
    await send('csv', table);
    const answer = await send(
      'csv',
      'name,kind,category,dependsOn\nServer,SUPPORTING,HARDWARE,Cellar\nCellar,SUPPORTING,SITE,Orders\n',
    );
    expect(answer.status).toBe(422);
    const [fault] = answer.body.faults ?? [];
    for (const name of ['Server', 'Cellar', 'Orders', 'Shop']) expect(fault?.allowed).toContain(name);
    expect(await assets()).toHaveLength(3);
  });

  it('is rehearsed without anything being kept', async () => {
    expect(await send('csv', table, '&dryRun=true')).toMatchObject({ status: 200, body: { dryRun: true, created: 3 } });
    expect(await assets()).toEqual([]);
    expect((await send('csv', table)).body.created).toBe(3);
    expect((await assets())[0]?.reference).toBe('AS-0001');
  });

  it('leaves a retired asset as it is, and says so', async () => {
    await send('csv', 'name,kind,category\nOld,SUPPORTING,SITE\n');
    const old = await named('Old');
    await assetCall(register, 'retireAsset', { id: old.id, expectedVersion: 1 });
    const { body } = await send(
      'csv',
      'name,kind,category,dependsOn\nOld,SUPPORTING,HARDWARE,\nNew,SUPPORTING,SITE,Old\n',
    );
    expect(body).toMatchObject({
      created: 1,
      changed: 0,
      unchanged: 1,
      warnings: [expect.stringContaining('AS-0001 Old')],
    });
    expect(await readAsset(register, old.id)).toMatchObject({ version: 2, category: 'SITE' });
    expect((await named('New')).dependsOn).toEqual([]);
  });
});

describe('a CycloneDX document', () => {
  const bom = (more = {}) => ({
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5' },
    components: [
      { type: 'library', name: 'a', version: '1', purl: 'pkg:npm/a@1', 'bom-ref': 'a' },
      { type: 'library', name: 'b', version: '1', 'bom-ref': newId() },
    ],
    ...more,
  });

  it('adds what is new and leaves what people said, whatever its bom-refs are', async () => {
    expect((await send('cyclonedx', bom())).body).toMatchObject({ created: 2 });
    const a = await named('a 1');
    const server = await createAsset(register, { ismsId });
    await assetCall(register, 'updateAsset', {
      ...{ id: a.id, expectedVersion: 1, name: 'Our A', confidentiality: 3, dependsOn: [server.id] },
    });
    expect((await send('cyclonedx', bom())).body).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
    const { components } = bom();
    const more = bom({ dependencies: [{ ref: 'a', dependsOn: [components[1]?.['bom-ref']] }], components });
    expect((await send('cyclonedx', more)).body).toMatchObject({ created: 0, changed: 1, unchanged: 1 });
    const found = await readAsset(register, a.id);
    expect(found).toMatchObject({ version: 3, name: 'Our A', ownValue: { confidentiality: 3 } });
    expect(found.dependsOn.map(({ name }) => name).sort()).toEqual(['Server', 'b 1']);
  });

  itWithReal('sbom-trivy-fluentd.cdx.json')(
    'of Trivy is taken over without its two circles, and not doubled',
    async () => {
      const file = readFileSync(fileOf('sbom-trivy-fluentd.cdx.json'));
      const first = await send('cyclonedx', file);
      expect(first).toMatchObject({ status: 201, body: { created: 162, changed: 0 } });
      expect(first.body.warnings).toHaveLength(2);
      expect(first.body.warnings.join()).toContain('libgcc1');
      const second = await send('cyclonedx', file);
      expect(second.body).toMatchObject({ created: 0, changed: 0, unchanged: 162 });
      expect(second.body.warnings).toHaveLength(2);
      expect((await assets()).length).toBe(162);
    },
  );

  itWithReal('sbom-cern-lhc-vdm-editor.json')('of 1.2 has its application made of all that it lists', async () => {
    const file = readFileSync(fileOf('sbom-cern-lhc-vdm-editor.json'));
    expect((await send('cyclonedx', file)).body).toMatchObject({ created: 44, warnings: [] });
    expect((await named('lhc-vdm-editor 0.0.1')).dependsOn).toHaveLength(43);
  });

  itWithReal('vex-pair/vex.json')('without components is refused', async () => {
    const file = readFileSync(fileOf('vex-pair/vex.json'));
    expect(await send('cyclonedx', file)).toMatchObject({ status: 422, body: { code: 'INVALID_CYCLONEDX' } });
  });
});

describe('an import', () => {
  it.each([
    ['a format that is not known', 'xlsx', 'x', '', 415, 'UNSUPPORTED_FORMAT'],
    ['what is no JSON', 'cyclonedx', '{', '', 400, 'MALFORMED_JSON'],
    ['another kind of document', 'cyclonedx', '{"bomFormat":"SPDX"}', '', 422, 'INVALID_CYCLONEDX'],
    ['a dry run that is neither', 'csv', table, '&dryRun=maybe', 400, 'BAD_INPUT'],
    ['an empty file', 'csv', '', '', 422, 'INVALID_TABLE'],
    ['a huge file', 'csv', Buffer.alloc(20 * 1024 * 1024 + 1, 'a'), '', 413, 'PAYLOAD_TOO_LARGE'],
  ])('refuses %s', async (_, format, body, more, status, code) => {
    expect(await send(format, body, more)).toMatchObject({ status, body: { code } });
  });

  it('is for those who may write, of their own tenant, in an ISMS that is not retired', async () => {
    expect(await send('csv', table, '', { permissions: ['risk:read'] })).toMatchObject({ status: 403 });
    expect(await send('csv', table, '', { tenant: register.test.tenants[1] })).toMatchObject({ status: 404 });
    await register.emit('annex.controls.isms.changed.v1', {
      rows: [{ id: ismsId, version: 9, name: 'Old', status: 'RETIRED' }],
    });
    await register.settle();
    expect(await send('csv', table)).toMatchObject({ status: 409, body: { code: 'STATE_CONFLICT' } });
    expect(await assets()).toEqual([]);
  });

  it('at the same time as another of the same file doubles nothing', async () => {
    const answers = await Promise.all([send('csv', table), send('csv', table), send('csv', table)]);
    expect(answers.map(({ body }) => body.created).sort()).toEqual([0, 0, 3]);
    expect(await assets()).toHaveLength(3);
  });
});
