import type { RuleResult } from '@annex/schema';
import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { make } from './context.doors.ts';
import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

type Caller = Parameters<Scenario['call']>[2];
type Answer = Awaited<ReturnType<Scenario['call']>>;
const error = (answer: Answer) => answer.errors?.[0]?.extensions;

const basis = { title: 'Protect personal data', kind: 'LEGAL', source: 'GDPR, article 32' };
const obligation = (ismsId: string, input: object = {}) =>
  make(scenario, 'createObligation', 'obligation', { ismsId, ...basis, ...input });
const create = (input: object, caller?: Caller) =>
  scenario.call(
    'mutation ($input: CreateObligationInput!) { createObligation(input: $input) { obligation { id } } }',
    { input: { ...basis, ...input } },
    caller,
  );
const update = (input: object, caller?: Caller) =>
  scenario.call(
    'mutation ($input: UpdateObligationInput!) { updateObligation(input: $input) { obligation { version status title riskIds controls { id } } } }',
    { input },
    caller,
  );
const decide = (ismsId: string, decision: string) =>
  scenario.call('mutation ($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed } }', {
    input: { ismsId, entries: [{ controlId: 'A.5.34', decision, justification: 'So we think.' }] },
  });

/** What a rule was judged last. */
async function result(ismsId: string, rule: string): Promise<RuleResult | undefined> {
  const events = await scenario.recorded('annex.controls.conformity.changed.v1');
  return events
    .flatMap((event) => event.rows)
    .filter((row) => row.ismsId === ismsId && row.rule === rule)
    .at(-1);
}

/** Risk tells that a risk is there. */
async function riskTold(ismsId: string, more: object = {}): Promise<string> {
  const id = newId();
  await scenario.emit('annex.risk.need.changed.v1', {
    rows: [
      {
        id,
        ismsId,
        version: 1,
        reference: 'R-0003',
        title: 'Records leak',
        status: 'OPEN',
        implementationIds: [],
        ...more,
      },
    ],
  });
  await scenario.settle();
  return id;
}

it('shows as a gap a control that was left out before an obligation came to need it (6.1.3 b)', async () => {
  const ismsId = await scenario.createIsms();
  await decide(ismsId, 'NOT_NECESSARY');
  const judged = () => result(ismsId, 'controls.necessary-determined');
  expect((await judged())?.links).toEqual([]);
  const id = await obligation(ismsId, { controlIds: ['A.5.34'] });
  expect(await judged()).toMatchObject({
    verdict: 'GAP',
    reason: '1 obligation in force needs controls that are said not to be necessary.',
    links: [{ kind: 'obligation', id, reference: 'OB-0001' }],
  });
  await update({ id, status: 'REPEALED' });
  expect((await judged())?.links).toEqual([]);
});

it('links party, controls, implementations and risks, and shows the risks that the register has told of', async () => {
  const ismsId = await scenario.createIsms();
  const partyId = await make(scenario, 'createInterestedParty', 'interestedParty', {
    ...{ ismsId, name: 'Data protection authority', kind: 'AUTHORITY' },
  });
  const implementationId = await scenario.implement({ ismsId, controlIds: ['A.5.34'] });
  const known = await riskTold(ismsId);
  const untold = newId();
  const id = await obligation(ismsId, {
    ...{ partyId, jurisdiction: 'EU', implementationIds: [implementationId], riskIds: [untold, known, known] },
    controlIds: ['A.5.34', 'A.5.31', 'iso27001:2022:A.5.34'],
  });
  const shown = await scenario.ask(
    `query ($id: UUID!) { obligation(id: $id) { reference kind source jurisdiction status party { name } controls { number }
      implementations { reference } riskIds risks { id } } }`,
    { id },
  );
  expect(shown).toEqual({
    obligation: {
      ...{ reference: 'OB-0001', kind: 'LEGAL', source: 'GDPR, article 32', jurisdiction: 'EU', status: 'IN_FORCE' },
      party: { name: 'Data protection authority' },
      controls: [{ number: 'A.5.31' }, { number: 'A.5.34' }],
      implementations: [{ reference: 'C-0001' }],
      riskIds: [untold, known],
      risks: [{ id: known }],
    },
  });
});

it('names each party, control and implementation that is unknown or of another ISMS by its place', async () => {
  const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
  const elsewhere = await scenario.implement({ ismsId: other });
  const ours = await scenario.implement({ ismsId });
  const party = await make(scenario, 'createInterestedParty', 'interestedParty', {
    ...{ ismsId: other, name: 'Customers', kind: 'CUSTOMER' },
  });
  expect(error(await create({ ismsId, partyId: party }))?.faults).toMatchObject([
    { field: 'input.partyId', given: party },
  ]);
  expect(error(await create({ ismsId, controlIds: ['A.5.34', 'A.99.1', 'nist:1:AC-1'] }))?.faults).toMatchObject([
    { field: 'input.controlIds.1', given: 'A.99.1' },
    { field: 'input.controlIds.2', given: 'nist:1:AC-1' },
  ]);
  expect(error(await create({ ismsId, implementationIds: [ours, elsewhere] }))?.faults).toMatchObject([
    { field: 'input.implementationIds.1', given: elsewhere },
  ]);
  expect(error(await create({ ismsId, source: ' ' }))?.faults).toMatchObject([{ field: 'input.source' }]);
});

it('changes with the version that was read, is found by what it is, and changes nothing when nothing changes', async () => {
  const ismsId = await scenario.createIsms();
  const id = await obligation(ismsId, { controlIds: ['A.5.34'] });
  await obligation(ismsId, { kind: 'CONTRACTUAL', source: 'Contract 7' });
  expect((await update({ id, expectedVersion: 1, status: 'REPEALED', controlIds: ['A.5.31'] })).data).toMatchObject({
    updateObligation: { obligation: { version: 2, status: 'REPEALED', controls: [{ id: 'iso27001:2022:A.5.31' }] } },
  });
  expect(error(await update({ id, expectedVersion: 1, title: 'x' }))).toMatchObject({ code: 'VERSION_CONFLICT' });
  expect((await update({ id, status: 'REPEALED', controlIds: ['A.5.31'] })).data).toMatchObject({
    updateObligation: { obligation: { version: 2 } },
  });
  const found = await scenario.ask(
    `query ($ismsId: UUID) { repealed: obligations(ismsId: $ismsId, status: REPEALED) { nodes { reference } }
      contracts: obligations(ismsId: $ismsId, kind: CONTRACTUAL) { totalCount nodes { reference } }
      now: obligations(ismsId: $ismsId, controlId: "A.5.31") { nodes { reference } }
      before: obligations(ismsId: $ismsId, controlId: "A.5.34") { nodes { reference } } }`,
    { ismsId },
  );
  expect(found).toEqual({
    repealed: { nodes: [{ reference: 'OB-0001' }] },
    contracts: { totalCount: 1, nodes: [{ reference: 'OB-0002' }] },
    now: { nodes: [{ reference: 'OB-0001' }] },
    before: { nodes: [] },
  });
});

it('is a reason for its controls in the Statement of Applicability, which does not leave them out while it is in force', async () => {
  const ismsId = await scenario.createIsms();
  const id = await obligation(ismsId, { controlIds: ['A.5.34'] });
  const { statementOfApplicability } = await scenario.ask<{ statementOfApplicability: object }>(
    'query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { rows(controlIds: ["A.5.34"]) { obligations { id reference title } } } }',
    { ismsId },
  );
  expect(statementOfApplicability).toEqual({
    rows: [{ obligations: [{ id, reference: 'OB-0001', title: 'Protect personal data' }] }],
  });
  expect(error(await decide(ismsId, 'NOT_NECESSARY'))).toMatchObject({
    code: 'STATE_CONFLICT',
    faults: [{ field: 'input.entries.0.decision', allowed: expect.stringContaining('OB-0001') }],
  });
  await update({ id, status: 'REPEALED' });
  expect((await decide(ismsId, 'NOT_NECESSARY')).errors).toBeUndefined();
});

it('keeps a catalogue of the tenant’s own whose controls it names', async () => {
  const ismsId = await scenario.createIsms();
  const asked = { key: 'acme', edition: '1', title: 'Acme', format: 'TABLE', sha256: '' } as const;
  const item = { number: 'X-1', kind: 'CONTROL', parent: null, title: 'Locks', text: '', content: null } as const;
  const catalogue = await scenario.service.database.write(scenario.test.scope(), (tx) =>
    importItems(tx, asked, [item]),
  );
  const id = await obligation(ismsId, { controlIds: ['acme:1:X-1'] });
  const remove = () =>
    scenario.call('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
      input: { id: catalogue.id },
    });
  const refused = await remove();
  expect(error(refused)).toMatchObject({ code: 'STATE_CONFLICT', details: { usedBy: ['OB-0001'] } });
  await update({ id, controlIds: [] });
  expect((await remove()).errors).toBeUndefined();
});

it('shows a gap by the own rule when its review date comes, without anybody calling', async () => {
  await scenario.at('2026-02-01T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const rule = () => result(ismsId, 'controls.obligations-reviewed');
  expect(await rule()).toMatchObject({ clause: '4.2', basis: 'OWN_RULE', verdict: 'NOT_ASSESSED' });
  const id = await obligation(ismsId, { reviewDate: '2026-03-01T00:00:00Z' });
  await obligation(ismsId, { title: 'Another', reviewDate: '2026-05-01T00:00:00Z' });
  expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { examined: 2, total: 2, failing: 0 } });
  await scenario.at('2026-03-01T00:00:00Z');
  await scenario.settle();
  expect(await rule()).toMatchObject({ verdict: 'GAP', links: [{ kind: 'obligation', id, reference: 'OB-0001' }] });
  await scenario.at('2026-05-02T00:00:00Z');
  await scenario.settle();
  expect(await rule()).toMatchObject({ verdict: 'GAP', facts: { examined: 2, total: 2, failing: 2 } });
  await update({ id, reviewDate: '2027-03-01T00:00:00Z' });
  expect(await rule()).toMatchObject({ facts: { failing: 1 }, links: [{ reference: 'OB-0002' }] });
});

it('is told as it was at a moment, and to nobody of another tenant', async () => {
  await scenario.at('2026-01-10T00:00:00Z');
  const ismsId = await scenario.createIsms();
  const id = await obligation(ismsId);
  await scenario.at('2026-01-20T00:00:00Z');
  await update({ id, status: 'REPEALED' });
  await scenario.test.setClock(null);
  const query = 'query ($id: UUID!) { obligation(id: $id) { status } }';
  const read = (asOf: string) => scenario.ask(query, { id }, { asOf: new Date(asOf) });
  expect(await read('2026-01-15T00:00:00Z')).toEqual({ obligation: { status: 'IN_FORCE' } });
  expect(await read('2026-01-25T00:00:00Z')).toEqual({ obligation: { status: 'REPEALED' } });
  const [, tenant] = scenario.test.tenants;
  expect(error(await scenario.call(query, { id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
  expect(error(await update({ id, title: 'x' }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
});
