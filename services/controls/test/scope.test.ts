import type { RuleResult } from '@annex/schema';
import { make, scopeTexts } from './context.doors.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

type Caller = Parameters<Scenario['call']>[2];
type Answer = Awaited<ReturnType<Scenario['call']>>;
const error = (answer: Answer) => answer.errors?.[0]?.extensions;
const byAnna = { personId: anna };
const byBen = { personId: ben };

const versionFields = `id version number status statement boundaries authors reviewNote submittedBy decidedBy
  sites { id name site { name } } processes { id name process { name } } interfaces { name } dependencies { name process { name } } exclusions { what reason }`;

interface Version {
  id: string;
  version: number;
  number: number;
  status: string;
  sites: { name: string; site: { name: string } | null }[];
  processes: { name: string; process: { name: string } | null }[];
}

function change(name: string, input: object, caller: Caller = byAnna): Promise<Answer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  return scenario.call(
    `mutation ($input: ${type}!) { ${name}(input: $input) { scopeVersion { ${versionFields} } } }`,
    { input },
    caller,
  );
}
async function changed(name: string, input: object, caller: Caller = byAnna): Promise<Version> {
  const answer = await change(name, input, caller);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as { [name: string]: { scopeVersion: Version } })[name]?.scopeVersion as Version;
}
const site = (ismsId: string, name: string) => make(scenario, 'createSite', 'site', { ismsId, name, kind: 'OFFICE' });
const process = (ismsId: string, name: string, dependsOn: readonly string[] = []) =>
  make(scenario, 'createIsmsProcess', 'ismsProcess', { ismsId, name, dependsOn });
const updateProcess = (input: object, caller?: Caller) =>
  scenario.call(
    'mutation ($input: UpdateIsmsProcessInput!) { updateIsmsProcess(input: $input) { ismsProcess { id version dependsOn { name } } } }',
    { input },
    caller,
  );
const updateSite = (input: object) =>
  scenario.call('mutation ($input: UpdateSiteInput!) { updateSite(input: $input) { site { version name } } }', {
    input,
  });
const gone = (name: 'Site' | 'IsmsProcess', id: string) =>
  scenario.call(`mutation ($input: Delete${name}Input!) { delete${name}(input: $input) { id } }`, { input: { id } });

/** The last announced result of a rule for an ISMS. */
async function result(ismsId: string, rule: string): Promise<RuleResult | undefined> {
  const events = await scenario.recorded('annex.controls.conformity.changed.v1');
  return events
    .flatMap((event) => event.rows)
    .filter((row) => row.ismsId === ismsId && row.rule === rule)
    .at(-1);
}

/** A version of an ISMS in force. */
async function approved(ismsId: string, input: object = {}): Promise<Version> {
  const { id } = await changed('draftScope', { ismsId, ...scopeTexts, ...input });
  await changed('submitScope', { id });
  return changed('judgeScope', { id, decision: 'APPROVED' }, byBen);
}

describe('sites', () => {
  it('have names of their own within an ISMS, and change with the version that was read', async () => {
    const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
    const id = await site(ismsId, 'Graz');
    await site(other, 'Graz');
    const again = { input: { ismsId, name: ' Graz ', kind: 'CLOUD' } };
    const twice = 'mutation ($input: CreateSiteInput!) { createSite(input: $input) { site { id } } }';
    expect(error(await scenario.call(twice, again))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect((await updateSite({ id, expectedVersion: 1, name: 'Graz, main square' })).data).toEqual({
      updateSite: { site: { version: 2, name: 'Graz, main square' } },
    });
    expect(error(await updateSite({ id, expectedVersion: 1, name: 'Wien' }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    expect((await updateSite({ id, name: 'Graz, main square' })).data).toMatchObject({
      updateSite: { site: { version: 2 } },
    });
    await gone('Site', id);
    const events = (await scenario.recorded('annex.controls.site.changed.v1')).flatMap((event) => event.rows);
    expect(events.filter((row) => row.id === id)).toEqual([
      expect.objectContaining({ version: 1, name: 'Graz' }),
      expect.objectContaining({ version: 2, name: 'Graz, main square' }),
      expect.objectContaining({ version: 3, deleted: true }),
    ]);
  });
});

describe('processes', () => {
  it('refuse to depend on themselves over others, naming the way', async () => {
    const ismsId = await scenario.createIsms();
    const sales = await process(ismsId, 'Sales');
    const delivery = await process(ismsId, 'Delivery', [sales]);
    const support = await process(ismsId, 'Support', [delivery]);
    expect(error(await updateProcess({ id: sales, dependsOn: [support] }))).toMatchObject({
      code: 'BAD_INPUT',
      faults: [
        {
          field: 'input.dependsOn.0',
          given: support,
          allowed: 'must not lead back to the process itself: Sales → Support → Delivery → Sales',
        },
      ],
    });
    const shown = await scenario.ask(
      'query ($id: UUID!) { ismsProcess(id: $id) { dependsOn { name } neededBy { name } } }',
      { id: delivery },
    );
    expect(shown).toEqual({ ismsProcess: { dependsOn: [{ name: 'Sales' }], neededBy: [{ name: 'Support' }] } });
    expect(error(await gone('IsmsProcess', sales))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('refuse processes of another ISMS and of another tenant, each by its place', async () => {
    const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
    const [, tenant] = scenario.test.tenants;
    const theirIsms = await scenario.createIsms({}, { tenant });
    const input = { ismsId: theirIsms, name: 'Theirs' };
    const theirs = await make(scenario, 'createIsmsProcess', 'ismsProcess', input, { tenant });
    const id = await process(ismsId, 'Sales');
    const elsewhere = await process(other, 'Elsewhere');
    expect(error(await updateProcess({ id, dependsOn: [elsewhere, theirs] }))?.faults).toMatchObject([
      { field: 'input.dependsOn.0' },
      { field: 'input.dependsOn.1' },
    ]);
    expect(error(await updateProcess({ id: theirs, inputs: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('do not close a circle when two change at once', async () => {
    const ismsId = await scenario.createIsms();
    const names = ['A', 'B', 'C', 'D'];
    const ids = await Promise.all(names.map((name) => process(ismsId, name)));
    // Each is made to depend on the next, the last on the first: one must be refused.
    const answers = await Promise.all(
      ids.map((id, index) => updateProcess({ id, dependsOn: [ids[(index + 1) % ids.length]] })),
    );
    expect(answers.filter((answer) => answer.errors)).toHaveLength(1);
    expect(answers.flatMap((answer) => error(answer)?.code ?? [])).toEqual(['BAD_INPUT']);
  });

  it('are judged for clause 4.4: none is a gap, none of them interacting is a gap, one alone asks for judgement', async () => {
    const ismsId = await scenario.createIsms();
    const rule = () => result(ismsId, 'controls.processes-recorded');
    expect(await rule()).toMatchObject({ clause: '4.4', basis: 'REQUIREMENT', verdict: 'GAP' });
    const sales = await process(ismsId, 'Sales');
    expect(await rule()).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
    const delivery = await process(ismsId, 'Delivery');
    expect(await rule()).toMatchObject({ verdict: 'GAP', facts: { total: 2, failing: 2 } });
    const support = await process(ismsId, 'Support', [delivery]);
    expect(await rule()).toMatchObject({
      verdict: 'JUDGEMENT_NEEDED',
      facts: { total: 3, failing: 1 },
      links: [{ kind: 'ismsProcess', id: sales, reference: 'Sales' }],
    });
    await updateProcess({ id: sales, dependsOn: [support] });
    expect(await rule()).toMatchObject({ verdict: 'NO_GAP_FOUND', facts: { total: 3, failing: 0 } });
  });
});

describe('a scope', () => {
  it('is drafted, submitted, approved by another person, and superseded by the next version', async () => {
    const ismsId = await scenario.createIsms({ scope: 'As written at the start.' });
    const graz = await site(ismsId, 'Graz');
    const sales = await process(ismsId, 'Sales');
    const first = await changed('draftScope', { ismsId, siteIds: [graz], processIds: [sales] });
    expect(first).toMatchObject({
      number: 1,
      status: 'DRAFT',
      statement: 'As written at the start.',
      authors: [`person:${anna}`],
    });
    await changed('updateScope', {
      ...{ id: first.id, expectedVersion: 1, ...scopeTexts },
      interfaces: [{ name: 'The landlord', description: 'Runs the doors.' }],
      dependencies: [{ name: 'Hosting' }, { name: 'Orders', processId: sales }],
      exclusions: [{ what: 'The shop', reason: 'Another company runs it.' }],
    });
    expect(await changed('submitScope', { id: first.id, note: 'Please look.' })).toMatchObject({
      status: 'IN_REVIEW',
      version: 3,
    });
    const inForce = await changed('judgeScope', { id: first.id, decision: 'APPROVED' }, byBen);
    expect(inForce).toMatchObject({
      ...{ status: 'APPROVED', decidedBy: `person:${ben}`, submittedBy: `person:${anna}` },
      sites: [{ name: 'Graz' }],
      interfaces: [{ name: 'The landlord' }],
      dependencies: [
        { name: 'Hosting', process: null },
        { name: 'Orders', process: { name: 'Sales' } },
      ],
      exclusions: [{ what: 'The shop', reason: 'Another company runs it.' }],
    });
    const { isms } = await scenario.ask<{ isms: object }>('query ($id: UUID!) { isms(id: $id) { version scope } }', {
      id: ismsId,
    });
    expect(isms).toEqual({ version: 2, scope: 'Everything in one office.' });
    const second = await changed('draftScope', { ismsId, statement: 'Two offices.' });
    expect(second).toMatchObject({ number: 2, boundaries: scopeTexts.boundaries, sites: [{ name: 'Graz' }] });
    await changed('submitScope', { id: second.id });
    await changed('judgeScope', { id: second.id, decision: 'APPROVED' }, byBen);
    const { scopeVersions, ismsScope } = await scenario.ask<{ scopeVersions: { nodes: object[] }; ismsScope: object }>(
      `query ($ismsId: UUID) { scopeVersions(ismsId: $ismsId) { nodes { number status } }
        ismsScope(ismsId: $ismsId) { statement approved { number } open { number } } }`,
      { ismsId },
    );
    expect(scopeVersions.nodes).toEqual([
      { number: 2, status: 'APPROVED' },
      { number: 1, status: 'SUPERSEDED' },
    ]);
    expect(ismsScope).toEqual({ statement: 'Two offices.', approved: { number: 2 }, open: null });
    const told = (await scenario.recorded('annex.controls.scope.changed.v1')).flatMap((event) => event.rows);
    expect(
      told.filter((row) => row.ismsId === ismsId).map((row) => `${row.number} ${row.version} ${row.status}`),
    ).toEqual([
      ...['1 1 DRAFT', '1 2 DRAFT', '1 3 IN_REVIEW', '1 4 APPROVED'],
      ...['2 1 DRAFT', '2 2 IN_REVIEW', '1 5 SUPERSEDED', '2 3 APPROVED'],
    ]);
  });

  it('names an unknown site and an unknown process by their places', async () => {
    const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
    const ours = await site(ismsId, 'Graz');
    const elsewhere = await site(other, 'Wien');
    const unknown = '0190aaaa-0000-7000-8000-0000000000ee';
    const answer = await change('draftScope', { ismsId, siteIds: [ours, elsewhere], processIds: [unknown] });
    expect(error(answer)).toMatchObject({
      code: 'BAD_INPUT',
      faults: [
        { field: 'input.siteIds.1', given: elsewhere },
        { field: 'input.processIds.0', given: unknown },
      ],
    });
  });

  it('is worked on one version at a time, also when two are drafted at once', async () => {
    const ismsId = await scenario.createIsms();
    const answers = await Promise.all([1, 2, 3].map(() => change('draftScope', { ismsId })));
    expect(answers.filter((answer) => !answer.errors)).toHaveLength(1);
    expect(answers.flatMap((answer) => error(answer)?.code ?? [])).toEqual(['STATE_CONFLICT', 'STATE_CONFLICT']);
  });

  it('is submitted only with statement, boundaries and what was considered, each missing one named', async () => {
    const ismsId = await scenario.createIsms({ scope: '' });
    const { id } = await changed('draftScope', { ismsId, boundaries: 'One office.' });
    expect(error(await change('submitScope', { id }))).toMatchObject({
      code: 'STATE_CONFLICT',
      faults: [{ field: 'statement' }, { field: 'considered' }],
    });
  });

  it('is not decided on by who wrote or submitted it, by a machine, or without the permission', async () => {
    const ismsId = await scenario.createIsms();
    const cara = { personId: '0190aaaa-0000-7000-8000-00000000000c' };
    const { id } = await changed('draftScope', { ismsId, ...scopeTexts });
    await changed('updateScope', { id, boundaries: 'Two floors.' }, byBen);
    const early = await change('judgeScope', { id, decision: 'APPROVED' }, cara);
    expect(error(early)).toMatchObject({
      code: 'STATE_CONFLICT',
      details: { present: 'DRAFT', allowed: ['IN_REVIEW'] },
    });
    await changed('submitScope', { id }, { personId: '0190aaaa-0000-7000-8000-00000000000d' });
    const judge = (caller: Caller) => change('judgeScope', { id, decision: 'APPROVED' }, caller);
    expect(error(await judge(byAnna))).toMatchObject({ code: 'FORBIDDEN' });
    expect(error(await judge(byBen))).toMatchObject({ code: 'FORBIDDEN' });
    expect(error(await judge({ personId: '0190aaaa-0000-7000-8000-00000000000d' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(error(await judge({ ...cara, permissions: ['controls:read', 'controls:write'] }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(error(await change('judgeScope', { id, expectedVersion: 1, decision: 'APPROVED' }, cara))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
    const { caller, ...request } = scenario.requestInfo();
    const { personId: _, ...machine } = caller;
    const byMachine = await scenario.service.execute({
      query: 'mutation ($input: JudgeScopeInput!) { judgeScope(input: $input) { scopeVersion { id } } }',
      variables: { input: { id, decision: 'APPROVED' } },
      request: { ...request, caller: { ...machine, actor: 'key:0190aaaa-0000-7000-8000-0000000000ff' } },
    });
    expect(error(byMachine)).toMatchObject({ code: 'FORBIDDEN' });
    expect((await judge(cara)).errors).toBeUndefined();
  });

  it('is a draft again when it is sent back, with the reason, or taken back', async () => {
    const ismsId = await scenario.createIsms();
    const { id } = await changed('draftScope', { ismsId, ...scopeTexts });
    await changed('submitScope', { id });
    expect(error(await change('updateScope', { id, boundaries: 'x' }))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(error(await change('judgeScope', { id, decision: 'SENT_BACK' }, byBen))).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(await changed('judgeScope', { id, decision: 'SENT_BACK', note: 'The shop?' }, byBen)).toMatchObject({
      ...{ status: 'DRAFT', reviewNote: 'The shop?' },
    });
    await changed('submitScope', { id });
    expect(await changed('withdrawScope', { id })).toMatchObject({ status: 'DRAFT' });
    expect(error(await change('withdrawScope', { id }))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('never changes once it is approved: not itself, nor by its sites and processes, nor by the statement of the ISMS', async () => {
    const ismsId = await scenario.createIsms();
    const graz = await site(ismsId, 'Graz');
    const sales = await process(ismsId, 'Sales');
    const { id } = await approved(ismsId, { siteIds: [graz], processIds: [sales] });
    expect(error(await change('updateScope', { id, boundaries: 'All.' }))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(error(await change('judgeScope', { id, decision: 'SENT_BACK', note: 'No.' }, byBen))).toMatchObject({
      code: 'STATE_CONFLICT',
    });
    await updateSite({ id: graz, name: 'Graz, second floor' });
    await updateProcess({ id: sales, name: 'Sales and marketing' });
    const { scopeVersion } = await scenario.ask<{ scopeVersion: Version }>(
      `query ($id: UUID!) { scopeVersion(id: $id) { ${versionFields} } }`,
      { id },
    );
    expect(scopeVersion).toMatchObject({
      sites: [{ name: 'Graz', site: { name: 'Graz, second floor' } }],
      processes: [{ name: 'Sales', process: { name: 'Sales and marketing' } }],
    });
    expect(error(await gone('Site', graz))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(error(await gone('IsmsProcess', sales))).toMatchObject({ code: 'STATE_CONFLICT' });
    const restated = await scenario.call(
      'mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }',
      {
        input: { id: ismsId, scope: 'Something else.' },
      },
    );
    expect(error(restated)).toMatchObject({ code: 'STATE_CONFLICT' });
    // The version that replaces it does without them, and then they may go.
    const next = await changed('draftScope', { ismsId, siteIds: [], processIds: [] });
    await changed('submitScope', { id: next.id });
    await changed('judgeScope', { id: next.id, decision: 'APPROVED' }, byBen);
    expect((await gone('Site', graz)).errors).toBeUndefined();
    const after = await scenario.ask<{ scopeVersion: Version }>(
      `query ($id: UUID!) { scopeVersion(id: $id) { ${versionFields} } }`,
      { id },
    );
    expect(after.scopeVersion.sites).toEqual([{ id: graz, name: 'Graz', site: null }]);
  });

  it('is judged for clause 4.3: approved with its interfaces, and again when issues come after it', async () => {
    const ismsId = await scenario.createIsms();
    const rule = () => result(ismsId, 'controls.scope-documented');
    await scenario.at('2026-03-01T00:00:00Z');
    await approved(ismsId);
    expect(await rule()).toMatchObject({
      verdict: 'JUDGEMENT_NEEDED',
      reason: expect.stringContaining('no interface'),
    });
    await approved(ismsId, { interfaces: [{ name: 'The landlord', description: 'Runs the doors.' }] });
    expect(await rule()).toMatchObject({
      verdict: 'NO_GAP_FOUND',
      links: [{ kind: 'scopeVersion', reference: 'Scope 2' }],
    });
    await scenario.at('2026-03-02T00:00:00Z');
    const issue = { ismsId, title: 'A new law', kind: 'EXTERNAL', relevance: 'It binds us.' };
    await make(scenario, 'createContextIssue', 'contextIssue', issue);
    expect(await rule()).toMatchObject({
      verdict: 'JUDGEMENT_NEEDED',
      reason: expect.stringContaining('1 issue or requirement'),
    });
    await scenario.test.setClock(null);
  });

  it('is told as it was at a moment, and to nobody of another tenant', async () => {
    await scenario.at('2026-01-10T00:00:00Z');
    const ismsId = await scenario.createIsms({ scope: 'At first.' });
    const { id } = await changed('draftScope', { ismsId, ...scopeTexts });
    await scenario.at('2026-01-20T00:00:00Z');
    await changed('submitScope', { id });
    await changed('judgeScope', { id, decision: 'APPROVED' }, byBen);
    await scenario.test.setClock(null);
    const query =
      'query ($ismsId: UUID) { ismsScope(ismsId: $ismsId) { statement approved { number } open { status } } }';
    const read = (asOf: string) => scenario.ask(query, { ismsId }, { asOf: new Date(asOf) });
    expect(await read('2026-01-15T00:00:00Z')).toEqual({
      ismsScope: { statement: 'At first.', approved: null, open: { status: 'DRAFT' } },
    });
    expect(await read('2026-01-25T00:00:00Z')).toEqual({
      ismsScope: { statement: scopeTexts.statement, approved: { number: 1 }, open: null },
    });
    const [, tenant] = scenario.test.tenants;
    expect(error(await scenario.call(query, { ismsId }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(error(await change('updateScope', { id, boundaries: 'x' }, { tenant }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('of a retired ISMS is kept and no longer changed', async () => {
    const ismsId = await scenario.createIsms();
    const { id } = await changed('draftScope', { ismsId, ...scopeTexts });
    const graz = await site(ismsId, 'Graz');
    await scenario.ask('mutation ($input: UpdateIsmsInput!) { updateIsms(input: $input) { isms { id } } }', {
      input: { id: ismsId, status: 'RETIRED' },
    });
    for (const answer of [
      await change('submitScope', { id }),
      await change('draftScope', { ismsId }),
      await updateSite({ id: graz, name: 'x' }),
    ]) {
      expect(error(answer)).toMatchObject({ code: 'STATE_CONFLICT' });
    }
  });
});
