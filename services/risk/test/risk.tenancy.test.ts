import { newId } from '@annex/service';
import { type AssetView, createAsset } from './assets.ts';
import { step as askedStep, type ProposalView, readCriteria } from './criteria.ts';
import { declare, type IncidentView, reportEvent } from './incidents.ts';
import { type Register, type RiskView, startRegister, strengthRow } from './register.ts';

let register: Register;
let mine: RiskView;
let theirs: RiskView;
let theirImplementation: string;
let theirSimulation: string;
let theirAsset: AssetView;
let theirProposal: ProposalView;
let theirIncident: IncidentView;
let theirEvent: string;
let theirIndicator: string;
let theirTreatment: { id: string; actions: { id: string }[] };
const numbers = {
  frequency: { kind: 'POISSON', rate: 1 },
  lossForms: [{ category: 'response', loss: { kind: 'PERT', low: 1, mode: 2, high: 3 } }],
  rationale: 'Counted',
};
const words = { threat: 'A fire', weaknesses: ['Dry wood'], operationalScenario: 'It burns' };
const start = (input: Record<string, unknown>, caller = {}) =>
  register.call(
    'mutation ($input: StartSimulationInput!) { startSimulation(input: $input) { simulation { id } } }',
    {
      input: { title: 'All', trials: 1000, ...input },
    },
    caller,
  );
const other = () => ({ tenant: register.test.tenants[1] });

beforeAll(async () => {
  register = await startRegister();
  mine = await register.createRisk();
  theirImplementation = await register.addImplementation(1, { ...other(), ismsId: register.otherIsmsId });
  theirs = await register.createRisk({ ismsId: register.otherIsmsId }, other());
  await register.ask(
    'mutation ($input: QuantifyRiskInput!) { quantifyRisk(input: $input) { risk { id } } }',
    { input: { riskId: theirs.id, ...numbers } },
    other(),
  );
  theirAsset = await createAsset(register, { ismsId: register.otherIsmsId, availability: 4 }, other());
  await register.ask(
    'mutation ($input: IdentifyRiskInput!) { identifyRisk(input: $input) { risk { id } } }',
    { input: { riskId: theirs.id, assetBased: { ...words, assetIds: [theirAsset.id] } } },
    other(),
  );
  const about = { riskIds: [theirs.id], assetIds: [theirAsset.id] };
  theirIncident = await declare(register, about, { ismsId: register.otherIsmsId }, other());
  theirEvent = await reportEvent(register, { ismsId: register.otherIsmsId }, other());
  const watched = { figure: 'RISKS_ABOVE_CRITERIA', warning: 1, critical: 2, riskIds: [theirs.id] };
  const { createRiskIndicator } = await register.ask<{ createRiskIndicator: { riskIndicator: { id: string } } }>(
    'mutation ($input: CreateRiskIndicatorInput!) { createRiskIndicator(input: $input) { riskIndicator { id } } }',
    { input: { ismsId: register.otherIsmsId, name: 'Theirs', ...watched } },
    other(),
  );
  theirIndicator = createRiskIndicator.riskIndicator.id;
  const { data } = await start({}, other());
  const drafted = await register.ask<{ createRiskTreatment: { riskTreatment: typeof theirTreatment } }>(
    'mutation ($input: CreateRiskTreatmentInput!) { createRiskTreatment(input: $input) { riskTreatment { id actions { id } } } }',
    { input: { riskId: theirs.id, option: 'AVOID', actions: [{ title: 'Stop it' }] } },
    other(),
  );
  theirTreatment = drafted.createRiskTreatment.riskTreatment;
  const { content } = await readCriteria(register, register.otherIsmsId, other());
  const proposed = { ...content, ismsId: register.otherIsmsId, expectedVersion: 1, draft: true };
  theirProposal = await askedStep(register, 'proposeRiskCriteria', proposed, other());
  theirSimulation = (data as { startSimulation: { simulation: { id: string } } }).startSimulation.simulation.id;
});
afterAll(() => register.close());

const code = (answer: { errors?: readonly { extensions?: unknown }[] }) =>
  (answer.errors?.[0]?.extensions as { code?: string } | undefined)?.code;

describe('a tenant', () => {
  it.each(['now', 'as of a past moment'])('sees its own risks, criteria and heat map only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const answer = await register.ask<{
      risks: { nodes: { id: string }[]; totalCount: number };
      heatMap: { cells: { count: number; riskIds: string[] }[] };
      _entities: unknown[];
    }>(
      `query ($of: [_Any!]!) { risks { nodes { id } totalCount } heatMap { cells { count riskIds } } _entities(representations: $of) { ... on Risk { id } } }`,
      {
        of: [
          { __typename: 'Risk', id: theirs.id },
          { __typename: 'Risk', id: mine.id },
        ],
      },
      caller,
    );
    expect(answer.risks).toEqual({ nodes: [{ id: mine.id }], totalCount: 1 });
    expect(answer.heatMap.cells.flatMap((cell) => cell.riskIds)).toEqual([mine.id]);
    expect(answer._entities).toEqual([null, { id: mine.id }]);
    expect(code(await register.call(`{ risk(id: "${theirs.id}") { id } }`, {}, caller))).toBe('NOT_FOUND');
    expect(code(await register.call(`{ riskCriteria(ismsId: "${register.otherIsmsId}") { id } }`, {}, caller))).toBe(
      'NOT_FOUND',
    );
  });

  it.each(['now', 'as of a past moment'])('sees its own quantifications and simulations only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const found = await register.ask(
      `query ($of: [_Any!]!) { simulations { nodes { id } } _entities(representations: $of) {
         ... on Simulation { id } ... on Risk { quantification { meanFrequency } } } }`,
      {
        of: [
          { __typename: 'Simulation', id: theirSimulation },
          { __typename: 'Risk', id: theirs.id },
          { __typename: 'Risk', id: mine.id },
        ],
      },
      caller,
    );
    expect(found).toEqual({ simulations: { nodes: [] }, _entities: [null, null, { quantification: null }] });
    const one = (id: string) => register.call(`{ simulation(id: "${id}") { id } }`, {}, caller);
    expect(code(await one(theirSimulation))).toBe('NOT_FOUND');
    const token = await register.signer.request(register.requestInfo(caller)).for('risk');
    const picture = await register.service.app.inject({
      url: `/simulations/${theirSimulation}/loss-exceedance.svg`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(picture.json()).toMatchObject({ code: 'NOT_FOUND' });
    const own = await register.ask(`{ simulation(id: "${theirSimulation}") { id } }`, {}, other());
    expect(own).toEqual({ simulation: { id: theirSimulation } });
  });

  it.each(['now', 'as of a past moment'])('sees its own assets and identifications only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const query = `query ($of: [_Any!]!) { assets { nodes { id } totalCount } _entities(representations: $of) {
      ... on Asset { id value { availability } risks { id } } ... on Risk { identification { approach } } } }`;
    const of = [
      { __typename: 'Asset', id: theirAsset.id },
      { __typename: 'Risk', id: theirs.id },
      { __typename: 'Risk', id: mine.id },
    ];
    expect(await register.ask(query, { of }, caller)).toEqual({
      assets: { nodes: [], totalCount: 0 },
      _entities: [null, null, { identification: null }],
    });
    expect(code(await register.call(`{ asset(id: "${theirAsset.id}") { id } }`, {}, caller))).toBe('NOT_FOUND');
    expect(await register.ask(query, { of }, { ...caller, ...other() })).toMatchObject({
      assets: { nodes: [{ id: theirAsset.id }], totalCount: 1 },
      _entities: [
        { id: theirAsset.id, value: { availability: 4 }, risks: [{ id: theirs.id }] },
        { identification: { approach: 'ASSET_BASED' } },
        null,
      ],
    });
  });

  it('rests no asset and no risk on an asset of another', async () => {
    const ask = (name: string, type: string, input: object) =>
      register.call(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, { input });
    const asset = { ismsId: register.ismsId, name: 'Mine', kind: 'SUPPORTING', category: 'SITE' };
    const wrong = { ...asset, dependsOn: [theirAsset.id] };
    expect(code(await ask('createAsset', 'CreateAssetInput', wrong))).toBe('BAD_INPUT');
    const about = { riskId: mine.id, assetBased: { ...words, assetIds: [theirAsset.id] } };
    expect(code(await ask('identifyRisk', 'IdentifyRiskInput', about))).toBe('BAD_INPUT');
    const elsewhere = { ...asset, ismsId: register.otherIsmsId };
    expect(code(await ask('createAsset', 'CreateAssetInput', elsewhere))).toBe('NOT_FOUND');
  });

  it.each(['now', 'as of a past moment'])('sees its own treatments only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const query =
      'query ($of: [_Any!]!) { riskTreatments { nodes { id } } _entities(representations: $of) { ... on RiskTreatment { id } } }';
    const of = [{ __typename: 'RiskTreatment', id: theirTreatment.id }];
    expect(await register.ask(query, { of }, caller)).toEqual({ riskTreatments: { nodes: [] }, _entities: [null] });
    const one = `{ riskTreatment(id: "${theirTreatment.id}") { id } }`;
    expect(code(await register.call(one, {}, caller))).toBe('NOT_FOUND');
    expect(await register.ask(one, {}, other())).toEqual({ riskTreatment: { id: theirTreatment.id } });
  });

  it.each(['now', 'as of a past moment'])('sees its own proposed criteria only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const query =
      'query ($of: [_Any!]!) { riskCriteriaProposals { nodes { id } } riskCriteriaVersions { nodes { id } } _entities(representations: $of) { ... on RiskCriteriaProposal { id } } }';
    const of = [{ __typename: 'RiskCriteriaProposal', id: theirProposal.id }];
    const nothing = { riskCriteriaProposals: { nodes: [] }, riskCriteriaVersions: { nodes: [] }, _entities: [null] };
    expect(await register.ask(query, { of }, caller)).toEqual(nothing);
    const one = `{ riskCriteriaProposal(id: "${theirProposal.id}") { id } }`;
    expect(code(await register.call(one, {}, caller))).toBe('NOT_FOUND');
    expect(await register.ask(one, {}, other())).toEqual({ riskCriteriaProposal: { id: theirProposal.id } });
    const matrix = await register.send('POST', `/risk-criteria/matrix?proposalId=${theirProposal.id}`, { body: ',a' });
    expect(matrix.json()).toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(['now', 'as of a past moment'])('sees its own events and incidents only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const query = `query ($of: [_Any!]!) { securityEvents { nodes { id } } incidents { nodes { id } totalCount } _entities(representations: $of) {
      ... on Incident { id risks { id } assets { id } events { id } } ... on SecurityEvent { id } ... on Risk { incidents { id } } } }`;
    const of = [
      { __typename: 'Incident', id: theirIncident.id },
      { __typename: 'SecurityEvent', id: theirEvent },
      { __typename: 'Risk', id: theirs.id },
    ];
    expect(await register.ask(query, { of }, caller)).toEqual({
      securityEvents: { nodes: [] },
      incidents: { nodes: [], totalCount: 0 },
      _entities: [null, null, null],
    });
    expect(code(await register.call(`{ incident(id: "${theirIncident.id}") { id } }`, {}, caller))).toBe('NOT_FOUND');
    expect(await register.ask(query, { of }, { ...caller, ...other() })).toMatchObject({
      incidents: { totalCount: 1 },
      _entities: [
        { risks: [{ id: theirs.id }], assets: [{ id: theirAsset.id }], events: [expect.anything()] },
        { id: theirEvent },
        { incidents: [{ id: theirIncident.id }] },
      ],
    });
  });

  it.each(['now', 'as of a past moment'])('sees its own indicators only, %s', async (when) => {
    const caller = when === 'now' ? {} : { asOf: new Date() };
    const query = `query ($of: [_Any!]!) { riskIndicators { nodes { id readings { totalCount } } totalCount } _entities(representations: $of) {
      ... on RiskIndicator { id risks { id } } ... on Risk { indicators { id } } } }`;
    const of = [
      { __typename: 'RiskIndicator', id: theirIndicator },
      { __typename: 'Risk', id: theirs.id },
    ];
    expect(await register.ask(query, { of }, caller)).toEqual({
      riskIndicators: { nodes: [], totalCount: 0 },
      _entities: [null, null],
    });
    expect(code(await register.call(`{ riskIndicator(id: "${theirIndicator}") { id } }`, {}, caller))).toBe(
      'NOT_FOUND',
    );
    expect(await register.ask(query, { of }, { ...caller, ...other() })).toEqual({
      riskIndicators: { nodes: [{ id: theirIndicator, readings: { totalCount: 1 } }], totalCount: 1 },
      _entities: [{ id: theirIndicator, risks: [{ id: theirs.id }] }, { indicators: [{ id: theirIndicator }] }],
    });
  });

  it('watches no risk of another', async () => {
    const input = { ismsId: register.ismsId, name: 'Mine', figure: 'OVERDUE_ACTIONS', warning: 1, critical: 2 };
    const document =
      'mutation ($input: CreateRiskIndicatorInput!) { createRiskIndicator(input: $input) { riskIndicator { id } } }';
    expect(code(await register.call(document, { input: { ...input, riskIds: [theirs.id] } }))).toBe('BAD_INPUT');
    expect(code(await register.call(document, { input: { ...input, ismsId: register.otherIsmsId } }))).toBe(
      'NOT_FOUND',
    );
  });

  it('links no incident to what is of another', async () => {
    const own = await declare(register);
    const change = (more: object) =>
      register.call('mutation ($input: UpdateIncidentInput!) { updateIncident(input: $input) { incident { id } } }', {
        input: { id: own.id, expectedVersion: 1, ...more },
      });
    for (const more of [{ riskIds: [theirs.id] }, { assetIds: [theirAsset.id] }, { recurrenceOfId: theirIncident.id }])
      expect(code(await change(more))).toBe('BAD_INPUT');
  });

  it('changes, links, assesses, treats and accepts nothing of another', async () => {
    const step = { riskId: theirs.id, expectedVersion: 1 };
    const treatment = { id: theirTreatment.id, expectedVersion: 1 };
    const proposal = { id: theirProposal.id, expectedVersion: 1 };
    const action = { actionId: theirTreatment.actions[0]?.id, expectedVersion: 1 };
    for (const [name, type, input] of [
      ['submitRiskCriteriaProposal', 'SubmitRiskCriteriaProposalInput', proposal],
      ['withdrawRiskCriteriaProposal', 'WithdrawRiskCriteriaProposalInput', { ...proposal, reason: 'r' }],
      ['sendBackRiskCriteriaProposal', 'SendBackRiskCriteriaProposalInput', { ...proposal, reason: 'r' }],
      ['approveRiskCriteria', 'ApproveRiskCriteriaInput', proposal],
      ['updateRisk', 'UpdateRiskInput', { id: theirs.id, expectedVersion: 1, title: 'mine now' }],
      ['closeRisk', 'RiskStepInput', step],
      ['assessRisk', 'AssessRiskInput', step],
      ['acceptRisk', 'AcceptRiskInput', step],
      ['quantifyRisk', 'QuantifyRiskInput', { riskId: theirs.id, ...numbers }],
      ['removeQuantification', 'RemoveQuantificationInput', step],
      ['adoptObserved', 'AdoptObservedInput', { ...step, from: '2025-01-01T00:00:00Z', reason: 'r' }],
      ['cancelSimulation', 'CancelSimulationInput', { simulationId: theirSimulation }],
      ['identifyRisk', 'IdentifyRiskInput', { riskId: theirs.id, assetBased: { ...words, assetIds: [theirAsset.id] } }],
      ['removeIdentification', 'RemoveIdentificationInput', step],
      ['updateAsset', 'UpdateAssetInput', { id: theirAsset.id, expectedVersion: 1, name: 'mine now' }],
      ['retireAsset', 'AssetStepInput', { id: theirAsset.id, expectedVersion: 1 }],
      ['reinstateAsset', 'AssetStepInput', { id: theirAsset.id, expectedVersion: 1 }],
      ['reportSecurityEvent', 'ReportSecurityEventInput', { ismsId: register.otherIsmsId, title: 't' }],
      [
        'assessSecurityEvent',
        'AssessSecurityEventInput',
        { id: theirEvent, expectedVersion: 1, decision: 'NOT_AN_INCIDENT', reason: 'r' },
      ],
      ['updateIncident', 'UpdateIncidentInput', { id: theirIncident.id, expectedVersion: 1, title: 'mine now' }],
      ['moveIncident', 'MoveIncidentInput', { id: theirIncident.id, expectedVersion: 1, to: 'TRIAGED' }],
      ['addIncidentEntry', 'AddIncidentEntryInput', { incidentId: theirIncident.id, phase: 'TRIAGE', text: 't' }],
      ['requestReassessment', 'RequestReassessmentInput', { riskId: theirs.id, reason: 'r' }],
      ['updateRiskIndicator', 'UpdateRiskIndicatorInput', { id: theirIndicator, expectedVersion: 1, name: 'mine now' }],
      ['retireRiskIndicator', 'RetireRiskIndicatorInput', { id: theirIndicator, expectedVersion: 1 }],
      ['createRiskTreatment', 'CreateRiskTreatmentInput', { riskId: theirs.id, option: 'AVOID' }],
      ['updateRiskTreatment', 'UpdateRiskTreatmentInput', treatment],
      ['proposeRiskTreatment', 'ProposeRiskTreatmentInput', treatment],
      ['approveRiskTreatment', 'ApproveRiskTreatmentInput', { ...treatment, riskVersion: 1 }],
      ['rejectRiskTreatment', 'RejectRiskTreatmentInput', { ...treatment, note: 'n' }],
      ['reviseRiskTreatment', 'ReviseRiskTreatmentInput', { ...treatment, note: 'n' }],
      ['abandonRiskTreatment', 'AbandonRiskTreatmentInput', { ...treatment, note: 'n' }],
      ['completeRiskTreatment', 'CompleteRiskTreatmentInput', { ...treatment, result: 'r' }],
      ['completeTreatmentAction', 'CompleteTreatmentActionInput', action],
      ['cancelTreatmentAction', 'CancelTreatmentActionInput', { ...action, note: 'n' }],
      [
        'linkImplementation',
        'LinkImplementationInput',
        { ...step, implementationId: newId(), likelihoodEffect: 1, consequenceEffect: 1 },
      ],
    ] as const) {
      const answer = await register.call(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, {
        input,
      });
      expect([name, code(answer)]).toEqual([name, 'NOT_FOUND']);
    }
    const link = { implementationId: theirImplementation, likelihoodEffect: 1, consequenceEffect: 1 };
    const input = { riskId: mine.id, ...link };
    const answer = await register.call(
      'mutation ($input: LinkImplementationInput!) { linkImplementation(input: $input) { risk { id } } }',
      { input },
    );
    expect(code(answer)).toBe('BAD_INPUT');
    expect(code(await start({ riskIds: [theirs.id] }))).toBe('BAD_INPUT');
    const promised = await register.call(
      'mutation ($input: CreateRiskTreatmentInput!) { createRiskTreatment(input: $input) { riskTreatment { id } } }',
      { input: { riskId: mine.id, option: 'MODIFY', promises: [{ ...link, strength: 1 }] } },
    );
    expect(code(promised)).toBe('BAD_INPUT');
    expect(code(await start({ ismsId: register.otherIsmsId }))).toBe('NOT_FOUND');
    expect((await register.readRisk(theirs.id, other())).version).toBe(1);
  });

  it.each(['now', 'as of a past moment'])(
    'sees its own cycles, consultations, triggers and groups only, %s',
    async (when) => {
      const { otherIsmsId } = register;
      const made = async (name: string, field: string, input: object): Promise<string> => {
        const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
        const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} { id } } }`;
        const answer = await register.ask<Record<string, Record<string, { id: string }>>>(query, { input }, other());
        return answer[name]?.[field]?.id ?? '';
      };
      const dates = { plannedStart: '2026-03-01T00:00:00Z', plannedEnd: '2026-04-01T00:00:00Z' };
      const cycle = await made('planAssessmentCycle', 'assessmentCycle', {
        ismsId: otherIsmsId,
        name: 'Theirs',
        ...dates,
      });
      const talk = {
        direction: 'CONSULTED',
        step: 'ANALYSIS',
        audience: 'Sales',
        subject: 'Orders',
        channel: 'Workshop',
      };
      const about = { ismsId: otherIsmsId, heldAt: '2026-02-01T00:00:00Z', riskIds: [theirs.id] };
      const consultation = await made('recordRiskConsultation', 'riskConsultation', { ...talk, ...about });
      await made('requestReassessment', 'trigger', { riskId: theirs.id, reason: 'We moved' });
      const caller = when === 'now' ? {} : { asOf: new Date() };
      const none = { nodes: [] };
      const lists = `{ assessmentCycles { nodes { id } } riskConsultations { nodes { id } } reassessmentTriggers { nodes { id } } }`;
      expect(await register.ask(lists, {}, caller)).toEqual({
        ...{ assessmentCycles: none, riskConsultations: none, reassessmentTriggers: none },
      });
      const { riskAggregate, riskRanking } = await register.ask<Record<string, { nodes: { risk: { id: string } }[] }>>(
        '{ riskAggregate(by: LEVEL) { nodes { worst { id } } } riskRanking { nodes { risk { id } } } }',
        {},
        caller,
      );
      expect(JSON.stringify(riskAggregate)).not.toContain(theirs.id);
      expect(riskRanking?.nodes.map(({ risk }) => risk.id)).toContain(mine.id);
      expect(JSON.stringify(riskRanking)).not.toContain(theirs.id);
      for (const query of [
        `{ assessmentCycle(id: "${cycle}") { id } }`,
        `{ riskConsultation(id: "${consultation}") { id } }`,
        `{ riskAggregate(by: LEVEL, ismsId: "${otherIsmsId}") { nodes { key } } }`,
        `{ riskRanking(ismsId: "${otherIsmsId}") { nodes { position } } }`,
        `{ reassessmentTriggers(ismsId: "${otherIsmsId}") { nodes { id } } }`,
      ])
        expect([query, code(await register.call(query, {}, caller))]).toEqual([query, 'NOT_FOUND']);
      const own = await register.ask(`{ riskConsultation(id: "${consultation}") { id } }`, {}, other());
      expect(own).toEqual({ riskConsultation: { id: consultation } });
    },
  );

  it('is not moved by what another hears of a strength', async () => {
    const implementationId = await register.addImplementation(1);
    const linked = await register.createRisk({
      links: [{ implementationId, likelihoodEffect: 0.9, consequenceEffect: 0 }],
    });
    const rows = [strengthRow(register.otherIsmsId, implementationId, 0, 99)];
    await register.emit('annex.controls.strength.changed.v1', { rows }, other());
    await register.settle();
    expect(await register.readRisk(linked.id)).toMatchObject({ version: 1, current: { frequency: 0.1 } });
  });
});
