import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { type Caller, error, lastResult, retire } from './answers.ts';
import { make } from './context.doors.ts';
import { anna, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const provide = (ismsId: string, input: object = {}) =>
  make(scenario, 'createExternalProvision', 'externalProvision', {
    ...{ ismsId, title: 'Hosting', kind: 'SERVICE', provider: 'A data centre' },
    ...input,
  });
const update = (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: UpdateExternalProvisionInput!) { updateExternalProvision(input: $input) {
      externalProvision { version title status reviewDate controls { number } party { name } } } }`,
    { input },
    caller,
  );
const controlled = { ownerId: anna, criteria: 'Its report is read each year.', controlIds: ['A.5.22', 'A.5.19'] };
const process = (ismsId: string, name: string) => make(scenario, 'createIsmsProcess', 'ismsProcess', { ismsId, name });
const criterion = (processId: string, input: object = {}) =>
  make(scenario, 'createProcessCriterion', 'processCriterion', { processId, criterion: 'Two people.', ...input });
const mutate = (name: string, field: string) => (input: object, caller?: Caller) =>
  scenario.call(
    `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${field} } }`,
    { input },
    caller,
  );
const updateCriterion = mutate('updateProcessCriterion', 'processCriterion { version criterion control }');
const deleteCriterion = mutate('deleteProcessCriterion', 'id');
const rule = (ismsId: string, name: string) => lastResult(scenario, ismsId, `controls.${name}`);

describe('what is provided from outside', () => {
  it('is judged for clause 8.1: recorded, with owner, criteria and controls', async () => {
    const ismsId = await scenario.createIsms();
    const judged = () => rule(ismsId, 'external-provision-controlled');
    expect(await judged()).toMatchObject({ clause: '8.1', basis: 'REQUIREMENT', verdict: 'JUDGEMENT_NEEDED' });
    const id = await provide(ismsId);
    expect(await judged()).toMatchObject({
      verdict: 'GAP',
      links: [{ kind: 'externalProvision', id, reference: 'EP-0001' }],
    });
    await update({ id, ...controlled });
    expect(await judged()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    for (const lacking of [{ ownerId: null }, { criteria: '' }, { controlIds: [] }]) {
      await update({ id, ...lacking });
      expect(await judged()).toMatchObject({ verdict: 'GAP', facts: { failing: 1 } });
      await update({ id, ...controlled });
    }
    await update({ id, status: 'ENDED' });
    expect(await judged()).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
    expect(error(await update({ id, title: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('shows a gap by the own rule when its review date comes, without anybody calling', async () => {
    await scenario.at('2026-02-01T00:00:00Z');
    const ismsId = await scenario.createIsms();
    const reviewed = () => rule(ismsId, 'external-provision-reviewed');
    const id = await provide(ismsId);
    expect(await reviewed()).toMatchObject({ basis: 'OWN_RULE', verdict: 'NOT_ASSESSED' });
    await update({ id, reviewDate: '2026-03-01T00:00:00Z' });
    expect(await reviewed()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await scenario.at('2026-03-01T00:00:00Z');
    await scenario.settle();
    expect(await reviewed()).toMatchObject({ verdict: 'GAP', links: [{ id }] });
    await update({ id, reviewDate: '2027-03-01T00:00:00Z' });
    expect(await reviewed()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('names a party, controls and implementations, each unknown one by its place', async () => {
    const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
    const party = (of: string) =>
      make(scenario, 'createInterestedParty', 'interestedParty', { ismsId: of, name: 'Hosts', kind: 'SUPPLIER' });
    const id = await provide(ismsId);
    const faults = async (input: object) => error(await update({ id, ...input }))?.faults;
    expect(await faults({ partyId: await party(other) })).toMatchObject([{ field: 'input.partyId' }]);
    expect(await faults({ controlIds: ['A.5.19', 'A.99.1'] })).toMatchObject([{ field: 'input.controlIds.1' }]);
    expect(await faults({ implementationIds: [await scenario.implement({ ismsId: other })] })).toMatchObject([
      { field: 'input.implementationIds.0' },
    ]);
    expect(await faults({ provider: ' ' })).toMatchObject([{ field: 'input.provider' }]);
    const partyId = await party(ismsId);
    const implementationIds = [await scenario.implement({ ismsId })];
    const answer = await update({ id, expectedVersion: 1, partyId, implementationIds, ...controlled });
    expect(answer.data).toMatchObject({
      updateExternalProvision: {
        externalProvision: {
          version: 2,
          controls: [{ number: 'A.5.19' }, { number: 'A.5.22' }],
          party: { name: 'Hosts' },
        },
      },
    });
    expect(error(await update({ id, expectedVersion: 1, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
    expect((await update({ id, partyId, ...controlled })).data).toMatchObject({
      updateExternalProvision: { externalProvision: { version: 2 } },
    });
    const found = await scenario.ask(
      `query ($ismsId: UUID, $partyId: UUID) { by: externalProvisions(ismsId: $ismsId, controlId: "A.5.19", partyId: $partyId, kind: SERVICE) { totalCount }
        not: externalProvisions(ismsId: $ismsId, controlId: "A.5.20") { totalCount } }`,
      { ismsId, partyId },
    );
    expect(found).toEqual({ by: { totalCount: 1 }, not: { totalCount: 0 } });
  });

  it('keeps a catalogue of the tenant’s own whose controls it names', async () => {
    const ismsId = await scenario.createIsms();
    const asked = { key: 'acme', edition: '1', title: 'Acme', format: 'TABLE', sha256: '' } as const;
    const item = { number: 'X-1', kind: 'CONTROL', parent: null, title: 'Locks', text: '', content: null } as const;
    const catalogue = await scenario.service.database.write(scenario.test.scope(), (tx) =>
      importItems(tx, asked, [item]),
    );
    const id = await provide(ismsId, { controlIds: ['acme:1:X-1'] });
    const remove = () => mutate('deleteCatalogue', 'id')({ id: catalogue.id });
    expect(error(await remove())).toMatchObject({ code: 'STATE_CONFLICT', details: { usedBy: ['EP-0001'] } });
    await update({ id, controlIds: [] });
    expect((await remove()).errors).toBeUndefined();
  });
});

describe('criteria of processes', () => {
  it('are judged for clause 8.1: each process has some, and says how it is controlled in line with them', async () => {
    const ismsId = await scenario.createIsms();
    const judged = () => rule(ismsId, 'process-criteria-set');
    expect(await judged()).toMatchObject({ clause: '8.1', verdict: 'GAP', facts: { total: 1 } });
    const [sales, leaving] = [await process(ismsId, 'Sales'), await process(ismsId, 'Leaving')];
    const link = { kind: 'ismsProcess', id: sales, reference: 'Sales' };
    const id = await criterion(sales);
    await criterion(leaving, { control: 'A list is checked.' });
    expect(await judged()).toMatchObject({ verdict: 'GAP', facts: { total: 2, failing: 1 }, links: [link] });
    await updateCriterion({ id, control: 'The second signs.' });
    expect(await judged()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await deleteCriterion({ id });
    expect(await judged()).toMatchObject({ verdict: 'GAP', links: [link] });
  });

  it('change with the version that was read, show with their process, and go with it', async () => {
    const ismsId = await scenario.createIsms();
    const sales = await process(ismsId, 'Sales');
    const id = await criterion(sales);
    expect((await updateCriterion({ id, expectedVersion: 1, evidence: 'The log.' })).errors).toBeUndefined();
    expect(error(await updateCriterion({ id, expectedVersion: 1, evidence: 'x' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    expect((await updateCriterion({ id, evidence: 'The log.' })).data).toMatchObject({
      updateProcessCriterion: { processCriterion: { version: 2 } },
    });
    expect(error(await updateCriterion({ id, criterion: ' ' }))?.faults).toMatchObject([{ field: 'input.criterion' }]);
    const shown = await scenario.ask('query ($id: UUID!) { ismsProcess(id: $id) { criteria { id criterion } } }', {
      id: sales,
    });
    expect(shown).toEqual({ ismsProcess: { criteria: [{ id, criterion: 'Two people.' }] } });
    await mutate('deleteIsmsProcess', 'id')({ id: sales });
    expect(error(await updateCriterion({ id, control: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
    const told = (await scenario.recorded('annex.controls.process-criterion.changed.v1')).flatMap(
      (event) => event.rows,
    );
    expect(told.filter((row) => row.id === id).at(-1)).toMatchObject({ version: 3, deleted: true });
    expect(await rule(ismsId, 'process-criteria-set')).toMatchObject({ verdict: 'GAP', facts: { total: 1 } });
    await expect(criterion(newId())).rejects.toThrow('NOT_FOUND');
  });
});

it('all of that is told as it was at a moment, to nobody of another tenant, and not changed in a retired ISMS', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await provide(ismsId);
  const rested = await criterion(await process(ismsId, 'Sales'));
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, status: 'ENDED' });
  await updateCriterion({ id: rested, criterion: 'Three people.' });
  await scenario.test.setClock(null);
  const query = `query ($ismsId: UUID) { externalProvisions(ismsId: $ismsId) { nodes { status } } processCriteria(ismsId: $ismsId) { nodes { criterion process { name } } } }`;
  expect(await scenario.ask(query, { ismsId }, { asOf: new Date('2026-01-15T00:00:00Z') })).toEqual({
    externalProvisions: { nodes: [{ status: 'IN_USE' }] },
    processCriteria: { nodes: [{ criterion: 'Two people.', process: { name: 'Sales' } }] },
  });
  expect(await scenario.ask(query, { ismsId })).toMatchObject({
    externalProvisions: { nodes: [{ status: 'ENDED' }] },
    processCriteria: { nodes: [{ criterion: 'Three people.' }] },
  });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await deleteCriterion({ id: rested }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await deleteCriterion({ id: rested }))).toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(provide(ismsId)).rejects.toThrow('STATE_CONFLICT');
});
