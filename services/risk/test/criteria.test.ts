import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const fields = `id version name currency floorFrequency floorLoss appetite matrix
  likelihoods { name lower upper representative } consequences { name lower upper representative } levels { name rule authority }`;

interface Criteria {
  id: string;
  version: number;
  name: string;
  matrix: string[][];
  likelihoods: { name: string; lower: number; upper: number | null; representative: number }[];
  [more: string]: unknown;
}

const read = async (ismsId: string, asOf?: Date) =>
  (
    await register.ask<{ riskCriteria: Criteria }>(
      `query ($id: UUID) { riskCriteria(ismsId: $id) { ${fields} } }`,
      { id: ismsId },
      asOf ? { asOf } : {},
    )
  ).riskCriteria;

const set = (ismsId: string, { id: _, version, ...criteria }: Criteria) =>
  register.call(
    `mutation ($input: SetRiskCriteriaInput!) { setRiskCriteria(input: $input) { criteria { ${fields} } } }`,
    {
      input: { ...criteria, ismsId, expectedVersion: version },
    },
  );

const isms = (id: string, version: number) =>
  register.emit('annex.controls.isms.changed.v1', { rows: [{ id, version, name: 'Annex', status: 'OPERATING' }] });

describe('the criteria of an ISMS', () => {
  it('are there as soon as the ISMS is, once', async () => {
    const ismsId = await register.addIsms();
    expect(await read(ismsId)).toMatchObject({ version: 1, currency: 'EUR' });
    await isms(ismsId, 2);
    await isms(ismsId, 1);
    await register.settle();
    expect((await read(ismsId)).version).toBe(1);
    const told = (await register.recorded('annex.risk.criteria.changed.v1')).flatMap((data) => data.rows);
    expect(told.filter((row) => row.ismsId === ismsId)).toHaveLength(1);
  });

  it('can be sent back as they were read, and answer a stale version', async () => {
    const ismsId = await register.addIsms();
    const criteria = await read(ismsId);
    expect((await set(ismsId, criteria)).data).toMatchObject({
      setRiskCriteria: { criteria: { ...criteria, version: 2 } },
    });
    expect((await set(ismsId, criteria)).errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('level the whole register again when they change, and read the past as it was', async () => {
    await register.test.setClock(new Date('2026-02-01T00:00:00Z'));
    const ismsId = await register.addIsms();
    const risks = [];
    for (const inherentConsequence of [1, 3, 5]) risks.push(await register.createRisk({ ismsId, inherentConsequence }));
    expect(risks.map((risk) => risk.current.level)).toEqual(['Low', 'High', 'Critical']);
    const criteria = await read(ismsId);
    await register.test.setClock(new Date('2026-02-02T00:00:00Z'));
    const answer = await set(ismsId, {
      ...criteria,
      name: 'Milder',
      matrix: criteria.matrix.map((row) => row.map(() => 'Low')),
    });
    expect(answer.errors).toBeUndefined();
    const now = await Promise.all(risks.map((risk) => register.readRisk(risk.id)));
    expect(now.map((risk) => [risk.current.level, risk.version])).toEqual([
      ['Low', 1],
      ['Low', 2],
      ['Low', 2],
    ]);
    const asOf = new Date('2026-02-01T12:00:00Z');
    expect((await read(ismsId, asOf)).name).toBe('Default 5 × 5');
    const then = await register.readRisk(risks[2]?.id ?? '', { asOf });
    expect(then).toMatchObject({ current: { level: 'Critical' }, currentExplanation: { cell: { name: 'Critical' } } });
  });

  it('name the band at fault, and refuse scales too short for what is rated', async () => {
    const ismsId = await register.addIsms();
    await register.createRisk({ ismsId, inherentLikelihood: 5 });
    const criteria = await read(ismsId);
    const gap = criteria.likelihoods.map((band, index) =>
      index === 1 ? { ...band, lower: 0.05, representative: null } : band,
    );
    const broken = await set(ismsId, { ...criteria, likelihoods: gap } as Criteria);
    expect(JSON.stringify(broken.errors?.[0])).toContain('input.likelihoods[1].lower');
    const short = await set(ismsId, {
      ...criteria,
      likelihoods: criteria.likelihoods.slice(0, 4),
      matrix: criteria.matrix.slice(0, 4),
    });
    expect(JSON.stringify(short.errors?.[0])).toContain('R-0001');
    expect((await read(ismsId)).version).toBe(1);
  });

  it('say how often to assess, by what, and how; each process that is not documented is a gap', async () => {
    const ismsId = await register.addIsms();
    await register.createRisk({ ismsId });
    const verdicts = async () =>
      new Map(
        (await register.recorded('annex.risk.conformity.changed.v1'))
          .flatMap((data) => data.rows)
          .filter((row) => row.ismsId === ismsId)
          .map((row) => [row.rule, row.verdict]),
      );
    const start = await verdicts();
    expect(start.get('risk.assessment-process-documented')).toBe('GAP');
    expect(start.get('risk.treatment-process-documented')).toBe('GAP');
    const documentId = '0190aaaa-0000-7000-8000-00000000d0c0';
    const said = {
      assessmentPeriod: 'P6M',
      confirmingMethods: ['PERSON', 'SIMULATION'],
      assessmentProcess: { text: 'As the handbook says' },
      treatmentProcess: { documentId },
    };
    const answer = await set(ismsId, { ...(await read(ismsId)), ...said });
    expect(answer.errors).toBeUndefined();
    const kept = await register.ask(
      'query ($id: UUID) { riskCriteria(ismsId: $id) { assessmentPeriod confirmingMethods assessmentProcess { text documentId } treatmentProcess { text documentId } } }',
      { id: ismsId },
    );
    const processes = {
      assessmentProcess: { text: 'As the handbook says', documentId: null },
      treatmentProcess: { text: '', documentId },
    };
    expect(kept).toEqual({ riskCriteria: { ...said, ...processes } });
    const now = await verdicts();
    expect(now.get('risk.assessment-process-documented')).toBe('NO_GAP_FOUND');
    expect(now.get('risk.treatment-process-documented')).toBe('NO_GAP_FOUND');
    await set(ismsId, { ...(await read(ismsId)), treatmentProcess: null });
    expect((await verdicts()).get('risk.treatment-process-documented')).toBe('GAP');
  });

  it('stay as they are in a retired ISMS', async () => {
    const ismsId = await register.addIsms();
    const rows = [{ id: ismsId, version: 9, name: 'Annex', status: 'RETIRED' as const }];
    await register.emit('annex.controls.isms.changed.v1', { rows });
    await register.settle();
    const answer = await set(ismsId, await read(ismsId));
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'STATE_CONFLICT' });
  });
});
