import { type Register, startRegister } from './register.ts';
import { authority, code, owner, planFor, treating } from './treatment.ts';

let register: Register;
let act: ReturnType<typeof treating>;
beforeAll(async () => {
  register = await startRegister();
  act = treating(register);
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

describe('an approval', () => {
  const person = (personId: string) => ({ personId });

  it('is given by the owner in person: not by an author, a machine, another, or of what was not seen', async () => {
    const { treatment } = await act.drafted();
    expect(code(await act.tryApprove(treatment, person(owner)))).toBe('STATE_CONFLICT');
    const proposed = await act.propose(treatment);
    expect(code(await act.tryApprove(proposed, person(register.person)))).toBe('FORBIDDEN');
    expect(code(await act.tryApprove(proposed, person(authority)))).toBe('FORBIDDEN');
    expect(code(await act.tryApprove(proposed, person('')))).toBe('FORBIDDEN');
    expect(code(await act.tryApprove(proposed, person(owner), { riskVersion: 9 }))).toBe('VERSION_CONFLICT');
    expect(code(await act.tryApprove(proposed, person(owner), { expectedVersion: 1 }))).toBe('VERSION_CONFLICT');
    expect(code(await act.tryApprove(proposed, person(owner)))).toBeUndefined();
  });

  it('is not the owner’s where the owner wrote a part of the plan', async () => {
    const { treatment } = await act.drafted();
    const mine = await act.update(treatment, { reason: 'As I say' }, person(owner));
    const refused = await act.tryApprove(await act.propose(mine), person(owner));
    expect([code(refused), refused.errors?.[0]?.message]).toEqual([
      'FORBIDDEN',
      expect.stringContaining('wrote a part'),
    ]);
  });

  it('above the criteria needs a higher authority beside the owner, who says why, in either order', async () => {
    for (const order of [
      [owner, authority],
      [authority, owner],
    ]) {
      const { treatment } = await act.drafted({ option: 'RETAIN', promises: [], actions: [] });
      let now = await act.propose(treatment);
      expect(now.awaits).toEqual(['OWNER', 'AUTHORITY']);
      expect(now.expected).toMatchObject({ level: 'High', rule: 'ABOVE_CRITERIA' });
      const silent = await act.tryApprove(now, person(authority));
      expect(JSON.stringify(silent.errors)).toContain('input.note');
      const [first = '', second = ''] = order;
      now = await act.approve(now, { note: 'No better way is known' }, first);
      expect(now).toMatchObject({ status: 'PROPOSED', awaits: [first === owner ? 'AUTHORITY' : 'OWNER'] });
      expect(code(await act.tryApprove(now, person(first), { note: 'Again' }))).toBe('STATE_CONFLICT');
      now = await act.approve(now, { note: 'Nor do I know one' }, second);
      expect(now).toMatchObject({ status: 'APPROVED', risk: { treatmentOption: 'RETAIN' } });
    }
  });

  it('of an earlier proposal does not count, nor that of who no longer owns the risk', async () => {
    const { treatment, risk } = await act.drafted({ option: 'RETAIN', promises: [], actions: [] });
    const half = await act.approve(await act.propose(treatment));
    const again = await act.propose(await act.update(half, { reason: 'Said better' }));
    expect(again).toMatchObject({ awaits: ['OWNER', 'AUTHORITY'], approvals: [{ round: 1 }] });
    const owned = await act.approve(again);
    await register.ask('mutation ($input: UpdateRiskInput!) { updateRisk(input: $input) { risk { id } } }', {
      input: { id: risk.id, expectedVersion: owned.risk.version, ownerId: authority },
    });
    expect((await act.read(owned.id)).awaits).toEqual(['OWNER', 'AUTHORITY']);
  });

  it('and a change of the plan at the same moment do not both happen', async () => {
    for (let run = 0; run < 5; run++) {
      const proposed = await act.propose((await act.drafted()).treatment);
      const change = { id: proposed.id, expectedVersion: proposed.version, reason: 'Other than was read' };
      const answers = await Promise.all([
        act.tryApprove(proposed, person(owner)),
        act.call('updateRiskTreatment', change),
      ]);
      expect(answers.map(code).filter((one) => one !== undefined)).toEqual(['VERSION_CONFLICT']);
    }
  });

  it('can be refused with the reason, by a person who wrote no part of it', async () => {
    const { treatment } = await act.drafted();
    const proposed = await act.propose(treatment);
    const input = { id: proposed.id, expectedVersion: proposed.version, note: 'Too slow' };
    expect(code(await act.call('rejectRiskTreatment', input))).toBe('FORBIDDEN');
    expect(code(await act.call('rejectRiskTreatment', { ...input, note: ' ' }, person(owner)))).toBe('BAD_INPUT');
    const rejected = await act.reject(proposed, { note: 'Too slow' }, person(owner));
    expect(rejected.status).toBe('REJECTED');
    expect((await act.update(rejected, { reason: 'Faster' })).status).toBe('DRAFT');
  });

  it('lasts until the plan is taken up again, which keeps what is done', async () => {
    const { treatment } = await act.approved();
    const fixed = await act.call('updateRiskTreatment', {
      id: treatment.id,
      expectedVersion: treatment.version,
      reason: 'x',
    });
    expect(code(fixed)).toBe('STATE_CONFLICT');
    const revised = await act.revise(await act.finish(treatment), { note: 'One more thing to do' });
    const more = [{ title: 'Review the code', ownerId: owner, dueAt: '2031-01-01T00:00:00Z' }];
    const changed = await act.update(revised, { actions: more });
    expect(changed.actions.map(({ title, status }) => [title, status])).toEqual([
      ['Train developers', 'DONE'],
      ['Review the code', 'PLANNED'],
    ]);
    const ending = { actionId: changed.actions[1]?.id, expectedVersion: changed.version };
    expect(code(await act.call('completeTreatmentAction', ending))).toBe('STATE_CONFLICT');
    expect((await act.approve(await act.propose(changed))).approvals.map(({ round }) => round)).toEqual([1, 2]);
  });

  it('can be neither changed nor deleted by the service', async () => {
    const change = (text: string) => register.handle(register.test.scope(), async (tx) => void (await tx.query(text)));
    await expect(change(`update treatment_approval set note = 'forged'`)).rejects.toThrow(/permission denied/);
    await expect(change('delete from treatment_approval')).rejects.toThrow(/permission denied/);
  });
});

describe('an action', () => {
  it('that becomes overdue announces itself, and no more once it has ended', async () => {
    await register.test.setClock(new Date('2026-06-01T00:00:00Z'));
    const { treatment } = await act.drafted();
    const [action] = planFor('', '').actions;
    const actions = [
      { ...action, dueAt: '2026-06-10T00:00:00Z' },
      { ...action, title: 'Second', dueAt: '2026-06-20T00:00:00Z' },
    ];
    const plan = await act.approve(await act.propose(await act.update(treatment, { actions })));
    expect(plan.overdue).toBe(0);
    await register.test.setClock(new Date('2026-06-10T00:00:01Z'));
    await register.settle();
    const late = await act.read(plan.id);
    expect(late).toMatchObject({
      version: plan.version + 1,
      overdue: 1,
      actions: [{ overdue: true }, { overdue: false }],
    });
    expect((await act.told(plan.id)).at(-1)).toMatchObject({ overdue: 1 });
    await register.test.setClock(new Date('2026-06-20T00:00:01Z'));
    await register.settle();
    const later = await act.read(plan.id);
    expect(later.overdue).toBe(2);
    const done = await act.finish(later);
    const [, second] = done.actions;
    const cancel = { actionId: second?.id, expectedVersion: done.version };
    expect(code(await act.call('cancelTreatmentAction', { ...cancel, note: '' }))).toBe('BAD_INPUT');
    const none = await act.does('cancelTreatmentAction', { ...cancel, note: 'Not needed after all' });
    expect(none).toMatchObject({ overdue: 0, costs: [{ minorUnits: 500_000 }] });
    expect(code(await act.call('cancelTreatmentAction', { ...cancel, expectedVersion: none.version, note: 'x' }))).toBe(
      'STATE_CONFLICT',
    );
  });
});
