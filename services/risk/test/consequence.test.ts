import { criteriaOfIsms } from '../src/criteria/criteria.store.ts';
import { heatMapCells } from '../src/heatmap/heatmap.store.ts';
import { approver, askStep, type CriteriaView, readCriteria, step } from './criteria.ts';
import { type Register, type RiskView, startRegister } from './register.ts';

let register: Register;
let ismsId: string;
let version: number;
let content: CriteriaView;

/** Safety in injured persons; each band of money has one of it. */
const withSafety = (from: CriteriaView): CriteriaView => ({
  ...from,
  confirmingMethods: ['PERSON', 'SIMULATION'],
  categories: [
    ...from.categories,
    {
      ...{ key: 'SAFETY', name: 'Safety', unit: 'injured persons', floor: 0.01, appetite: 'Nobody is hurt.' },
      bands: from.consequences.map(({ name, lower, upper, representative }) => ({
        name: `${name} harm`,
        lower: lower / 1e6,
        upper: upper === null ? null : upper / 1e6,
        representative: representative / 1e6,
      })),
    },
  ],
});

const set = (criteria: Omit<CriteriaView, 'categories'>) =>
  register.call(
    'mutation ($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { version } } }',
    { input: { ...criteria, ismsId, expectedVersion: version } },
  );

beforeAll(async () => {
  register = await startRegister();
  ismsId = register.ismsId;
  const found = await readCriteria(register, ismsId);
  version = found.version;
  expect((await set(withSafety(found.content))).errors).toBeUndefined();
  ({ version, content } = await readCriteria(register, ismsId));
});
afterAll(() => register.close());

const consequences = `category name unit inherentLevel inherentName inherentAmount currentLevel currentName currentAmount level rank decides`;

interface Rated extends RiskView {
  consequences: { category: string; inherentName: string; decides: boolean; currentAmount: number; level: string }[];
  inherent: RiskView['inherent'] & { category: string; consequence: number };
  current: RiskView['current'] & { category: string; consequenceName: string };
}

const read = async (id: string) =>
  (
    await register.ask<{ risk: Rated }>(
      `query ($id: UUID!) { risk(id: $id) { id version standing reassessment inherent { level category consequence }
         current { level category consequence consequenceName rule } currentExplanation { sentence category consequence { level } cell { name } }
         consequences { ${consequences} } } }`,
      { id },
    )
  ).risk;

const change = (risk: { id: string; version: number }, input: Record<string, unknown>) =>
  register.call('mutation ($input: UpdateRiskInput!) { updateRisk(input: $input) { risk { id version } } }', {
    input: { id: risk.id, expectedVersion: risk.version, ...input },
  });

describe('a risk with several consequences', () => {
  it('has the level of the worst, which its explanation names', async () => {
    const implementationId = await register.addImplementation(1);
    const made = await register.createRisk({
      inherentConsequence: 2,
      consequences: [{ category: 'SAFETY', level: 5 }],
      links: [{ implementationId, likelihoodEffect: 0, consequenceEffect: 0.5 }],
    });
    const risk = await read(made.id);
    expect(risk).toMatchObject({
      inherent: { level: 'Critical', category: 'SAFETY', consequence: 5 },
      current: { level: 'Critical', category: 'SAFETY', consequence: 5, consequenceName: 'Severe harm' },
      currentExplanation: { category: 'SAFETY', consequence: { level: 2 }, cell: { name: 'Critical' } },
      consequences: [
        { category: 'MONEY', inherentLevel: 2, level: 'Medium', decides: false },
        {
          ...{ category: 'SAFETY', name: 'Safety', unit: 'injured persons', inherentLevel: 5, inherentAmount: 3000 },
          ...{ currentLevel: 5, currentAmount: 1500, currentName: 'Severe harm', level: 'Critical', decides: true },
        },
      ],
    });
    expect(risk.currentExplanation.sentence).toContain('Safety decides. The current level is Critical');
    const told = (await register.recorded('annex.risk.risk.changed.v1')).flatMap((data) => data.rows);
    expect(told.find((row) => row.id === made.id)).toMatchObject({ inherent: { consequence: 5, level: 'Critical' } });
  });

  it('keeps its levels until they are taken away, and a risk with money alone shows money', async () => {
    const made = await register.createRisk({
      inherentConsequence: 1,
      consequences: [{ category: 'SAFETY', level: 3 }],
    });
    await change(made, { title: 'Renamed' });
    expect((await read(made.id)).consequences).toHaveLength(2);
    const answer = await change({ id: made.id, version: 2 }, { consequences: [] });
    expect(answer.errors).toBeUndefined();
    const risk = await read(made.id);
    expect(risk.consequences).toMatchObject([{ category: 'MONEY', decides: true }]);
    expect(risk.current).toMatchObject({ level: 'Low', category: 'MONEY' });
  });

  it('refuses levels that the criteria do not have, each by name', async () => {
    const answer = await register.call(
      'mutation ($input: CreateRiskInput!) { createRisk(input: $input) { risk { id } } }',
      {
        input: {
          ...{ ismsId, title: 't', affects: ['INTEGRITY'], inherentLikelihood: 1, inherentConsequence: 1 },
          consequences: [
            { category: 'SAFETY', level: 6 },
            { category: 'MONEY', level: 1 },
            { category: 'PEACE', level: 1 },
            { category: 'SAFETY', level: 1 },
          ],
        },
      },
    );
    const faults = answer.errors?.[0]?.extensions.faults;
    expect(faults?.map(({ field }) => field)).toEqual([
      'input.consequences[0].level',
      'input.consequences[1].category',
      'input.consequences[2].category',
      'input.consequences[3].category',
    ]);
  });

  it('lies in the heat map where its worst consequence puts it, in both readings', async () => {
    const made = await register.createRisk({
      inherentConsequence: 1,
      consequences: [{ category: 'SAFETY', level: 4 }],
    });
    for (const reading of ['INHERENT', 'CURRENT'] as const) {
      const read = async () => {
        const found: { cell?: { likelihood: number; consequence: number } } = {};
        await register.handle(register.test.scope(), async (tx) => {
          const criteria = (await criteriaOfIsms(tx, [ismsId])).get(ismsId);
          if (!criteria) throw new Error('There are no criteria');
          const cell = (await heatMapCells(tx, ismsId, criteria, reading)).find(({ riskIds }) =>
            riskIds.includes(made.id),
          );
          if (cell) found.cell = cell;
        });
        return found.cell;
      };
      expect(await read()).toMatchObject({ likelihood: 4, consequence: 4 });
    }
  });
});

describe('what is confirmed', () => {
  const assess = (risk: { id: string; version: number }, method?: string) =>
    register.call(
      `mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { risk { version reassessment assessments {
         method level consequences { category name unit level levelName amount decides } } } } }`,
      { input: { riskId: risk.id, expectedVersion: risk.version, ...(method === undefined ? {} : { method }) } },
    );

  it('keeps every category with its amount, and asks again when one of them becomes worse', async () => {
    const implementationId = await register.addImplementation(1);
    const made = await register.createRisk({
      inherentConsequence: 1,
      consequences: [{ category: 'SAFETY', level: 4 }],
      links: [{ implementationId, likelihoodEffect: 0, consequenceEffect: 0.9 }],
    });
    expect((await assess(made, 'SIMULATION')).data).toMatchObject({
      assessRisk: {
        risk: {
          reassessment: 'NONE',
          assessments: [
            {
              ...{ method: 'SIMULATION', level: 'High' },
              consequences: [
                { category: 'MONEY', decides: false },
                {
                  ...{ category: 'SAFETY', name: 'Safety', unit: 'injured persons', level: 3 },
                  ...{ levelName: 'Moderate harm', decides: true },
                },
              ],
            },
          ],
        },
      },
    });
    expect((await register.readRisk(made.id)).reassessment).toBe('NONE');
    await register.setStrength(implementationId, 1, 2);
    expect((await register.readRisk(made.id)).reassessment).toBe('NONE');
    const answer = await change({ id: made.id, version: 2 }, { consequences: [{ category: 'SAFETY', level: 5 }] });
    expect(answer.errors).toBeUndefined();
    const risen = await read(made.id);
    expect(risen).toMatchObject({ reassessment: 'NONE', current: { level: 'High' } });
    await register.setStrength(implementationId, 0, 3);
    expect(await read(made.id)).toMatchObject({ reassessment: 'REQUESTED', current: { level: 'Critical' } });
  });

  it('is confirmed by a method that the criteria approve', async () => {
    const made = await register.createRisk();
    const answer = await assess(made, 'ORACLE');
    expect(JSON.stringify(answer.errors)).toContain('PERSON, SIMULATION');
    expect((await assess(made)).data).toMatchObject({ assessRisk: { risk: { assessments: [{ method: 'PERSON' }] } } });
  });

  it('is expected of a treatment in every category', async () => {
    const implementationId = await register.addImplementation(0);
    const made = await register.createRisk({
      inherentConsequence: 1,
      consequences: [{ category: 'SAFETY', level: 5 }],
    });
    const promise = { implementationId, strength: 1, likelihoodEffect: 0, consequenceEffect: 1 };
    const { createRiskTreatment } = await register.ask<{ createRiskTreatment: { riskTreatment: unknown } }>(
      `mutation ($input: CreateRiskTreatmentInput!) { createRiskTreatment(input: $input) { riskTreatment { expected { level category } expectedExplanation } } }`,
      { input: { riskId: made.id, option: 'MODIFY', promises: [promise] } },
    );
    expect(createRiskTreatment.riskTreatment).toMatchObject({
      expected: { category: 'MONEY' },
      expectedExplanation: expect.stringContaining('Safety falls from Severe harm (3000 injured persons) to'),
    });
  });
});

describe('criteria with risks rated in a category', () => {
  it('can be read, changed and sent back', async () => {
    expect(content.categories.map(({ key, unit }) => [key, unit])).toEqual([
      ['MONEY', 'EUR'],
      ['SAFETY', 'injured persons'],
    ]);
    const { categories: _, ...without } = content;
    const answer = await set({ ...without, name: 'Without saying so' });
    expect(answer.errors).toBeUndefined();
    ({ version, content } = await readCriteria(register, ismsId));
    expect(content.categories).toHaveLength(2);
  });

  it('keep the category and its unit', async () => {
    const [money, safety] = content.categories;
    if (!money || !safety) throw new Error('There is no safety');
    const gone = await set({ ...content, categories: [money] });
    expect(JSON.stringify(gone.errors)).toContain('SAFETY as well');
    const other = await set({ ...content, categories: [money, { ...safety, unit: 'days' }] });
    expect(JSON.stringify(other.errors)).toContain('input.categories[1].unit');
    const gap = safety.bands.map((band, index) => (index === 3 ? { ...band, lower: band.lower + 1 } : band));
    const broken = await set({ ...content, categories: [money, { ...safety, bands: gap }] });
    expect(JSON.stringify(broken.errors)).toContain('input.categories[1].bands[3].lower');
  });

  it('are approved with their categories, and level by them', async () => {
    const made = await register.createRisk({
      inherentConsequence: 1,
      consequences: [{ category: 'SAFETY', level: 5 }],
    });
    const milder = {
      ...content,
      matrix: content.matrix.map((row) => row.map((name) => (name === 'Critical' ? 'High' : name))),
    };
    const proposal = await step(register, 'proposeRiskCriteria', { ...milder, ismsId, expectedVersion: version });
    expect(proposal.moves?.risks.map(({ reference }) => reference)).toContain(made.reference);
    const input = { id: proposal.id, expectedVersion: proposal.version };
    expect((await askStep(register, 'approveRiskCriteria', input, { personId: approver })).errors).toBeUndefined();
    expect((await read(made.id)).current).toMatchObject({ level: 'High', category: 'SAFETY' });
  });
});

it('is in the register as a file, a column a category, and comes back as it was', async () => {
  const rated = await register.createRisk({ consequences: [{ category: 'SAFETY', level: 4 }] });
  const plain = await register.createRisk({ title: 'Money alone' });
  const file = async (format: string) =>
    (await register.send('GET', `/risks/export?ismsId=${ismsId}&format=${format}`)).bytes;
  interface Answer {
    changed: number;
    faults: { field: string; allowed: string }[];
    rows: { reference: string; changes: object[] }[];
  }
  const send = async (body: string | Buffer, format = 'csv') =>
    (await register.send('POST', `/risks/import?ismsId=${ismsId}&format=${format}`, { body })).json<Answer>();
  expect((await file('csv')).toString()).toContain('inherent consequence,consequence:SAFETY,');
  const safety = async (id: string) =>
    (await read(id)).consequences
      .filter(({ category }) => category === 'SAFETY')
      .map(({ inherentName }) => inherentName);
  expect(await safety(rated.id)).toEqual(['Major harm']);
  for (const format of ['csv', 'xlsx'])
    expect(await send(await file(format), format)).toMatchObject({ created: 0, changed: 0 });
  const [first, second] = [rated.reference, plain.reference];
  const other = await send(`reference,Consequence: safety\n${first},\n${second},severe harm\n`);
  expect(other).toMatchObject({
    changed: 2,
    rows: [
      { reference: first, changes: [{ column: 'consequence:SAFETY', from: 'Major harm', to: '' }] },
      { reference: second, changes: [{ column: 'consequence:SAFETY', from: '', to: 'Severe harm' }] },
    ],
  });
  expect([await safety(rated.id), await safety(plain.id)]).toEqual([[], ['Severe harm']]);
  expect(await send(`reference,title\n${second},Renamed\n`)).toMatchObject({ changed: 1 });
  expect(await safety(plain.id)).toEqual(['Severe harm']);
  const bad = await send(`reference,consequence:SAFETY,consequence:FAME,consequence:MONEY\n${first},9,1,1\n`);
  expect(bad.faults.map(({ field }) => field)).toEqual([
    'row 1, consequence:FAME',
    'row 1, consequence:MONEY',
    'row 2, consequence:SAFETY',
  ]);
  expect(bad.faults[0]?.allowed).toBe('must be of a category of the criteria: consequence:SAFETY');
});
