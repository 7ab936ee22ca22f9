import { newId } from '@annex/service';
import { readTable, writeXlsx } from '@annex/spreadsheet';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());

const owner = '0190aaaa-0000-7000-8000-000000000001';
interface Answer {
  readonly code: string;
  readonly faults: readonly { readonly field: string }[];
  readonly dryRun: boolean;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly ignored: readonly string[];
  readonly rows: readonly { readonly changes: readonly object[] }[];
}

const bytes = async (ismsId: string, format = 'csv', caller = {}) =>
  (await register.send('GET', `/risks/export?ismsId=${ismsId}&format=${format}`, { caller })).bytes;
const exported = async (ismsId: string, format: 'csv' | 'xlsx' = 'csv', caller = {}) =>
  (await readTable(await bytes(ismsId, format, caller), format, { formulaGuard: true })).rows.map(({ cells }) => cells);
const imported = async (ismsId: string, body: string | Buffer, more: { dryRun?: boolean; format?: string } = {}) => {
  const { dryRun = false, format = 'csv' } = more;
  const url = `/risks/import?ismsId=${ismsId}&format=${format}&dryRun=${dryRun}`;
  const answer = await register.send('POST', url, { body });
  return { status: answer.status, ...answer.json<Answer>() };
};
const header = 'external key,title,affects,inherent likelihood,inherent consequence';
const lines = (...rows: string[]) => [header, ...rows].join('\n');
const counts = ({ created, changed, unchanged }: Answer) => [created, changed, unchanged];

describe('the register as a file', () => {
  it('has a row a risk, with the names of the criteria and the references of what lowers it', async () => {
    const ismsId = await register.addIsms();
    const implementation = await register.addImplementation(1, { ismsId });
    const links = [{ implementationId: implementation, likelihoodEffect: 0.9, consequenceEffect: 0 }];
    await register.createRisk({ ismsId, links, ownerId: owner, affects: ['INTEGRITY', 'AVAILABILITY'] });
    await register.createRisk({ ismsId, title: 'Fire' });
    for (const format of ['csv', 'xlsx'] as const) {
      const [first, second, ...none] = await exported(ismsId, format);
      expect(none).toEqual([]);
      expect(second).toMatchObject({ reference: 'R-0002', title: 'Fire', 'current likelihood': 'Likely' });
      expect(first).toEqual({
        reference: 'R-0001',
        'external key': '',
        title: 'Injection through the order form',
        description: '',
        'owner id': owner,
        affects: 'INTEGRITY; AVAILABILITY',
        status: 'OPEN',
        'treatment option': '',
        'inherent likelihood': 'Likely',
        'inherent consequence': 'Major',
        'current likelihood': 'Possible',
        'current consequence': 'Major',
        'current level': 'High',
        standing: 'ABOVE_CRITERIA',
        reassessment: 'NONE',
        implementations: `I-${implementation.slice(-4)}`,
      });
    }
  });

  it('guards what a spreadsheet would run, and is the same bytes for the same state, also as of a past moment', async () => {
    const ismsId = await register.addIsms();
    await register.createRisk({ ismsId, title: '=HYPERLINK("http://elsewhere")' });
    const before = await bytes(ismsId);
    expect(before.toString()).toContain(`"'=HYPERLINK(""http://elsewhere"")"`);
    const workbook = await bytes(ismsId, 'xlsx');
    const then = new Date();
    await register.createRisk({ ismsId });
    expect(await exported(ismsId)).toHaveLength(2);
    expect(await bytes(ismsId, 'csv', { asOf: then })).toEqual(before);
    expect(await bytes(ismsId, 'xlsx', { asOf: then })).toEqual(workbook);
  });

  it('comes back unchanged, whatever texts are in it', async () => {
    const ismsId = await register.addIsms();
    const texts = ['=1+1', "'=1+1", '-x', '@me', 'a "quoted", text; with\r\nlines\n', '  spaces  ', '\ttab', 'grün 🜁'];
    for (const description of texts)
      await register.createRisk({ ismsId, title: `About ${description.trim()}`, description });
    for (const format of ['csv', 'xlsx'] as const) {
      const answer = await imported(ismsId, await bytes(ismsId, format), { format });
      expect([format, ...counts(answer), answer.rows]).toEqual([format, 0, 0, texts.length, []]);
      expect(answer.ignored).toContain('current level');
    }
    expect((await exported(ismsId)).map((row) => row.description)).toEqual(texts);
  });

  it('refuses a format that is not there and another tenant’s ISMS', async () => {
    const pdf = await register.send('GET', '/risks/export?format=pdf');
    expect([pdf.status, pdf.json<Answer>().code]).toEqual([415, 'UNSUPPORTED_FORMAT']);
    const theirs = await register.send('GET', `/risks/export?format=csv&ismsId=${register.otherIsmsId}`);
    expect(theirs.json<Answer>().code).toBe('NOT_FOUND');
    const blind = await register.send('GET', '/risks/export?format=csv', {
      caller: { permissions: ['controls:read'] },
    });
    expect(blind.json<Answer>().code).toBe('FORBIDDEN');
  });
});

describe('an import', () => {
  it('identifies what is not there with its level, tells of it in batches, and does nothing the second time', async () => {
    const ismsId = await register.addIsms();
    const rows = Array.from({ length: 1100 }, (_, index) => `K-${index},Risk ${index},C/I,Likely,4`);
    const first = await imported(ismsId, lines(...rows));
    expect([first.status, ...counts(first)]).toEqual([200, 1100, 0, 0]);
    expect(first.rows[1099]).toMatchObject({
      place: 'row 1101',
      outcome: 'CREATED',
      reference: 'R-1100',
      externalKey: 'K-1099',
    });
    const [risk] = await exported(ismsId);
    expect(risk).toMatchObject({ affects: 'CONFIDENTIALITY; INTEGRITY', 'current level': 'High' });
    const mine = async (type: 'annex.risk.risk.changed.v1' | 'annex.risk.need.changed.v1') =>
      (await register.recorded(type))
        .filter(({ rows: [row] }) => row?.ismsId === ismsId)
        .map((event) => event.rows.length);
    expect((await mine('annex.risk.risk.changed.v1')).reduce((sum, one) => sum + one)).toBe(1100);
    expect((await mine('annex.risk.need.changed.v1')).length).toBeLessThan(10);
    const again = await imported(ismsId, lines(...rows));
    expect(counts(again)).toEqual([0, 0, 1100]);
    // The next one that a person identifies follows.
    expect((await register.createRisk({ ismsId })).reference).toBe('R-1101');
  });

  it('changes what differs alone, found by external key or reference, with the level that follows', async () => {
    const ismsId = await register.addIsms();
    const implementation = await register.addImplementation(1, { ismsId });
    const links = [{ implementationId: implementation, likelihoodEffect: 0.9, consequenceEffect: 0 }];
    const { reference, id } = await register.createRisk({ ismsId, links, ownerId: owner });
    const moment = new Date();
    const change = `reference,external key,inherent likelihood\n${reference},GRC 7,Frequent`;
    const dry = await imported(ismsId, change, { dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, created: 0, changed: 1, unchanged: 0 });
    expect(dry.rows[0]?.changes).toEqual([
      { column: 'external key', from: '', to: 'GRC 7' },
      { column: 'inherent likelihood', from: 'Likely', to: 'Frequent' },
    ]);
    expect((await register.readRisk(id)).version).toBe(1);
    await imported(ismsId, change);
    expect(await register.readRisk(id)).toMatchObject({ version: 2, current: { frequency: 0.4, likelihood: 3 } });
    const [byKey] = (await imported(ismsId, 'external key,owner id,title\nGRC 7,,Fire')).rows;
    expect(byKey).toMatchObject({ id, outcome: 'CHANGED', title: 'Fire' });
    expect(await exported(ismsId)).toMatchObject([
      { title: 'Fire', 'owner id': '', 'inherent likelihood': 'Frequent' },
    ]);
    expect(await exported(ismsId, 'csv', { asOf: moment })).toMatchObject([{ 'external key': '', 'owner id': owner }]);
    const seen = await register.ask<{ risk: { externalKey: string } }>(`{ risk(id: "${id}") { externalKey } }`);
    expect(seen.risk.externalKey).toBe('GRC 7');
  });

  it('keeps nothing of a dry run and says what it would make without promising references', async () => {
    const ismsId = await register.addIsms();
    const answer = await imported(ismsId, lines('K,Flood,A,Rare,Severe'), { dryRun: true });
    expect(answer).toMatchObject({
      dryRun: true,
      created: 1,
      rows: [{ outcome: 'CREATED', id: null, reference: null, title: 'Flood' }],
    });
    expect(await exported(ismsId)).toEqual([]);
  });

  it('names every row at fault with column, value and what is allowed, and keeps none', async () => {
    const ismsId = await register.addIsms();
    const { reference } = await register.createRisk({ ismsId });
    await imported(ismsId, lines('taken,Flood,A,Rare,Severe'));
    const body = [
      `reference,${header},owner id,treatment option`,
      ',good,Fire,C,Rare,Minor,,',
      ',a,,C,Rare,Minor,,',
      ',b,Fire,C;C,Rare,Minor,,',
      ',c,Fire,X,Often,9,,',
      ',,Fire,C,Rare,Minor,,',
      ',good,Fire again,C,Rare,Minor,,',
      'R-9999,,Fire,C,Rare,Minor,,',
      `${reference},taken,Fire,C,Rare,Minor,,`,
      ',d,Fire,C,Rare,Minor,somebody,PRAY',
    ].join('\n');
    const answer = await imported(ismsId, body);
    expect([answer.status, answer.code]).toEqual([422, 'INVALID_TABLE']);
    expect(answer.faults.map((fault) => fault.field).sort()).toEqual([
      'row 10, owner id',
      'row 10, treatment option',
      'row 3, title',
      'row 4, affects',
      'row 5, affects',
      'row 5, inherent consequence',
      'row 5, inherent likelihood',
      'row 6, external key',
      'row 7, external key',
      'row 8, reference',
      'row 9, external key',
    ]);
    expect(answer.faults.find((fault) => fault.field === 'row 5, inherent likelihood')).toEqual({
      field: 'row 5, inherent likelihood',
      given: 'Often',
      allowed: 'a level from 1 (Rare) to 5 (Frequent)',
    });
    expect(await exported(ismsId)).toHaveLength(2);
  });

  it.each([
    ['an unknown column', 'external key,colour\na,red', 'row 1, colour'],
    ['nothing to find a risk by', 'title\nFire', 'row 1'],
    ['a column twice', 'external key,title,Title\na,b,c', 'row 1, Title'],
    ['no risk', 'external key,title', 'the file'],
    ['a new risk without its columns', 'external key,title\na,Fire', 'row 2, external key'],
    ['more than ten thousand rows', `external key\n${'a\n'.repeat(10_001)}`, 'line 10002'],
  ])('refuses a table with %s', async (_, body, field) => {
    const answer = await imported(register.ismsId, body);
    expect([answer.code, answer.faults?.[0]?.field]).toEqual(['INVALID_TABLE', field]);
  });

  it('reads a workbook, and numbers of levels in it', async () => {
    const ismsId = await register.addIsms();
    const columns = ['External Key', 'Title', 'Affects', 'Inherent_Likelihood', 'inherent consequence'];
    const workbook = await writeXlsx([{ name: 'R', columns, rows: [[7, 'Fire', 'availability', 5, 'severe']] }]);
    await imported(ismsId, Buffer.from(workbook), { format: 'xlsx' });
    expect(await exported(ismsId)).toMatchObject([
      { 'external key': '7', 'inherent likelihood': 'Frequent', 'current level': 'Critical' },
    ]);
  });

  it('answers a repeat with the same key as it answered first, and refuses the key for another file', async () => {
    const ismsId = await register.addIsms();
    const send = async (body: string) => {
      const url = `/risks/import?format=csv&ismsId=${ismsId}`;
      return (await register.send('POST', url, { body, caller: { idempotencyKey: 'once' } })).json<Answer>();
    };
    const body = lines('a,Fire,A,Rare,Minor');
    const first = await send(body);
    expect([first.created, await send(body)]).toEqual([1, first]);
    expect((await send(lines('b,Flood,A,Rare,Minor'))).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('makes each risk once when two come at the same moment', async () => {
    const ismsId = await register.addIsms();
    const body = lines('a,Fire,A,Rare,Minor', 'b,Flood,A,Rare,Minor');
    const answers = await Promise.all([imported(ismsId, body), imported(ismsId, body)]);
    expect(answers.map(({ created }) => created).sort()).toEqual([0, 2]);
    expect(await exported(ismsId)).toHaveLength(2);
  });

  it('is refused for another tenant’s ISMS, a retired one, a past moment, and those who may not write', async () => {
    const body = lines('a,Fire,A,Rare,Minor');
    expect((await imported(register.otherIsmsId, body)).code).toBe('NOT_FOUND');
    const ismsId = await register.addIsms();
    const retired = { id: ismsId, version: 2, name: 'Annex Ltd', status: 'RETIRED' as const };
    await register.emit('annex.controls.isms.changed.v1', { rows: [retired] });
    await register.settle();
    expect((await imported(ismsId, body)).code).toBe('STATE_CONFLICT');
    const send = async (caller: object) =>
      (
        await register.send('POST', `/risks/import?format=csv&ismsId=${register.ismsId}`, { caller, body })
      ).json<Answer>().code;
    expect(await send({ asOf: new Date() })).toBe('AS_OF_NOT_WRITABLE');
    expect(await send({ permissions: ['risk:read'] })).toBe('FORBIDDEN');
    expect(await send({ permissions: ['risk:write'] })).toBe('FORBIDDEN');
    expect((await imported(newId(), body)).code).toBe('NOT_FOUND');
  });
});
