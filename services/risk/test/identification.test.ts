import { newId } from '@annex/service';
import { assetCall, createAsset, errorOf } from './assets.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const fields = `id title description affects identification { version approach
  eventBased { riskSource desiredEndState strategicScenario interestedPartyId path }
  assetBased { assets { id } threat { id } threatInOwnWords weaknesses { id } weaknessesInOwnWords operationalScenario }
  template { id } suggestedControls { id } }`;

interface RiskFound {
  id: string;
  title: string;
  identification: { version: number; approach: string; suggestedControls: { id: string }[] } | null;
}

const call = (name: string, input: object, caller = {}) =>
  register.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { risk { ${fields} }
      ${name === 'removeIdentification' ? '' : 'suggestedControls { id }'} } }`,
    { input },
    caller,
  );
const read = async (id: string, caller = {}) =>
  (await register.ask<{ risk: RiskFound }>(`query ($id: UUID!) { risk(id: $id) { ${fields} } }`, { id }, caller)).risk;

const eventBased = {
  riskSource: 'A competitor',
  desiredEndState: 'Our designs are theirs',
  strategicScenario: 'They buy their way in',
};
const assetBased = (...assetIds: string[]) => ({
  ...{ assetIds, threatId: 'T-RANSOMWARE', weaknessIds: ['W-FLAT-NETWORK'], weaknesses: ['No one looks'] },
  operationalScenario: 'From a mail to the server',
});
const fromTemplate = (input: object) =>
  call('createRiskFromTemplate', {
    ...{ ismsId: register.ismsId, inherentLikelihood: 3, inherentConsequence: 4 },
    ...input,
  });
const made = (answer: { data?: unknown; errors?: unknown }) => {
  expect(answer.errors).toBeUndefined();
  return (answer.data as { createRiskFromTemplate: { risk: RiskFound; suggestedControls: { id: string }[] } })
    .createRiskFromTemplate;
};

describe('a risk', () => {
  it('is identified by events, then by assets instead, and its assets know it', async () => {
    const risk = await register.createRisk();
    expect((await read(risk.id)).identification).toBeNull();
    const interestedPartyId = newId();
    const first = await call('identifyRisk', {
      ...{ riskId: risk.id, expectedVersion: 0 },
      eventBased: { ...eventBased, interestedPartyId, path: ' Supplier ' },
    });
    expect(first.errors).toBeUndefined();
    expect(await read(risk.id)).toMatchObject({
      identification: {
        ...{ version: 1, approach: 'EVENT_BASED', assetBased: null, template: null, suggestedControls: [] },
        eventBased: { ...eventBased, interestedPartyId, path: 'Supplier' },
      },
    });
    const server = await createAsset(register);
    const second = await call('identifyRisk', {
      ...{ riskId: risk.id, expectedVersion: 1, assetBased: assetBased(server.id, server.id) },
    });
    expect(second.errors).toBeUndefined();
    const found = await read(risk.id);
    expect(found).toMatchObject({
      identification: {
        ...{ version: 2, approach: 'ASSET_BASED', eventBased: null },
        assetBased: {
          ...{ assets: [{ id: server.id }], threat: { id: 'T-RANSOMWARE' }, threatInOwnWords: null },
          ...{ weaknesses: [{ id: 'W-FLAT-NETWORK' }], weaknessesInOwnWords: ['No one looks'] },
        },
      },
    });
    expect(found.identification?.suggestedControls).toContainEqual({ id: 'iso27001:2022:A.8.22' });
    const about = `{ asset(id: "${server.id}") { risks { id reference current { level } } } }`;
    expect(await register.ask(about)).toMatchObject({ asset: { risks: [{ id: risk.id, reference: risk.reference }] } });
    const removed = await call('removeIdentification', { riskId: risk.id, expectedVersion: 2 });
    expect(removed.errors).toBeUndefined();
    expect((await read(risk.id)).identification).toBeNull();
    expect(await register.ask(about)).toEqual({ asset: { risks: [] } });
  });

  it('is not identified by what is not there: each asset, threat and weakness is named', async () => {
    const ismsId = await register.addIsms();
    const elsewhere = await createAsset(register, { ismsId });
    const theirs = await createAsset(register, { ismsId: register.otherIsmsId }, { tenant: register.test.tenants[1] });
    const risk = await register.createRisk();
    const bad = { ...assetBased(elsewhere.id, theirs.id, newId()), threatId: 'T-NONE', weaknessIds: ['W-NONE'] };
    const { code, text } = errorOf(await call('identifyRisk', { riskId: risk.id, assetBased: bad }));
    expect(code).toBe('BAD_INPUT');
    for (const field of ['assetIds.0', 'assetIds.1', 'assetIds.2', 'threatId', 'weaknessIds.0'])
      expect(text).toContain(`input.assetBased.${field}`);
    expect((await read(risk.id)).identification).toBeNull();
  });

  it('is identified as it was read, by one of several at once', async () => {
    const risk = await register.createRisk();
    const answers = await Promise.all(
      [1, 2, 3].map(() => call('identifyRisk', { riskId: risk.id, expectedVersion: 0, eventBased })),
    );
    expect(answers.filter((answer) => !answer.errors)).toHaveLength(1);
    expect(errorOf(await call('identifyRisk', { riskId: risk.id, expectedVersion: 7, eventBased })).code).toBe(
      'VERSION_CONFLICT',
    );
    expect(errorOf(await call('removeIdentification', { riskId: risk.id, expectedVersion: 9 })).code).toBe(
      'VERSION_CONFLICT',
    );
  });

  it('keeps an asset that was retired since, and takes no retired one anew', async () => {
    const server = await createAsset(register);
    const risk = await register.createRisk();
    expect((await call('identifyRisk', { riskId: risk.id, assetBased: assetBased(server.id) })).errors).toBeUndefined();
    await assetCall(register, 'retireAsset', { id: server.id, expectedVersion: 1 });
    expect((await call('identifyRisk', { riskId: risk.id, assetBased: assetBased(server.id) })).errors).toBeUndefined();
    const other = await register.createRisk();
    expect(errorOf(await call('identifyRisk', { riskId: other.id, assetBased: assetBased(server.id) })).code).toBe(
      'BAD_INPUT',
    );
  });

  it('is not identified anew when closed, in a retired ISMS, or where there is none', async () => {
    const ismsId = await register.addIsms();
    const risk = await register.createRisk({ ismsId });
    await register.ask('mutation ($input: RiskStepInput!) { closeRisk(input: $input) { risk { id } } }', {
      input: { riskId: risk.id },
    });
    expect(errorOf(await call('identifyRisk', { riskId: risk.id, eventBased })).code).toBe('STATE_CONFLICT');
    await register.emit('annex.controls.isms.changed.v1', {
      rows: [{ id: ismsId, version: 9, name: 'Old', status: 'RETIRED' }],
    });
    await register.settle();
    expect(errorOf(await fromTemplate({ ismsId, templateId: 'S-RANSOMWARE' })).text).toContain('retired');
    expect(errorOf(await call('identifyRisk', { riskId: newId(), eventBased })).code).toBe('NOT_FOUND');
  });

  it('has what was said of it at a past moment, and is told to others', async () => {
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const risk = await register.createRisk();
    const server = await createAsset(register);
    await call('identifyRisk', { riskId: risk.id, assetBased: assetBased(server.id) });
    await register.test.setClock(new Date('2026-03-01T00:00:00Z'));
    await call('identifyRisk', { riskId: risk.id, eventBased });
    expect(await read(risk.id, { asOf: new Date('2026-02-15T00:00:00Z') })).toMatchObject({
      identification: { approach: 'ASSET_BASED', assetBased: { assets: [{ id: server.id }] } },
    });
    await call('removeIdentification', { riskId: risk.id, expectedVersion: 2 });
    const told = (await register.recorded('annex.risk.identification.changed.v1'))
      .flatMap((data) => data.rows)
      .filter((row) => row.riskId === risk.id);
    expect(told).toMatchObject([
      { version: 1, approach: 'ASSET_BASED', assetIds: [server.id], threatId: 'T-RANSOMWARE' },
      { version: 2, approach: 'EVENT_BASED', assetIds: [] },
      { version: 3, deleted: true },
    ]);
  });
});

describe('a risk from a template', () => {
  it('is filled in, and says which controls typically help', async () => {
    const { risk, suggestedControls } = made(await fromTemplate({ templateId: 'S-RANSOMWARE' }));
    expect(risk).toMatchObject({
      title: 'Ransomware stops the business',
      affects: ['INTEGRITY', 'AVAILABILITY'],
      identification: { version: 1, approach: 'EVENT_BASED', template: { id: 'S-RANSOMWARE' } },
    });
    expect(suggestedControls).toContainEqual({ id: 'iso27001:2022:A.8.13' });
    const rows = (await register.recorded('annex.risk.conformity.changed.v1')).flatMap((data) => data.rows);
    expect(rows.filter((row) => row.rule === 'risk.consequences-stated').at(-1)).toMatchObject({
      ...{ ismsId: register.ismsId, basis: 'REQUIREMENT', clause: '6.1.2', verdict: 'NO_GAP_FOUND' },
    });
  });

  it('is about the assets that are named, in words of one’s own where they are given', async () => {
    const laptop = await createAsset(register, { name: 'Laptops' });
    const own = { title: 'Our laptops', affects: ['CONFIDENTIALITY'], ownerId: register.person };
    const { risk } = made(await fromTemplate({ templateId: 'S-LAPTOP', assetIds: [laptop.id], ...own }));
    expect(risk).toMatchObject({
      ...{ title: 'Our laptops', affects: ['CONFIDENTIALITY'] },
      identification: { assetBased: { assets: [{ id: laptop.id }], threat: { id: 'T-DEVICE-LOSS' } } },
    });
    const told = (await register.recorded('annex.risk.identification.changed.v1')).flatMap((data) => data.rows);
    const again = async () => {
      await register.handle(register.test.scope(), (tx) => register.service.definition.announce(tx));
      const rows = (await register.recorded('annex.risk.identification.changed.v1')).flatMap((data) => data.rows);
      return rows.slice(told.length).find((row) => row.riskId === risk.id);
    };
    expect(await again()).toMatchObject({ templateId: 'S-LAPTOP', assetIds: [laptop.id] });
  });

  it.each([
    ['no such template', { templateId: 'S-NONE' }, 'input.templateId'],
    ['assets where it is event-based', { templateId: 'S-DDOS', assetIds: [newId()] }, 'input.assetIds'],
    ['no assets where it is asset-based', { templateId: 'S-FIRE' }, 'input.assetIds'],
    ['an unknown asset', { templateId: 'S-FIRE', assetIds: [newId()] }, 'input.assetIds.0'],
    ['a level that the criteria lack', { templateId: 'S-DDOS', inherentLikelihood: 9 }, 'input.inherentLikelihood'],
  ])('is refused for %s, and nothing is left of it', async (_, input, field) => {
    const count = async () =>
      (await register.ask<{ risks: { totalCount: number } }>('{ risks { totalCount } }')).risks.totalCount;
    const before = await count();
    const { code, text } = errorOf(await fromTemplate(input));
    expect([code, text.includes(field)]).toEqual(['BAD_INPUT', true]);
    expect(await count()).toBe(before);
  });
});
