import { newId } from '@annex/service';
import { assetCall } from './assets.ts';
import { createRiskMutation, type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

type Status = 'ACTIVE' | 'INACTIVE';
const told = async (id: string, version: number, status: Status, tenant?: string) => {
  const rows = [{ id, version, status, roles: ['OWNER'] }];
  await register.emit('annex.identity.person.changed.v1', { rows }, tenant === undefined ? {} : { tenant });
  await register.settle();
};
/** Somebody who was there and left. */
const gone = async () => {
  const id = newId();
  await told(id, 1, 'ACTIVE');
  await told(id, 2, 'INACTIVE');
  return id;
};
const verdict = (ismsId: string, rule: string) =>
  register.test.admin(async (client) => {
    const { rows } = await client.query<{ verdict: string; reason: string; links: { reference: string }[] }>(
      'select verdict, reason, links from risk.rule_result where isms_id = $1 and rule = $2',
      [ismsId, `risk.${rule}`],
    );
    return rows[0];
  });
const owners = (ismsId: string) => verdict(ismsId, 'owners-named');
const faultsOf = (answer: { errors?: readonly { extensions?: unknown }[] }) =>
  (answer.errors?.[0]?.extensions as { code: string; faults: { field: string; given: string }[] } | undefined) ?? null;
const update = (input: object) =>
  register.call('mutation ($input: UpdateRiskInput!) { updateRisk(input: $input) { risk { version } } }', { input });

describe('an owner who left', () => {
  it('leaves risks and assets without one, until they are back or somebody else is named', async () => {
    const ismsId = await register.addIsms();
    const [ownerId, other] = [newId(), newId()];
    const risk = await register.createRisk({ ismsId, ownerId });
    await register.createRisk({ ismsId, ownerId: other });
    await assetCall(register, 'createAsset', {
      ismsId,
      name: 'Shop',
      kind: 'PRIMARY',
      category: 'BUSINESS_PROCESS',
      ownerId,
    });
    expect(await owners(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND' });

    await told(ownerId, 2, 'INACTIVE');
    expect(await owners(ismsId)).toMatchObject({
      verdict: 'GAP',
      reason: '1 of 2 open risks has no owner, 1 of them since the owner left.',
      links: [{ reference: risk.reference }],
    });
    expect(await verdict(ismsId, 'assets-owned')).toMatchObject({ verdict: 'GAP' });
    // What was told before comes late and changes nothing.
    await told(ownerId, 1, 'ACTIVE');
    expect(await owners(ismsId)).toMatchObject({ verdict: 'GAP' });

    await told(ownerId, 3, 'ACTIVE');
    expect(await owners(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(await verdict(ismsId, 'assets-owned')).toMatchObject({ verdict: 'NO_GAP_FOUND' });

    await told(ownerId, 4, 'INACTIVE');
    expect(faultsOf(await update({ id: risk.id, expectedVersion: risk.version, ownerId: other }))).toBeNull();
    expect(await owners(ismsId)).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('is given nothing more, and keeps what is changed in other ways', async () => {
    const ismsId = await register.addIsms();
    const ownerId = await gone();
    const refused = { code: 'BAD_INPUT', faults: [{ field: 'input.ownerId', given: ownerId }] };
    const input = { ismsId, title: 'T', affects: ['INTEGRITY'], inherentLikelihood: 1, inherentConsequence: 1 };
    expect(faultsOf(await register.call(createRiskMutation, { input: { ...input, ownerId } }))).toMatchObject(refused);
    const asset = { ismsId, name: 'Till', kind: 'PRIMARY', category: 'BUSINESS_PROCESS' };
    expect(faultsOf(await assetCall(register, 'createAsset', { ...asset, ownerId }))).toMatchObject(refused);
    const risk = await register.createRisk({ ismsId });
    expect(faultsOf(await update({ id: risk.id, expectedVersion: risk.version, ownerId }))).toMatchObject(refused);
    expect((await register.readRisk(risk.id)).version).toBe(risk.version);

    const staying = newId();
    const owned = await register.createRisk({ ismsId, ownerId: staying });
    await told(staying, 2, 'INACTIVE');
    const same = { id: owned.id, expectedVersion: owned.version, ownerId: staying, title: 'Said better' };
    expect(faultsOf(await update(same))).toBeNull();
  });

  it('is named with the row of an import that gives them a risk, and kept where they have it already', async () => {
    const ismsId = await register.addIsms();
    const ownerId = newId();
    await register.createRisk({ ismsId, ownerId });
    await told(ownerId, 2, 'INACTIVE');
    const exported = await register.send('GET', `/risks/export?ismsId=${ismsId}&format=csv`);
    const url = `/risks/import?ismsId=${ismsId}&format=csv`;
    expect((await register.send('POST', url, { body: exported.bytes })).json()).toMatchObject({ unchanged: 1 });
    const body = `external key,title,affects,inherent likelihood,inherent consequence,owner id\nk-1,New,INTEGRITY,1,1,${ownerId}\n`;
    expect((await register.send('POST', url, { body })).json()).toMatchObject({
      code: 'INVALID_TABLE',
      faults: [{ field: 'row 2, owner id', given: ownerId }],
    });
  });

  it('is one of the tenant that told so alone', async () => {
    const ownerId = newId();
    await told(ownerId, 2, 'INACTIVE', register.test.tenants[1]);
    const ismsId = await register.addIsms();
    expect((await register.createRisk({ ismsId, ownerId })).version).toBe(1);
  });
});
