import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { type Caller, error, retire } from './answers.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
});
afterAll(() => scenario?.close());
afterEach(() => scenario.test.setClock(null));

const assess = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    `mutation ($input: AssessMaturityInput!) { assessMaturity(input: $input) {
      assessments { controlId step { level title } reason assessedBy } maturity { mean assessed total } } }`,
    { input },
    caller,
  );
const found = (controlId: string, level: number, more: object = {}) => ({ controlId, level, reason: 'Seen.', ...more });
const given = async (ismsId: string, ...assessments: object[]) => {
  expect((await assess({ ismsId, assessments })).errors).toBeUndefined();
};
interface Shown {
  mean: number | null;
  assessed: number;
  themes: { theme: string; mean: number | null; assessed: number; total: number }[];
  assessments: { controlId: string; step: { level: number }; assessedBy: string }[];
  notAssessed: { number: string }[];
}
const show = async (ismsId: string, caller?: Caller): Promise<Shown> =>
  (
    await scenario.ask<{ maturity: Shown }>(
      `query ($ismsId: UUID) { maturity(ismsId: $ismsId) { mean assessed themes { theme mean assessed total }
        assessments { controlId step { level } assessedBy } notAssessed(theme: PEOPLE) { number } } }`,
      { ismsId },
      caller,
    )
  ).maturity;

it('is told by control and theme, as the mean of what was assessed, with how many of how many', async () => {
  const ismsId = await scenario.createIsms();
  const assessments = [found('A.8.28', 1), found('A.6.3', 5), found('iso27001:2022:A.6.1', 2)];
  const answer = await assess({ ismsId, assessments });
  expect(answer.data).toEqual({
    assessMaturity: {
      assessments: [
        expect.objectContaining({ controlId: 'iso27001:2022:A.8.28', step: { level: 1, title: 'By chance' } }),
        expect.objectContaining({ controlId: 'iso27001:2022:A.6.3', assessedBy: `person:${anna}` }),
        expect.objectContaining({ controlId: 'iso27001:2022:A.6.1', reason: 'Seen.' }),
      ],
      maturity: { mean: 8 / 3, assessed: 3, total: 93 },
    },
  });
  expect(await show(ismsId)).toMatchObject({
    themes: [
      { theme: 'ORGANIZATIONAL', mean: null, assessed: 0, total: 37 },
      { theme: 'PEOPLE', mean: 3.5, assessed: 2, total: 8 },
      { theme: 'PHYSICAL', mean: null, assessed: 0, total: 14 },
      { theme: 'TECHNOLOGICAL', mean: 1, assessed: 1, total: 34 },
    ],
    assessments: [
      { controlId: 'iso27001:2022:A.6.1' },
      { controlId: 'iso27001:2022:A.6.3' },
      { controlId: 'iso27001:2022:A.8.28' },
    ],
    notAssessed: ['A.6.2', 'A.6.4', 'A.6.5', 'A.6.6', 'A.6.7', 'A.6.8'].map((number) => ({ number })),
  });
});

it('counts what was found last, keeps what was found before, and is known as of a past moment', async () => {
  const ismsId = await scenario.createIsms();
  await scenario.at('2126-11-26T10:00:00Z');
  await given(ismsId, found('A.8.28', 2));
  await scenario.at('2126-11-27T10:00:00Z');
  await given(ismsId, found('A.8.28', 4));
  // Entered late: it was found before both.
  await given(ismsId, found('A.8.28', 0, { assessedAt: '2026-11-01T00:00:00Z' }));
  expect((await show(ismsId)).assessments).toMatchObject([{ step: { level: 4 } }]);
  expect((await show(ismsId, { asOf: new Date('2126-11-26T12:00:00Z') })).assessments).toMatchObject([
    { step: { level: 2 } },
  ]);
  const { maturityAssessments } = await scenario.ask<{ maturityAssessments: { nodes: object[] } }>(
    'query ($ismsId: UUID) { maturityAssessments(ismsId: $ismsId, controlId: "A.8.28") { nodes { step { level } assessedAt } } }',
    { ismsId },
  );
  expect(maturityAssessments.nodes).toEqual([
    { step: { level: 4 }, assessedAt: '2126-11-27T10:00:00.000Z' },
    { step: { level: 2 }, assessedAt: '2126-11-26T10:00:00.000Z' },
    { step: { level: 0 }, assessedAt: '2026-11-01T00:00:00.000Z' },
  ]);
});

it('stands beside the strength of what implements the control, and moves it not', async () => {
  const [ismsId, other] = [await scenario.createIsms(), await scenario.createIsms()];
  const id = await scenario.implement({ ismsId, controlIds: ['A.8.28', 'A.5.1'] });
  const before = await scenario.strength(id);
  await given(ismsId, found('A.8.28', 5), found('A.8.1', 5));
  await given(other, found('A.5.1', 3));
  const { implementation } = await scenario.ask<{ implementation: object }>(
    'query ($id: UUID!) { implementation(id: $id) { version maturity { control { number } step { level } } } }',
    { id },
  );
  expect(implementation).toEqual({ version: 1, maturity: [{ control: { number: 'A.8.28' }, step: { level: 5 } }] });
  expect(await scenario.strength(id)).toEqual(before);
});

it('is assessed of own controls too, and stays told when their catalogue is taken away', async () => {
  const ismsId = await scenario.createIsms();
  const key = `own-${newId().slice(-12)}`;
  const asked = { key, edition: '1', title: 'Own', format: 'TABLE', sha256: '' } as const;
  const item = { number: 'X-1', kind: 'CONTROL', parent: null, title: 'Own', text: '', content: null } as const;
  const { id } = await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, [item]));
  await given(ismsId, found(`${key}:1:X-1`, 3));
  const shown = async () =>
    await scenario.ask(
      'query ($ismsId: UUID) { maturity(ismsId: $ismsId) { assessed assessments { controlId control { number } } } }',
      { ismsId },
    );
  // Of Annex A none is.
  const row = { controlId: `${key}:1:X-1`, control: { number: 'X-1' } };
  expect(await shown()).toEqual({ maturity: { assessed: 0, assessments: [row] } });
  await scenario.ask('mutation ($input: DeleteCatalogueInput!) { deleteCatalogue(input: $input) { id } }', {
    input: { id },
  });
  expect(await shown()).toEqual({ maturity: { assessed: 0, assessments: [{ ...row, control: null }] } });
});

it('names every row at fault and keeps nothing of the rest', async () => {
  const ismsId = await scenario.createIsms();
  const answer = await assess({
    ismsId,
    assessments: [found('A.5.1', 3), found('A.99.1', 3), found('A.5.2', 6), found('A.5.1', 1), found('A.5.3', -1)],
  });
  expect(error(answer)).toMatchObject({ code: 'BAD_INPUT' });
  expect(error(answer)?.faults?.map((fault) => fault.field)).toEqual([
    'input.assessments.1.controlId',
    'input.assessments.2.level',
    'input.assessments.3.controlId',
    'input.assessments.4.level',
  ]);
  expect(error(await assess({ ismsId, assessments: [] }))).toMatchObject({ code: 'BAD_INPUT' });
  const many = Array.from({ length: 201 }, () => found('A.5.1', 1));
  expect(error(await assess({ ismsId, assessments: many }))?.faults).toMatchObject([{ field: 'input.assessments' }]);
  expect((await show(ismsId)).assessments).toEqual([]);
});

it('is assessed by people alone, within the tenant, and not in a retired ISMS', async () => {
  const ismsId = await scenario.createIsms();
  const assessments = [found('A.5.1', 3)];
  const { personId: _, ...machine } = scenario.requestInfo().caller;
  const answer = await scenario.service.execute({
    query: 'mutation ($input: AssessMaturityInput!) { assessMaturity(input: $input) { maturity { mean } } }',
    variables: { input: { ismsId, assessments } },
    request: { ...scenario.requestInfo(), caller: { ...machine, actor: 'key:machine' } },
  });
  expect(error(answer)).toMatchObject({ code: 'FORBIDDEN' });
  const [, tenant] = scenario.test.tenants;
  expect(error(await assess({ ismsId, assessments }, { tenant, personId: ben }))).toMatchObject({ code: 'NOT_FOUND' });
  await retire(scenario, ismsId);
  expect(error(await assess({ ismsId, assessments }))).toMatchObject({ code: 'STATE_CONFLICT' });
});
