import { allPermissions, type Permission, roles } from '@annex/schema';
import { log, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const without = (permission: Permission) => ({ permissions: allPermissions.filter((one) => one !== permission) });
const path = '/imports?format=sarif&source=access';
const uuid = '0190aaaa-0000-7000-8000-000000000000';

const reads = [
  'evidence(id: $id) { id }',
  'evidences { totalCount }',
  'import(id: $id) { id }',
  'imports { totalCount }',
  'checkSeries { totalCount }',
  'measure(id: $id) { id }',
  'measures { totalCount }',
];
const writes: [string, string, object][] = [
  ['createMeasure', 'CreateMeasureInput', { title: 't', unit: 'u', target: 0, worst: 1, frequency: 'P1D' }],
  ['updateMeasure', 'UpdateMeasureInput', { id: uuid }],
  ['recordMeasurement', 'RecordMeasurementInput', { measureId: uuid, value: 1 }],
  ['updateEvidence', 'UpdateEvidenceInput', { id: uuid }],
];
const answered: Record<string, string> = { updateEvidence: 'evidence' };

describe('who lacks evidence:read', () => {
  it.each(reads)('does not read %s', async (field) => {
    const text = field.includes('$id') ? `query($id: UUID!) { ${field} }` : `query { ${field} }`;
    const { errors } = await world.call(text, { id: uuid }, without('evidence:read'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', details: { missing: ['evidence:read'] } });
    expect((await world.call(text, { id: uuid })).errors).toBeUndefined();
  });

  it.each([`/imports/${uuid}`, `/evidence/${uuid}/content`])('does not read GET %s', async (at) => {
    const answer = await world.http('GET', at, undefined, without('evidence:read'));
    expect(answer.body).toMatchObject({ status: 403, code: 'FORBIDDEN', details: { missing: ['evidence:read'] } });
    expect((await world.http('GET', at)).status).toBe(404);
  });
});

describe('who lacks evidence:write', () => {
  it.each(writes)('does not %s', async (name, input, given) => {
    const text = `mutation($input: ${input}!) { ${name}(input: $input) { ${answered[name] ?? 'measure'} { id } } }`;
    const { errors } = await world.call(text, { input: given }, without('evidence:write'));
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', details: { missing: ['evidence:write'] } });
  });

  it('neither imports nor uploads', async () => {
    for (const answer of [
      await world.http('POST', path, log(1), without('evidence:write')),
      await world.upload({ title: 'x' }, 'f', without('evidence:write')),
    ]) {
      expect(answer.body).toMatchObject({ status: 403, code: 'FORBIDDEN', details: { missing: ['evidence:write'] } });
    }
    expect(await world.files()).toEqual([]);
  });
});

describe('roles', () => {
  it.each([
    ['ADMINISTRATOR', 201],
    ['ISMS_MANAGER', 201],
    ['OWNER', 201],
    ['INTEGRATION', 201],
    ['AUDITOR', 403],
  ] as const)('%s importing is answered %d', async (role, status) => {
    const answer = await world.http('POST', path, log(1), { permissions: roles[role].permissions });
    expect(answer.status).toBe(status);
  });
});

it('who brings no token is not answered', async () => {
  for (const [method, at] of [
    ['POST', path],
    ['POST', '/evidence'],
    ['GET', `/imports/${uuid}`],
    ['GET', `/evidence/${uuid}/content`],
  ] as const) {
    expect((await fetch(`${world.url}${at}`, { method })).status).toBe(401);
  }
});
