import { newId } from '@annex/service';
import { type AssetView, assetCall, createAsset, errorOf, readAsset } from './assets.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const process = { kind: 'PRIMARY', category: 'BUSINESS_PROCESS' };
const update = (asset: AssetView, change: object) =>
  assetCall(register, 'updateAsset', { id: asset.id, expectedVersion: asset.version, ...change });

/** A process that rests on an application that rests on a server. */
async function chain(ismsId = register.ismsId) {
  const server = await createAsset(register, { ismsId, name: 'Server', availability: 1 });
  const application = await createAsset(register, {
    ...{ ismsId, name: 'Shop', category: 'SOFTWARE', dependsOn: [server.id] },
  });
  const orders = await createAsset(register, {
    ...{ ismsId, name: 'Orders', ...process, dependsOn: [application.id] },
    ...{ confidentiality: 2, availability: 4, ownerId: register.person },
  });
  return { server, application, orders };
}

describe('an asset', () => {
  it('takes the highest value of what depends on it, through others too, and says from which', async () => {
    const { server, application, orders } = await chain();
    const rare = await createAsset(register, {
      ...{ name: 'Secret plans', kind: 'PRIMARY', category: 'INFORMATION', confidentiality: 4 },
      dependsOn: [server.id],
    });
    const found = await readAsset(register, server.id);
    expect(found).toMatchObject({
      ownValue: { confidentiality: null, integrity: null, availability: 1 },
      value: { confidentiality: 4, integrity: null, availability: 4 },
    });
    expect(found.valueExplanation).toMatchObject([
      { property: 'CONFIDENTIALITY', own: null, value: 4, from: { reference: rare.reference } },
      { property: 'INTEGRITY', value: null, from: null },
      { property: 'AVAILABILITY', own: 1, value: 4, from: { reference: orders.reference } },
    ]);
    expect(found.valueExplanation[2]?.sentence).toContain(`inherited from ${orders.reference} Orders`);
    expect(found.neededBy.map(({ id }) => id)).toEqual([application.id, rare.id]);
    expect((await readAsset(register, orders.id)).value.confidentiality).toBe(2);
    await assetCall(register, 'retireAsset', { id: rare.id, expectedVersion: 1 });
    expect((await readAsset(register, server.id)).value.confidentiality).toBe(2);
  });

  it('is refused where it would come to depend on itself, with the way named', async () => {
    const { server, application, orders } = await chain();
    const answer = errorOf(await update(server, { dependsOn: [orders.id] }));
    expect(answer.code).toBe('BAD_INPUT');
    expect(answer.text).toContain('input.dependsOn.0');
    expect(answer.text).toContain(
      `${server.reference} Server → ${orders.reference} Orders → ${application.reference} Shop → ${server.reference} Server`,
    );
    expect(errorOf(await update(server, { dependsOn: [server.id] })).text).toContain('lead back');
    expect((await readAsset(register, server.id)).dependsOn).toEqual([]);
  });

  it('closes no circle when two changes at once would', async () => {
    const one = await createAsset(register, { name: 'One' });
    const other = await createAsset(register, { name: 'Other' });
    const answers = await Promise.all([update(one, { dependsOn: [other.id] }), update(other, { dependsOn: [one.id] })]);
    expect(answers.filter((answer) => answer.errors)).toHaveLength(1);
  });

  it('depends on assets in use of its own ISMS only', async () => {
    const ismsId = await register.addIsms();
    const elsewhere = await createAsset(register, { ismsId });
    const retired = await createAsset(register);
    await assetCall(register, 'retireAsset', { id: retired.id, expectedVersion: 1 });
    const asset = await createAsset(register);
    const answer = errorOf(await update(asset, { dependsOn: [elsewhere.id, newId(), retired.id] }));
    expect(answer.code).toBe('BAD_INPUT');
    for (const place of [0, 1, 2]) expect(answer.text).toContain(`input.dependsOn.${place}`);
  });

  it('keeps what it depends on already when that is retired later', async () => {
    const { server, application, orders } = await chain();
    const step = { id: server.id, expectedVersion: 1 };
    const refused = errorOf(await assetCall(register, 'retireAsset', step));
    expect(refused).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(refused.text).toContain(`${application.reference} Shop`);
    expect((await update(orders, { dependsOn: [], name: 'Orders' })).errors).toBeUndefined();
    expect(
      (await assetCall(register, 'retireAsset', { id: application.id, expectedVersion: 1 })).errors,
    ).toBeUndefined();
    expect((await assetCall(register, 'retireAsset', step)).errors).toBeUndefined();
    expect(errorOf(await assetCall(register, 'retireAsset', { ...step, expectedVersion: 2 })).code).toBe(
      'STATE_CONFLICT',
    );
    expect((await assetCall(register, 'reinstateAsset', { ...step, expectedVersion: 2 })).errors).toBeUndefined();
  });

  it('changes as it was read: a stale version is refused, and nothing new makes no version', async () => {
    const asset = await createAsset(register, { ownerId: register.person, integrity: 3, externalKey: ' inv-1 ' });
    expect(asset).toMatchObject({ externalKey: 'inv-1', owner: { id: register.person } });
    expect((await update(asset, { name: 'Server', externalKey: 'inv-1' })).errors).toBeUndefined();
    expect((await readAsset(register, asset.id)).version).toBe(1);
    expect((await update(asset, { ownerId: null, integrity: null })).errors).toBeUndefined();
    expect(await readAsset(register, asset.id)).toMatchObject({
      version: 2,
      owner: null,
      ownValue: { integrity: null },
    });
    expect(errorOf(await update(asset, { name: 'Other' })).code).toBe('VERSION_CONFLICT');
  });

  it('names each field at fault, and the asset that has its key', async () => {
    const bad = { name: ' ', category: 'INFORMATION', confidentiality: 5, description: 'x'.repeat(5001) };
    const answer = errorOf(
      await assetCall(register, 'createAsset', { ismsId: register.ismsId, kind: 'SUPPORTING', ...bad }),
    );
    for (const field of Object.keys(bad)) expect(answer.text).toContain(`input.${field}`);
    const first = await createAsset(register, { externalKey: 'pkg:npm/left-pad@1.0.0' });
    const second = await createAsset(register);
    expect(errorOf(await update(second, { externalKey: 'pkg:npm/left-pad@1.0.0' }))).toMatchObject({
      code: 'ALREADY_EXISTS',
      text: expect.stringContaining(first.reference),
    });
  });

  it('is refused in a retired ISMS and where there is nothing', async () => {
    const ismsId = await register.addIsms();
    const asset = await createAsset(register, { ismsId });
    await register.emit('annex.controls.isms.changed.v1', {
      rows: [{ id: ismsId, version: 9, name: 'Old', status: 'RETIRED' }],
    });
    await register.settle();
    expect(errorOf(await update(asset, { name: 'New' })).text).toContain('retired');
    expect(errorOf(await register.call(`{ asset(id: "${newId()}") { id } }`)).code).toBe('NOT_FOUND');
  });
});

describe('assets', () => {
  it('are listed as asked for', async () => {
    const ismsId = await register.addIsms();
    const { server, application, orders } = await chain(ismsId);
    const list = async (filter: object, more = '') =>
      (
        await register.ask<{ assets: { nodes: { id: string }[]; totalCount: number } }>(
          `query ($filter: AssetFilter) { assets(filter: $filter ${more}) { nodes { id } totalCount } }`,
          { filter: { ismsId, ...filter } },
        )
      ).assets;
    expect((await list({})).nodes.map(({ id }) => id)).toEqual([server.id, application.id, orders.id]);
    expect(await list({ kind: 'SUPPORTING' }, 'first: 1')).toEqual({ nodes: [{ id: server.id }], totalCount: 2 });
    for (const filter of [
      { ownership: 'OWNED' },
      { ownerId: register.person },
      { category: 'BUSINESS_PROCESS' },
      { contains: 'ORDER' },
    ])
      expect((await list(filter)).nodes).toEqual([{ id: orders.id }]);
    expect((await list({ ownership: 'UNOWNED' })).totalCount).toBe(2);
    expect((await list({ status: 'RETIRED' })).totalCount).toBe(0);
    expect((await list({ classification: 'PUBLIC' })).totalCount).toBe(0);
  });

  it('are read as they were at a past moment, with what they inherited', async () => {
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const ismsId = await register.addIsms();
    const { server, orders } = await chain(ismsId);
    await register.test.setClock(new Date('2026-03-01T00:00:00Z'));
    await update(orders, { availability: 2, dependsOn: [] });
    expect((await readAsset(register, server.id)).value.availability).toBe(1);
    const past = await readAsset(register, server.id, { asOf: new Date('2026-02-15T00:00:00Z') });
    expect(past.value.availability).toBe(4);
  });

  it('are told to others, and again to a consumer that comes later', async () => {
    const ismsId = await register.addIsms();
    const { application, orders } = await chain(ismsId);
    const told = async () =>
      (await register.recorded('annex.risk.asset.changed.v1'))
        .flatMap((data) => data.rows)
        .filter((row) => row.id === orders.id);
    expect(await told()).toMatchObject([
      { ismsId, version: 1, kind: 'PRIMARY', confidentiality: 2, integrity: null, dependsOn: [application.id] },
    ]);
    await register.handle(register.test.scope(), (tx) => register.service.definition.announce(tx));
    expect((await told()).map(({ version, dependsOn }) => [version, dependsOn])).toEqual([
      [1, [application.id]],
      [1, [application.id]],
    ]);
  });

  it('without an owner are a gap by our own rule, the primary ones first', async () => {
    const ismsId = await register.addIsms();
    const judged = async () =>
      (await register.recorded('annex.risk.conformity.changed.v1'))
        .flatMap((data) => data.rows)
        .filter((row) => row.ismsId === ismsId && row.rule === 'risk.assets-owned')
        .at(-1);
    expect(await judged()).toMatchObject({ verdict: 'NOT_ASSESSED' });
    const server = await createAsset(register, { ismsId });
    const orders = await createAsset(register, { ismsId, ...process });
    expect(await judged()).toMatchObject({ verdict: 'GAP', basis: 'OWN_RULE', clause: '6.1.2' });
    expect((await judged())?.links.map((link) => link.id)).toEqual([orders.id, server.id]);
    await update(orders, { ownerId: register.person });
    await assetCall(register, 'retireAsset', { id: server.id, expectedVersion: 1 });
    expect(await judged()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });
});
