import { type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());

it('refuses to certify against guidance, saying why and which standard to use', async () => {
  const answer = await scenario.call('{ certificationCheck(standardId: "iso27002:2022") { reason } }');
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'STANDARD_NOT_CERTIFIABLE',
    details: expect.objectContaining({ useInstead: 'iso27001:2022', reason: expect.any(String) }),
  });
});

it('tells the register with what may be certified', async () => {
  const answer = await scenario.ask<{ standards: { id: string; whyNotCertifiable: string | null }[] }>(
    '{ standards(certifiable: STAND_ALONE, kind: REQUIREMENTS) { id whyNotCertifiable } }',
  );
  expect(answer.standards).toContainEqual({ id: 'iso27001:2022', whyNotCertifiable: null });
});

it('finds the controls by attributes and pages through them', async () => {
  const answer = await scenario.ask<{ controls: object }>(
    `{ controls(operationalCapability: APPLICATION_SECURITY, theme: TECHNOLOGICAL, first: 2) {
         totalCount nodes { number } pageInfo { hasNextPage } } }`,
  );
  expect(answer.controls).toMatchObject({ nodes: [{}, {}], pageInfo: { hasNextPage: true } });
});

it('takes short ids for the current edition and full ones for any', async () => {
  const answer = await scenario.ask<Record<string, { id: string }>>(
    `{ a: control(id: "A.8.28") { id } b: control(id: "iso27001:2013:A.14.2.1") { id } c: clause(id: "9.1") { id }
       clauses(edition: EDITION_2013) { id } }`,
  );
  expect([answer.a?.id, answer.b?.id, answer.c?.id]).toEqual([
    'iso27001:2022:A.8.28',
    'iso27001:2013:A.14.2.1',
    'iso27001:2022:9.1',
  ]);
});

it('stands in the federated graph by the ids of the catalogue', async () => {
  const answer = await scenario.ask<{ _entities: object[] }>(
    `query ($r: [_Any!]!) { _entities(representations: $r) {
       ... on Standard { number } ... on Clause { title } ... on Control { title } } }`,
    {
      r: [
        { __typename: 'Standard', id: 'iso27005:2022' },
        { __typename: 'Clause', id: 'iso27001:2022:8.2' },
        { __typename: 'Control', id: 'iso27001:2022:A.8.28' },
      ],
    },
  );
  expect(answer._entities).toEqual([
    { number: 'ISO/IEC 27005' },
    { title: 'Information security risk assessment' },
    { title: 'Secure coding' },
  ]);
});

it('answers what it does not hold with NOT_FOUND', async () => {
  for (const query of [
    '{ standard(id: "x") { id } }',
    '{ clause(id: "99") { id } }',
    '{ control(id: "A.9.9.9") { id } }',
  ]) {
    expect((await scenario.call(query)).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  }
});
