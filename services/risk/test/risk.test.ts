import { newId } from '@annex/service';
import { createRiskMutation, type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

const link = (implementationId: string, change = {}) => ({
  implementationId,
  likelihoodEffect: 0.9,
  consequenceEffect: 0,
  ...change,
});

const setLink = `mutation ($input: LinkImplementationInput!) { linkImplementation(input: $input) { risk { id version current { level frequency } links { implementation { id } likelihoodEffect } } } }`;

describe('identifying a risk', () => {
  it('computes its levels with its links and tells of it', async () => {
    const implementationId = await register.addImplementation(1);
    const risk = await register.createRisk({ links: [link(implementationId)] });
    expect(risk).toMatchObject({
      version: 1,
      status: 'OPEN',
      inherent: { level: 'High', likelihoodName: 'Likely' },
      current: { likelihood: 3, consequence: 4, level: 'High', rule: 'ABOVE_CRITERIA', frequency: 0.1 },
      standing: 'ABOVE_CRITERIA',
      links: [{ implementation: { id: implementationId } }],
    });
    expect(risk.reference).toMatch(/^R-\d{4}$/);
    const told = (await register.recorded('annex.risk.risk.changed.v1')).flatMap((data) => data.rows);
    expect(told.find((row) => row.id === risk.id)).toMatchObject({
      version: 1,
      current: { level: 'High', rank: 3 },
      standing: 'ABOVE_CRITERIA',
      implementationIds: [implementationId],
    });
  });

  it('names every field at fault, and writes nothing', async () => {
    const before = await register.recorded('annex.risk.risk.changed.v1');
    const answer = await register.call(createRiskMutation, {
      input: {
        title: ' ',
        affects: [],
        inherentLikelihood: 6,
        inherentConsequence: 0,
        links: [link(newId(), { likelihoodEffect: 2 })],
      },
    });
    const error = answer.errors?.[0];
    expect(error?.extensions?.code).toBe('BAD_INPUT');
    const text = JSON.stringify(error?.extensions);
    for (const field of [
      'input.title',
      'input.affects',
      'input.inherentLikelihood',
      'input.inherentConsequence',
      'input.links[0].implementationId',
      'input.links[0].likelihoodEffect',
    ]) {
      expect(text).toContain(`"${field}"`);
    }
    expect(await register.recorded('annex.risk.risk.changed.v1')).toHaveLength(before.length);
  });
});

describe('changing a risk', () => {
  const update = `mutation ($input: UpdateRiskInput!) { updateRisk(input: $input) { risk { version title owner { id } current { level } inherent { level } } } }`;

  it('changes what is given, leaves the rest, and rises by one version', async () => {
    const risk = await register.createRisk({ ownerId: register.person });
    const answer = await register.ask<{ updateRisk: { risk: unknown } }>(update, {
      input: { id: risk.id, expectedVersion: 1, inherentLikelihood: 1, inherentConsequence: 1 },
    });
    expect(answer.updateRisk.risk).toEqual({
      version: 2,
      title: 'Injection through the order form',
      owner: { id: register.person },
      current: { level: 'Low' },
      inherent: { level: 'Low' },
    });
    const cleared = await register.ask<{ updateRisk: { risk: { owner: unknown } } }>(update, {
      input: { id: risk.id, expectedVersion: 2, ownerId: null },
    });
    expect(cleared.updateRisk.risk.owner).toBeNull();
  });

  it('refuses a stale version, and a risk that is not there', async () => {
    const risk = await register.createRisk();
    const stale = await register.call(update, { input: { id: risk.id, expectedVersion: 7, title: 'x' } });
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT' });
    const missing = await register.call(update, { input: { id: newId(), expectedVersion: 1, title: 'x' } });
    expect(missing.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('goes through closing and reopening by its transitions', async () => {
    const risk = await register.createRisk();
    const step = (name: string) =>
      register.call(`mutation ($input: RiskStepInput!) { ${name}(input: $input) { risk { status version } } }`, {
        input: { riskId: risk.id },
      });
    expect((await step('closeRisk')).data).toMatchObject({ closeRisk: { risk: { status: 'CLOSED', version: 2 } } });
    expect((await step('closeRisk')).errors?.[0]?.extensions).toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await step('reopenRisk')).data).toMatchObject({ reopenRisk: { risk: { status: 'OPEN', version: 3 } } });
  });

  it('links, changes the effects of a link, and unlinks', async () => {
    const implementationId = await register.addImplementation(1);
    const risk = await register.createRisk();
    const linked = await register.ask(setLink, { input: { riskId: risk.id, ...link(implementationId) } });
    expect(linked).toMatchObject({ linkImplementation: { risk: { version: 2, current: { frequency: 0.1 } } } });
    const changed = await register.ask(setLink, {
      input: { riskId: risk.id, ...link(implementationId, { likelihoodEffect: 0.5 }) },
    });
    expect(changed).toMatchObject({
      linkImplementation: { risk: { version: 3, current: { frequency: 0.5 }, links: [{ likelihoodEffect: 0.5 }] } },
    });
    const unlink = `mutation ($input: UnlinkImplementationInput!) { unlinkImplementation(input: $input) { risk { version current { frequency } links { likelihoodEffect } } } }`;
    const input = { riskId: risk.id, implementationId };
    expect(await register.ask(unlink, { input })).toMatchObject({
      unlinkImplementation: { risk: { version: 4, current: { frequency: 1 }, links: [] } },
    });
    expect((await register.call(unlink, { input })).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    const unknown = await register.call(setLink, { input: { riskId: risk.id, ...link(newId()) } });
    expect(JSON.stringify(unknown.errors?.[0]?.extensions)).toContain('"input.implementationId"');
  });
});

describe('the register', () => {
  type Page = {
    risks: {
      totalCount: number;
      nodes: { id: string; reference: string }[];
      pageInfo: { endCursor: string; hasNextPage: boolean };
    };
  };
  const list = (args: string, variables = {}) =>
    register
      .ask<Page>(
        `query ($filter: RiskFilter) { risks(filter: $filter, ${args}) { totalCount nodes { id reference } pageInfo { endCursor hasNextPage } } }`,
        variables,
      )
      .then((answer) => answer.risks);

  it('pages by level and by reference, without a gap or a repeat', async () => {
    const ismsId = await register.addIsms();
    for (const inherentLikelihood of [1, 5, 3, 5, 2]) {
      await register.createRisk({ ismsId, inherentLikelihood, inherentConsequence: inherentLikelihood });
    }
    const filter = { ismsId };
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = await list(`first: 2${after}`, { filter });
      seen.push(...page.nodes.map((node) => node.reference));
      expect(page.totalCount).toBe(5);
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(['R-0004', 'R-0002', 'R-0003', 'R-0005', 'R-0001']);
    const byReference = await list('orderBy: REFERENCE', { filter });
    expect(byReference.nodes.map((node) => node.reference)).toEqual(['R-0001', 'R-0002', 'R-0003', 'R-0004', 'R-0005']);
    const map = await register.ask<{
      heatMap: {
        cells: { likelihood: number; consequence: number; count: number; riskIds: string[]; level: string }[];
      };
    }>(
      'query ($id: UUID) { heatMap(ismsId: $id) { cells(reading: INHERENT) { likelihood consequence level count riskIds } } }',
      { id: ismsId },
    );
    expect(map.heatMap.cells).toHaveLength(25);
    expect(map.heatMap.cells.find((cell) => cell.likelihood === 5 && cell.consequence === 5)).toMatchObject({
      level: 'Critical',
      count: 2,
    });
  });

  it('is narrowed by status, rule, standing, owner, implementation and text', async () => {
    const ismsId = await register.addIsms();
    const implementationId = await register.addImplementation(0.5, { ismsId });
    const ownerId = newId();
    const owned = await register.createRisk({ ismsId, ownerId, title: 'Fire 100 % lost' });
    const linked = await register.createRisk({
      ismsId,
      links: [link(implementationId)],
      inherentLikelihood: 1,
      inherentConsequence: 1,
    });
    const ids = async (filter: object) =>
      (await list('first: 10', { filter: { ismsId, ...filter } })).nodes.map((node) => node.id);
    expect(await ids({ ownerId })).toEqual([owned.id]);
    expect(await ids({ implementationId })).toEqual([linked.id]);
    expect(await ids({ contains: '100 % LOST' })).toEqual([owned.id]);
    expect(await ids({ contains: '%' })).toEqual([owned.id]);
    expect(await ids({ rule: 'ACCEPTABLE' })).toEqual([linked.id]);
    expect(await ids({ standing: 'ABOVE_CRITERIA' })).toEqual([owned.id]);
    expect(await ids({ status: 'CLOSED' })).toEqual([]);
  });

  it('shows the risks of many implementations in one statement', async () => {
    const [a, b] = [await register.addImplementation(1), await register.addImplementation(1)];
    const both = await register.createRisk({ links: [link(a), link(b)] });
    const one = await register.createRisk({ links: [link(a)], inherentLikelihood: 5, inherentConsequence: 5 });
    const answer = await register.ask<{ _entities: { risks: { id: string }[] }[] }>(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Implementation { risks(first: 5) { id } } } }',
      { of: [a, b].map((id) => ({ __typename: 'Implementation', id })) },
    );
    expect(answer._entities).toEqual([{ risks: [{ id: one.id }, { id: both.id }] }, { risks: [{ id: both.id }] }]);
  });

  it('announces everything again on request, in events of at most a thousand risks', async () => {
    const before = (await register.recorded('annex.risk.risk.changed.v1')).length;
    await register.handle(register.test.scope(), (tx) => register.service.definition.announce(tx));
    const told = (await register.recorded('annex.risk.risk.changed.v1')).slice(before).flatMap((data) => data.rows);
    const { totalCount } = await list('first: 1');
    expect(told).toHaveLength(totalCount);
  });
});
