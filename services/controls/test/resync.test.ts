import { newId, requestResync } from '@annex/service';
import { make } from './context.doors.ts';
import { makeOneOfEach } from './planning.doors.ts';
import { type Scenario, startScenario } from './scenario.ts';
import { upgrading } from './upgrading.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

const types = [
  'annex.controls.isms.changed.v1',
  'annex.controls.implementation.changed.v1',
  'annex.controls.strength.changed.v1',
  'annex.controls.conformity.changed.v1',
  'annex.controls.site.changed.v1',
  'annex.controls.process.changed.v1',
  'annex.controls.scope.changed.v1',
  'annex.controls.context-issue.changed.v1',
  'annex.controls.climate.changed.v1',
  'annex.controls.interested-party.changed.v1',
  'annex.controls.party-requirement.changed.v1',
  'annex.controls.obligation.changed.v1',
  'annex.controls.exception.changed.v1',
  'annex.controls.maturity.changed.v1',
  'annex.controls.strength-judgement.changed.v1',
  'annex.controls.implementation-task.changed.v1',
  'annex.controls.objective.changed.v1',
  'annex.controls.responsibility.changed.v1',
  'annex.controls.leadership-interview.changed.v1',
  'annex.controls.competence.changed.v1',
  'annex.controls.competence-action.changed.v1',
  'annex.controls.communication.changed.v1',
  'annex.controls.isms-change.changed.v1',
  'annex.controls.unintended-change.changed.v1',
  'annex.controls.opportunity.changed.v1',
  'annex.controls.opportunity-action.changed.v1',
  'annex.controls.external-provision.changed.v1',
  'annex.controls.process-criterion.changed.v1',
  'annex.controls.resource-need.changed.v1',
  'annex.controls.upgrade.changed.v1',
  'annex.controls.upgrade-task.changed.v1',
] as const;

it('announces what an ISMS has again, as it is now', async () => {
  const ismsId = await scenario.createIsms();
  await scenario.implement({ ismsId, controlIds: ['A.5.1', 'A.8.28'] });
  await scenario.assess(await scenario.implement({ ismsId }), 1);
  const site = await make(scenario, 'createSite', 'site', { name: 'Graz', kind: 'OFFICE' });
  await make(scenario, 'createIsmsProcess', 'ismsProcess', { name: 'Sales' });
  await make(scenario, 'draftScope', 'scopeVersion', { siteIds: [site] });
  await make(scenario, 'createContextIssue', 'contextIssue', {
    title: 'Law',
    kind: 'EXTERNAL',
    relevance: 'It binds.',
  });
  await scenario.ask(
    'mutation ($input: DetermineClimateRelevanceInput!) { determineClimateRelevance(input: $input) { ismsContext { climate { number } } } }',
    { input: { relevance: 'RELEVANT', reason: 'Floods.' } },
  );
  const partyId = await make(scenario, 'createInterestedParty', 'interestedParty', { name: 'Us', kind: 'OWNER' });
  await make(scenario, 'createPartyRequirement', 'partyRequirement', { partyId, requirement: 'Profit.' });
  await make(scenario, 'createObligation', 'obligation', { title: 'GDPR', kind: 'LEGAL', source: 'GDPR', partyId });
  const implementationId = await scenario.implement({ ismsId });
  await make(scenario, 'requestException', 'exception', {
    ...{ implementationId, title: 'Hot fixes', reason: 'They cannot wait.', compensation: 'The day after.' },
    endsAt: '2199-01-01T00:00:00Z',
  });
  await make(scenario, 'judgeStrength', 'implementation', {
    ...{ implementationId, judged: 0.5, reason: 'Seen.', endsAt: '2199-01-01T00:00:00Z' },
  });
  await make(scenario, 'generateImplementationTasks', 'implementation', { implementationId });
  await scenario.ask(
    'mutation ($input: AssessMaturityInput!) { assessMaturity(input: $input) { maturity { mean } } }',
    {
      input: { ismsId, assessments: [{ controlId: 'A.8.28', level: 2, reason: 'Seen.' }] },
    },
  );
  await makeOneOfEach(scenario, { id: implementationId, ismsId, measureId: newId() });
  await scenario.implement({ ismsId, controlIds: ['iso27001:2013:A.18.2.3'] });
  await upgrading(scenario).apply(ismsId);
  const latest = async (type: (typeof types)[number], skip = 0) => {
    const rows = (await scenario.recorded(type))
      .slice(skip)
      .flatMap((event) => event.rows as { id: string; version: number }[]);
    return [...new Map(rows.map((row) => [row.id, row])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const before = await Promise.all(types.map((type) => latest(type)));
  const counts = await Promise.all(types.map(async (type) => (await scenario.recorded(type)).length));
  await scenario.service.database.write(scenario.test.scope(), (tx) => requestResync(tx));
  await scenario.settle();
  for (const [index, type] of types.entries()) {
    expect(before[index]?.length).toBeGreaterThan(0);
    expect(await latest(type, counts[index])).toEqual(before[index]);
  }
});

it('sends a run of its events again when the trail asks it to, and leaves the requests to others alone', async () => {
  const due = () =>
    scenario.test.admin(
      async (client) => (await client.query(`select subject_id from controls.due where kind = 'annex.resend'`)).rows,
    );
  const request = (source: string) =>
    scenario.emit('annex.audit.resend.requested.v1', {
      source,
      consumer: 'trail',
      from: 1,
      to: 2,
      requestId: '0190aaaa-0000-7000-8000-0000000000ff',
    });
  await request('/annex/risk');
  await scenario.service.messaging.idle();
  expect(await due()).toEqual([]);
  await scenario.service.messaging.ticker.stop();
  await request('/annex/controls');
  await scenario.service.messaging.idle();
  expect(await due()).toEqual([{ subject_id: 'trail/1/2' }]);
});

it('makes nothing for a new tenant by itself', async () => {
  const [, tenant] = scenario.test.tenants;
  await scenario.emit(
    'annex.identity.tenant.changed.v1',
    { rows: [{ id: tenant, version: 1, slug: 'b', name: 'B' }] },
    { tenant },
  );
  await scenario.service.messaging.idle();
  expect(await scenario.recorded('annex.controls.isms.changed.v1', tenant)).toEqual([]);
});
