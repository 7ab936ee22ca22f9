import { defaultCriteria } from '../src/criteria/criteria.default.ts';
import { heatMapSvg, ruleColours } from '../src/heatmap/heatmap.svg.ts';
import { ratingAt } from '../src/level/level.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

const change = (name: string, type: string, input: object) =>
  register.ask(`mutation ($input: ${type}!) { ${name}(input: $input) { risk { id } } }`, { input });

describe('the heat map as a picture', () => {
  const picture = (query: string, caller = {}) => register.send('GET', `/heat-map?${query}`, { caller });

  it('names in every cell its count and level, by either reading, also as of a past moment', async () => {
    const ismsId = await register.addIsms();
    const implementation = await register.addImplementation(1, { ismsId });
    const links = [{ implementationId: implementation, likelihoodEffect: 0.9, consequenceEffect: 0 }];
    const empty = new Date();
    await register.createRisk({ ismsId, links });
    const { status, headers, bytes } = await picture(`format=svg&ismsId=${ismsId}`);
    expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(bytes.toString()).toContain('Possible, Major: 1 open risk, High, above the criteria');
    expect(bytes.toString()).toContain('<title id="title">Heat map of Annex Ltd</title>');
    const inherent = await picture(`format=svg&reading=INHERENT&ismsId=${ismsId}`);
    expect(inherent.bytes.toString()).toContain('Likely, Major: 1 open risk, High');
    expect((await picture(`format=svg&ismsId=${ismsId}`, { asOf: empty })).bytes.toString()).toContain(
      'Every cell is empty',
    );
  });

  it('is refused in another format, of another tenant’s ISMS, and to those who may not read risks', async () => {
    const codes = await Promise.all(
      [
        ['format=png'],
        ['format=svg&reading=GUESSED'],
        [`format=svg&ismsId=${register.otherIsmsId}`],
        ['format=svg', { permissions: ['controls:read'] }],
      ].map(
        async ([query, caller]) => (await picture(query as string, caller as object)).json<{ code: string }>().code,
      ),
    );
    expect(codes).toEqual(['UNSUPPORTED_FORMAT', 'BAD_INPUT', 'NOT_FOUND', 'FORBIDDEN']);
  });

  it.each([2, 5, 10])('draws %i levels a side within its frame, with names that could break it', (side) => {
    const names = (kind: string) =>
      Array.from({ length: side }, (_, index) => ({
        name: `${kind} <&"> ${index} of a long name`,
        lower: index,
        upper: index + 1,
        representative: index + 0.5,
      }));
    const criteria = {
      ...defaultCriteria,
      likelihoods: names('L'),
      consequences: names('C'),
      matrix: Array.from({ length: side }, () => Array.from({ length: side }, () => 1)),
    };
    const cells = criteria.likelihoods.flatMap((_, l) =>
      criteria.consequences.map((__, c) => ({ ...ratingAt(criteria, l + 1, c + 1), count: l + c, riskIds: [] })),
    );
    const svg = heatMapSvg({ ismsName: 'A & B', reading: 'CURRENT', criteria, cells });
    expect(svg.match(/<rect [^>]*stroke="#fff"/g)).toHaveLength(side * side);
    expect(svg).not.toMatch(/&(?!#\d+;)|NaN|undefined/);
    const height = Number(/height="(\d+)" role/.exec(svg)?.[1]);
    for (const [, x, y] of svg.matchAll(/<(?:text|rect) x="([\d.]+)" y="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThan(960);
      expect(Number(y)).toBeLessThan(height);
    }
  });

  it('has text of at least 7 to 1 on every colour', () => {
    const light = (hex: string) =>
      [1, 3, 5]
        .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
    for (const { fill, text } of Object.values(ruleColours)) {
      const [a, b] = [light(fill), light(text)];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThan(7);
    }
  });
});

describe('a risk as a bow tie', () => {
  it('has barriers on the side that they cut, with strength and what they take off', async () => {
    const [strong, weak, both] = await Promise.all([1, 0.5, 1].map((strength) => register.addImplementation(strength)));
    const link = (
      implementationId: string | undefined,
      likelihoodEffect: number,
      consequenceEffect: number,
      commonCause?: string,
    ) => ({
      ...{ implementationId, likelihoodEffect, consequenceEffect, commonCause },
    });
    const { id } = await register.createRisk({
      description: 'Statements are put together from what a form says.',
      affects: ['CONFIDENTIALITY', 'INTEGRITY'],
      links: [link(strong, 0.9, 0, 'team'), link(weak, 0.8, 0, 'team'), link(both, 0.5, 0.5)],
    });
    const forms = [{ category: 'fines', probability: 0.2, loss: { kind: 'PERT', low: 1, mode: 2, high: 3 } }];
    const quantified = { riskId: id, frequency: { kind: 'POISSON', rate: 1 }, lossForms: forms, rationale: 'r' };
    await change('quantifyRisk', 'QuantifyRiskInput', quantified);
    const { createAsset } = await register.ask<{ createAsset: { asset: { id: string } } }>(
      'mutation ($input: CreateAssetInput!) { createAsset(input: $input) { asset { id } } }',
      { input: { ismsId: register.ismsId, name: 'Order form', kind: 'SUPPORTING', category: 'SOFTWARE' } },
    );
    await change('identifyRisk', 'IdentifyRiskInput', {
      riskId: id,
      assetBased: {
        assetIds: [createAsset.asset.id],
        threatId: 'T-PHISHING',
        weaknessIds: ['W-FLAT-NETWORK'],
        weaknesses: ['A form that trusts'],
        operationalScenario: 'Somebody writes a query into the form.',
      },
    });
    const { risk } = await register.ask<{ risk: { bowTie: Record<string, unknown> } }>(
      `{ risk(id: "${id}") { bowTie { causes { kind text libraryId } event { title inherent { frequency } current { frequency } }
         preventing { implementation { id } strength effect takesOff } mitigating { implementation { id } takesOff }
         consequences { property category probability } } } }`,
    );
    expect(risk.bowTie).toEqual({
      causes: [
        { kind: 'THREAT', text: 'Phishing for credentials or a click', libraryId: 'T-PHISHING' },
        { kind: 'WEAKNESS', text: 'Network not divided', libraryId: 'W-FLAT-NETWORK' },
        { kind: 'WEAKNESS', text: 'A form that trusts', libraryId: null },
        { kind: 'SCENARIO', text: 'Somebody writes a query into the form.', libraryId: null },
        { kind: 'DESCRIPTION', text: 'Statements are put together from what a form says.', libraryId: null },
      ],
      event: { title: 'Injection through the order form', inherent: { frequency: 1 }, current: { frequency: 0.05 } },
      preventing: [
        { implementation: { id: strong }, strength: 1, effect: 0.9, takesOff: 0.9 },
        { implementation: { id: both }, strength: 1, effect: 0.5, takesOff: 0.5 },
        { implementation: { id: weak }, strength: 0.5, effect: 0.8, takesOff: 0 },
      ],
      mitigating: [{ implementation: { id: both }, takesOff: 0.5 }],
      consequences: [
        { property: 'CONFIDENTIALITY', category: null, probability: null },
        { property: 'INTEGRITY', category: null, probability: null },
        { property: null, category: 'fines', probability: 0.2 },
      ],
    });
  });
});

describe('the history of a risk', () => {
  interface Change {
    readonly kind: string;
    readonly at: string;
    readonly version: number | null;
    readonly level: string;
    readonly note: string | null;
    readonly person: { readonly id: string } | null;
    readonly changes: readonly { readonly field: string; readonly from: string | null; readonly to: string | null }[];
  }
  interface Page {
    readonly nodes: readonly Change[];
    readonly totalCount: number;
    readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
  }
  const historyOf = async (id: string, args = 'first: 50', caller = {}) =>
    (
      await register.ask<{ risk: { history: Page } }>(
        `{ risk(id: "${id}") { history(${args}) { totalCount pageInfo { endCursor hasNextPage }
           nodes { kind at version level note person { id } changes { field from to } } } } }`,
        {},
        caller,
      )
    ).risk.history;

  it('tells newest first who changed which field from what to what, what moved by itself, and what people said', async () => {
    const implementation = await register.addImplementation(0);
    const { id } = await register.createRisk({ ownerId: register.person });
    const identified = new Date();
    await change('updateRisk', 'UpdateRiskInput', { id, expectedVersion: 1, title: 'Fire', affects: ['AVAILABILITY'] });
    const effects = { likelihoodEffect: 0.9, consequenceEffect: 0 };
    await change('linkImplementation', 'LinkImplementationInput', {
      riskId: id,
      implementationId: implementation,
      ...effects,
    });
    await register.setStrength(implementation, 1, 2);
    await change('assessRisk', 'AssessRiskInput', { riskId: id, expectedVersion: 4, comment: 'As it is' });
    const { nodes, totalCount } = await historyOf(id);
    expect(totalCount).toBe(6);
    const kinds = nodes.map(({ kind, version }) => [kind, version]);
    expect(kinds).toEqual([
      ['CHANGED', 5],
      ['ASSESSED', null],
      ['LEVELLED', 4],
      ['CHANGED', 3],
      ['CHANGED', 2],
      ['IDENTIFIED', 1],
    ]);
    const [, assessed, moved, linked, changed, first] = nodes;
    expect(assessed).toMatchObject({ note: 'As it is', level: 'High', person: { id: register.person }, changes: [] });
    expect(moved).toMatchObject({ person: null, changes: [{ field: 'currentLikelihood', from: '4', to: '3' }] });
    expect(linked?.changes).toEqual([
      { field: 'links', from: null, to: `I-${implementation.slice(-4)} (likelihood 0.9, consequence 0)` },
    ]);
    expect(changed).toMatchObject({ person: { id: register.person } });
    expect(changed?.changes).toEqual([
      { field: 'title', from: 'Injection through the order form', to: 'Fire' },
      { field: 'affects', from: 'CONFIDENTIALITY', to: 'AVAILABILITY' },
    ]);
    expect(first?.changes).toContainEqual({ field: 'currentLevel', from: null, to: 'High' });
    expect((await historyOf(id, 'first: 50', { asOf: identified })).nodes).toMatchObject([{ kind: 'IDENTIFIED' }]);
  });

  it('comes in pages of each of many risks, and of one’s own tenant alone', async () => {
    const { id } = await register.createRisk();
    for (const [index, title] of ['a', 'b', 'c'].entries())
      await change('updateRisk', 'UpdateRiskInput', { id, expectedVersion: index + 1, title });
    const page = await historyOf(id, 'first: 2');
    expect([page.nodes.map(({ version }) => version), page.pageInfo.hasNextPage]).toEqual([[4, 3], true]);
    const rest = await historyOf(id, `first: 2, after: "${page.pageInfo.endCursor}"`);
    expect([rest.nodes.map(({ version }) => version), rest.pageInfo.hasNextPage]).toEqual([[2, 1], false]);
    const theirs = await register.createRisk({ ismsId: register.otherIsmsId }, { tenant: register.test.tenants[1] });
    const seen = await register.ask<{ _entities: ({ history: Page } | null)[] }>(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Risk { history(first: 1) { nodes { version } totalCount } } } }',
      { of: [id, theirs.id].map((one) => ({ __typename: 'Risk', id: one })) },
    );
    expect(seen._entities).toEqual([{ history: { nodes: [{ version: 4 }], totalCount: 4 } }, null]);
  });

  it('shows every version of a moment, also where the clock stood still', async () => {
    await register.test.setClock(new Date('2027-03-01T00:00:00Z'));
    const { id } = await register.createRisk();
    await change('updateRisk', 'UpdateRiskInput', { id, expectedVersion: 1, title: 'Fire' });
    expect((await historyOf(id)).nodes.map(({ version }) => version)).toEqual([2, 1]);
    await register.test.setClock(null);
  });
});
