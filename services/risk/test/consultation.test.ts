import type { TestCaller } from '@annex/service/testing';
import { errorOf } from './assets.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

const fields = 'id reference subject outcome people { id } risks { reference } corrects { id } correctedBy { id }';
const call = (input: object, caller: TestCaller = {}) =>
  register.call(
    `mutation ($input: RecordRiskConsultationInput!) { recordRiskConsultation(input: $input) { riskConsultation { ${fields} } } }`,
    { input: { ...said, ismsId: register.ismsId, ...input } },
    caller,
  );
const said = {
  direction: 'CONSULTED',
  step: 'ANALYSIS',
  audience: 'Head of sales',
  subject: 'How often orders are forged',
  heldAt: '2026-02-01T00:00:00Z',
  channel: 'Workshop',
};
async function recorded(input: object) {
  const { data, errors } = await call(input);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { recordRiskConsultation: { riskConsultation: { id: string; reference: string } } })
    .recordRiskConsultation.riskConsultation;
}

it('is shown at the risks that it was about, and corrected by a record that names it, once', async () => {
  const risk = await register.createRisk();
  const first = await recorded({ riskIds: [risk.id], personIds: [register.person], outcome: 'Twice a year' });
  expect(first).toMatchObject({ people: [{ id: register.person }], risks: [{ reference: risk.reference }] });
  const second = await recorded({ riskIds: [risk.id], correctsId: first.id, outcome: 'Thrice a year' });
  const query = `query ($id: UUID!) { risk(id: $id) { consultations { totalCount nodes { id outcome corrects { id } correctedBy { id } } } } }`;
  expect(await register.ask(query, { id: risk.id })).toEqual({
    risk: {
      consultations: {
        totalCount: 2,
        nodes: [
          { id: second.id, outcome: 'Thrice a year', corrects: { id: first.id }, correctedBy: null },
          { id: first.id, outcome: 'Twice a year', corrects: null, correctedBy: { id: second.id } },
        ],
      },
    },
  });
  expect(errorOf(await call({ correctsId: first.id })).code).toBe('STATE_CONFLICT');
  const past = { asOf: new Date('2026-01-02T00:00:00Z') };
  const list = `{ riskConsultations(ismsId: "${register.ismsId}") { nodes { id } } }`;
  expect(await register.ask(list, {}, past)).toEqual({ riskConsultations: { nodes: [] } });
  const told = (await register.recorded('annex.risk.consultation.added.v1')).flatMap((data) => data.rows);
  expect(told).toMatchObject([{ correctsId: null, riskIds: [risk.id] }, { correctsId: first.id }]);
});

it('never changes, and refuses what nobody heard, what is to come, and what another tenant has', async () => {
  expect(errorOf(await call({ audience: '' })).code).toBe('BAD_INPUT');
  expect(errorOf(await call({ heldAt: '2099-01-01T00:00:00Z' })).code).toBe('BAD_INPUT');
  const other = { tenant: register.test.tenants[1] };
  const theirs = await register.createRisk({ ismsId: register.otherIsmsId }, other);
  expect(errorOf(await call({ riskIds: [theirs.id] }))).toMatchObject({
    code: 'BAD_INPUT',
    text: expect.stringContaining('input.riskIds.0'),
  });
  const mine = await recorded({});
  expect(errorOf(await call({ ismsId: register.otherIsmsId, correctsId: mine.id }, other)).code).toBe('BAD_INPUT');
  expect(errorOf(await register.call(`{ riskConsultation(id: "${mine.id}") { id } }`, {}, other)).code).toBe(
    'NOT_FOUND',
  );
  const forge = register.handle(
    register.test.scope(),
    async (tx) => void (await tx.query(`update consultation set said = 'forged'`)),
  );
  await expect(forge).rejects.toThrow(/permission denied/);
});
