import { type Register, startRegister } from './register.ts';
import { authority, owner, planFor, treating } from './treatment.ts';

let register: Register;
let act: ReturnType<typeof treating>;
beforeAll(async () => {
  register = await startRegister();
  act = treating(register);
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

/** What the rules of 6.1.3 and 8.3 last said of an ISMS. */
async function verdicts(ismsId: string) {
  const told = (await register.recorded('annex.risk.conformity.changed.v1')).flatMap((data) => data.rows);
  const last = (rule: string) => {
    const row = told.filter((one) => one.ismsId === ismsId && one.rule === rule).at(-1);
    return row && [row.verdict, row.facts.failing, row.links.map(({ reference }) => reference).join()];
  };
  return {
    chosen: last('risk.options-chosen'),
    planned: last('risk.treatment-planned'),
    approved: last('risk.treatment-approved'),
    inTime: last('risk.treatment-in-time'),
  };
}

const fine = ['NO_GAP_FOUND', 0, ''];

describe('the rules of treatment', () => {
  it('look at open risks beyond what is acceptable only', async () => {
    const ismsId = await register.addIsms();
    const none = ['NOT_ASSESSED', 0, ''];
    expect(await verdicts(ismsId)).toEqual({ chosen: none, planned: none, approved: none, inTime: none });
    await register.createRisk({ ismsId, inherentLikelihood: 1, inherentConsequence: 1 });
    expect(await verdicts(ismsId)).toEqual({ chosen: fine, planned: fine, approved: fine, inTime: fine });
  });

  it('follow a risk from its option over plan and approval to its last action', async () => {
    const ismsId = await register.addIsms();
    await register.test.setClock(new Date('2026-07-01T00:00:00Z'));
    const implementationId = await register.addImplementation(0, { ismsId });
    const risk = await register.createRisk({ ismsId, ownerId: owner });
    const open = ['GAP', 1, 'R-0001'];
    expect(await verdicts(ismsId)).toEqual({ chosen: open, planned: fine, approved: fine, inTime: fine });
    const plan = planFor(risk.id, implementationId, '2026-07-10T00:00:00Z');
    const draft = await act.does('createRiskTreatment', plan);
    expect(await verdicts(ismsId)).toEqual({ chosen: fine, planned: open, approved: open, inTime: fine });
    const proposed = await act.propose(draft);
    expect(await verdicts(ismsId)).toEqual({ chosen: fine, planned: fine, approved: open, inTime: fine });
    await act.approve(proposed);
    expect(await verdicts(ismsId)).toEqual({ chosen: fine, planned: fine, approved: fine, inTime: fine });
    await register.test.setClock(new Date('2026-07-10T00:00:01Z'));
    await register.settle();
    expect((await verdicts(ismsId)).inTime).toEqual(['GAP', 1, 'RT-0001']);
    const done = await act.finish(await act.read(draft.id));
    expect((await verdicts(ismsId)).inTime).toEqual(fine);
    await act.link(risk.id, implementationId);
    await act.complete(done, { result: 'Trained' });
    // It is above the criteria as before: what is left is not what was accepted, and nothing more is planned.
    expect(await verdicts(ismsId)).toEqual({ chosen: fine, planned: open, approved: open, inTime: fine });
    await register.emit('annex.controls.strength.changed.v1', {
      rows: [
        {
          id: implementationId,
          ismsId,
          version: 2,
          reference: 'I-0001',
          title: 'Secure coding',
          verified: 1,
          claimed: 1,
          verification: 'VERIFIED',
          computedAt: '2026-07-11T00:00:00.000Z',
        },
      ],
    });
    await register.settle();
    expect(await verdicts(ismsId)).toEqual({ chosen: fine, planned: fine, approved: fine, inTime: fine });
  });

  it('ask for a judgement of tolerable risks that nobody chose to retain, and take an acceptance for that', async () => {
    const ismsId = await register.addIsms();
    const risk = await register.createRisk({ ismsId, ownerId: owner, inherentLikelihood: 3, inherentConsequence: 3 });
    expect(risk.current.rule).toBe('TOLERABLE');
    expect((await verdicts(ismsId)).chosen).toEqual(['JUDGEMENT_NEEDED', 0, 'R-0001']);
    await register.ask(
      'mutation ($input: AcceptRiskInput!) { acceptRisk(input: $input) { risk { id } } }',
      { input: { riskId: risk.id, expectedVersion: risk.version } },
      { personId: owner },
    );
    expect(await verdicts(ismsId)).toMatchObject({ chosen: fine, planned: fine, approved: fine });
  });

  it('do not count a treatment that was abandoned or waits for the second approval', async () => {
    const ismsId = await register.addIsms();
    const { treatment } = await act.drafted({ option: 'RETAIN', promises: [], actions: [] }, { ismsId });
    const half = await act.approve(await act.propose(treatment));
    expect((await verdicts(ismsId)).approved?.[0]).toBe('GAP');
    const full = await act.approve(half, { note: 'For a year' }, authority);
    expect((await verdicts(ismsId)).approved).toEqual(fine);
    await act.abandon(full, { note: 'Modified after all' });
    expect((await verdicts(ismsId)).approved?.[0]).toBe('GAP');
  });
});
