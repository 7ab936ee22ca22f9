import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

it('says what each clause and letter demands, letters by their clause', async () => {
  const { clause } = await scenario.ask<{ clause: { requirement: { demand: string }; items: { letter: string }[] } }>(
    '{ clause(id: "5.1") { requirement { demand } items { letter } } }',
  );
  expect(clause.requirement.demand.length).toBeGreaterThan(40);
  expect(clause.items.map((item) => item.letter).join('')).toBe('abcdefgh');
});

it('takes a letter however people write it, and says so where there is none', async () => {
  const ids = ['6.1.3.d', '6.1.3 d', '6.1.3 d)', 'iso27001:2022:6.1.3.d'];
  for (const id of ids)
    expect(await scenario.ask('query ($id: ID!) { requirement(id: $id) { id } }', { id })).toEqual({
      requirement: { id: 'iso27001:2022:6.1.3.d' },
    });
  const { errors } = await scenario.call('{ requirement(id: "6.1.3.z") { id } }');
  expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});

it('guides every control of 2022 and none of 2013, whose texts are others', async () => {
  const answer = await scenario.ask<{ controls: { nodes: { practice: object | null }[] }; old: { practice: null } }>(
    `{ controls(first: 100) { nodes { practice { purpose steps evidence auditQuestions smallTeam enterprise measure { title target worst } } } }
       old: control(id: "iso27001:2013:A.14.2.1") { practice { purpose } } }`,
  );
  expect(answer.controls.nodes).toHaveLength(93);
  expect(answer.controls.nodes.filter((control) => control.practice === null)).toEqual([]);
  expect(answer.old.practice).toBeNull();
});

it('refuses a search text that is too long, and too many at once', async () => {
  for (const query of [
    `{ findTerms(text: "${'x'.repeat(201)}") { score } }`,
    '{ findTerms(text: "risk", first: 51) { score } }',
  ]) {
    const { errors } = await scenario.call(query);
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  }
});

describe('mappings', () => {
  const relations = `id relations(framework: $framework, suggestions: $suggestions) { relationship suggested place { id } through { id } provenance }`;
  const ask = async (id: string, framework: string, suggestions: boolean) => {
    const { frameworkPlace } = await scenario.ask<{
      frameworkPlace: {
        relations: {
          relationship: string;
          suggested: boolean;
          place: { id: string };
          through: { id: string } | null;
        }[];
      };
    }>(`query ($id: ID!, $framework: ID, $suggestions: Boolean) { frameworkPlace(id: $id) { ${relations} } }`, {
      id,
      framework,
      suggestions,
    });
    return frameworkPlace.relations;
  };

  it('are seen from both ends', async () => {
    const [forth] = await ask('iso27001:2013:A.5.1.2', 'iso27001:2022', false);
    expect(forth).toMatchObject({ relationship: 'SUBSET', place: { id: 'iso27001:2022:A.5.1' }, suggested: false });
    const back = await ask('A.5.1', 'iso27001:2013', false);
    expect(back).toContainEqual(
      expect.objectContaining({ relationship: 'SUPERSET', place: { id: 'iso27001:2013:A.5.1.2' } }),
    );
  });

  it('suggest what follows from two in a row, marked as nobody’s judgement', async () => {
    expect(await ask('iso27001:2013:A.14.2.1', 'csf:2.0', false)).toEqual([]);
    const suggested = await ask('iso27001:2013:A.14.2.1', 'csf:2.0', true);
    expect(suggested.length).toBeGreaterThan(0);
    for (const one of suggested)
      expect(one).toMatchObject({
        suggested: true,
        relationship: 'INTERSECT',
        through: { id: 'iso27001:2022:A.8.25' },
      });
  });

  it('refuse a framework that there is not, and a place that there is not', async () => {
    for (const [query, code] of [
      ['{ frameworkPlace(id: "A.5.1") { relations(framework: "soc2:2017") { relationship } } }', 'BAD_INPUT'],
      ['{ frameworkPlace(id: "csf:2.0:XX.YY-01") { id } }', 'NOT_FOUND'],
    ]) {
      const { errors } = await scenario.call(query ?? '');
      expect(errors?.[0]?.extensions.code).toBe(code);
    }
  });
});

describe('coverage of a framework', () => {
  const ask = async (framework: string, ismsId: string, from = 'IMPLEMENTED') =>
    (
      await scenario.ask<{
        coverage: {
          equal: number;
          contained: number;
          touched: number;
          missing: number;
          requirements: {
            place: { id: string };
            because: { relationship: string; implementations: { id: string }[] }[];
          }[];
        };
      }>(
        `query ($framework: ID!, $ismsId: UUID, $from: ImplementationStatus) { coverage(framework: $framework, ismsId: $ismsId, from: $from) {
           equal contained touched missing
           requirements(standing: TOUCHED, first: 500) { place { id } because { relationship implementations { id } } } } }`,
        { framework, ismsId, from },
      )
    ).coverage;

  it('never counts an intersection as covered, whatever is implemented', async () => {
    const ismsId = await scenario.createIsms();
    const numbers = (
      await scenario.ask<{ controls: { nodes: { id: string }[] } }>('{ controls(first: 100) { nodes { id } } }')
    ).controls.nodes;
    await scenario.implement({ ismsId, controlIds: numbers.map(({ id }) => id) });
    const coverage = await ask('csf:2.0', ismsId);
    expect(coverage).toMatchObject({ equal: 0, contained: 0 });
    expect(coverage.touched).toBeGreaterThan(90);
    expect(
      coverage.requirements.flatMap((one) => one.because).filter((one) => one.relationship !== 'INTERSECT'),
    ).toEqual([]);
  });

  it('tells equal, contained and touched apart, and by what', async () => {
    const ismsId = await scenario.createIsms();
    const implementation = await scenario.implement({ ismsId, controlIds: ['A.5.1', 'A.8.25'] });
    const coverage = await ask('iso27001:2013', ismsId);
    // A.14.2.1 is A.8.25; A.5.1.1 and A.5.1.2 went into A.5.1.
    expect(coverage.equal).toBe(1);
    expect(coverage.contained).toBe(2);
    expect(coverage.equal + coverage.contained + coverage.touched + coverage.missing).toBe(
      (
        await scenario.ask<{ frameworks: { id: string; size: number }[] }>('{ frameworks { id size } }')
      ).frameworks.find((one) => one.id === 'iso27001:2013')?.size,
    );
    for (const one of coverage.requirements) expect(one.because[0]?.implementations[0]?.id).toBe(implementation);
  });

  it('counts what has come as far as is asked for', async () => {
    const ismsId = await scenario.createIsms();
    await scenario.implement({ ismsId, controlIds: ['A.8.25'], status: 'PLANNED' });
    expect((await ask('iso27001:2013', ismsId)).equal).toBe(0);
    expect((await ask('iso27001:2013', ismsId, 'PLANNED')).equal).toBe(1);
  });

  it('shows nothing of another tenant', async () => {
    const other = scenario.test.tenants[1];
    const ismsId = await scenario.createIsms({}, { tenant: other });
    const { errors } = await scenario.call(
      'query ($ismsId: UUID) { coverage(framework: "csf:2.0", ismsId: $ismsId) { touched } }',
      { ismsId },
    );
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });
});
