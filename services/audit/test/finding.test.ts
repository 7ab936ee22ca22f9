import { newId } from '@annex/service';
import { type Auditing, risk } from './auditing.ts';
import { startFindings } from './findings.ts';

let auditing: Auditing;
let ismsId: string;
let at: Findings['at'];
let tell: Findings['tell'];
let about: Findings['about'];
let only: Findings['only'];
let decide: Findings['decide'];

type Findings = Awaited<ReturnType<typeof startFindings>>;

beforeAll(async () => {
  ({ auditing, ismsId, at, tell, about, only, decide } = await startFindings());
});
afterAll(() => auditing.close());

describe('a risk that rises above criteria', () => {
  it('makes the system propose a finding that names the level, with a reference of the year', async () => {
    await at('2026-11-24T09:00:00Z');
    const row = risk(ismsId, 'High');
    await tell(row);
    const finding = await only(row.id);
    expect(finding).toMatchObject({
      version: 1,
      reference: expect.stringMatching(/^F-2026-\d{3}$/),
      title: 'Risk R-0042 is above the risk acceptance criteria',
      status: 'PROPOSED',
      condition: 'PRESENT',
      origin: 'SYSTEM',
      clause: '8.3',
      risk: { id: row.id },
      subject: { kind: 'Risk', id: row.id, reference: 'R-0042' },
      recurrenceOf: null,
    });
    expect(finding.reason).toContain('is High (likelihood 4, consequence 4)');
    const told = (await auditing.recorded('annex.audit.finding.changed.v1')).flatMap((data) => data.rows);
    expect(told.filter((one) => one.id === finding.id)).toEqual([
      expect.objectContaining({
        ismsId,
        version: 1,
        status: 'PROPOSED',
        origin: 'SYSTEM',
        changedAt: '2026-11-24T09:00:00.000Z',
      }),
    ]);
  });

  it('that was within criteria, closed or deleted makes none', async () => {
    const rows = [
      risk(ismsId, 'Medium'),
      risk(ismsId, 'High', { status: 'CLOSED' }),
      { ...risk(ismsId, 'High'), deleted: true as const },
    ];
    await tell(...rows);
    for (const row of rows) expect(await about(row.id)).toEqual([]);
  });

  it('is said anew while it waits and the level moves on, and not again where nothing changed', async () => {
    const row = risk(ismsId, 'High');
    await tell(row);
    await tell({ ...row, version: 2, ownerId: newId() });
    expect(await only(row.id)).toMatchObject({ version: 1 });
    await tell(risk(ismsId, 'Critical', { id: row.id, version: 3 }));
    expect(await only(row.id)).toMatchObject({
      version: 2,
      status: 'PROPOSED',
      reason: expect.stringContaining('is Critical'),
    });
  });
});

describe('a risk that recovers', () => {
  it.each([
    ['falls within criteria', (id: string) => risk(ismsId, 'Medium', { id, version: 2 })],
    ['is closed', (id: string) => risk(ismsId, 'High', { id, version: 2, status: 'CLOSED' })],
    ['is deleted', (id: string) => ({ ...risk(ismsId, 'High', { id, version: 2 }), deleted: true as const })],
  ])('has its proposed finding withdrawn when it %s, with its history', async (_, recovered) => {
    await at('2026-11-24T10:00:00Z');
    const row = risk(ismsId, 'High');
    await tell(row);
    await at('2026-11-24T11:00:00Z');
    await tell(recovered(row.id));
    const finding = await only(row.id);
    expect(finding).toMatchObject({ status: 'WITHDRAWN', condition: 'CLEARED', version: 2 });
    expect(finding.history).toEqual([
      expect.objectContaining({ version: 2, status: 'WITHDRAWN', by: 'system:audit', at: '2026-11-24T11:00:00.000Z' }),
      expect.objectContaining({ version: 1, status: 'PROPOSED', by: 'system:audit', at: '2026-11-24T10:00:00.000Z' }),
    ]);
    // The past still answers as it was, history included.
    expect(await only(row.id, '2026-11-24T10:30:00Z')).toMatchObject({ status: 'PROPOSED', history: [{ version: 1 }] });
    expect(await about(row.id, '2026-11-24T09:59:00Z')).toEqual([]);
  });

  it('makes a new finding when it returns, linked as a recurrence', async () => {
    const row = risk(ismsId, 'High');
    await tell(row);
    await tell(risk(ismsId, 'Medium', { id: row.id, version: 2 }));
    await tell(risk(ismsId, 'High', { id: row.id, version: 3 }));
    const [latest, first] = await about(row.id);
    expect(first).toMatchObject({ status: 'WITHDRAWN' });
    expect(latest).toMatchObject({ status: 'PROPOSED', recurrenceOf: { id: first?.id } });
    expect(latest?.reference).not.toBe(first?.reference);
  });

  it('does not touch the status of a confirmed finding; the recovery is noted, and a return is a recurrence', async () => {
    const row = risk(ismsId, 'High');
    await tell(row);
    const proposed = await only(row.id);
    expect(await decide('confirm', proposed.id, { expectedVersion: 1, reason: 'Seen in the test.' })).toMatchObject({
      data: { confirmFinding: { finding: { status: 'CONFIRMED', version: 2 } } },
    });
    await tell(risk(ismsId, 'Medium', { id: row.id, version: 2 }));
    expect(await only(row.id)).toMatchObject({
      status: 'CONFIRMED',
      condition: 'CLEARED',
      version: 3,
      decisionReason: 'Seen in the test.',
      decidedBy: { id: '0190aaaa-0000-7000-8000-000000000001' },
    });
    await tell(risk(ismsId, 'High', { id: row.id, version: 3 }));
    expect((await about(row.id))[0]).toMatchObject({ status: 'PROPOSED', recurrenceOf: { id: proposed.id } });
  });

  it('is needed before a declined finding is proposed again', async () => {
    const row = risk(ismsId, 'High');
    await tell(row);
    const { id } = await only(row.id);
    await decide('decline', id, { reason: 'Accepted by the board until May.' });
    await tell(risk(ismsId, 'Critical', { id: row.id, version: 2 }));
    expect(await only(row.id)).toMatchObject({ status: 'DECLINED', condition: 'PRESENT' });
    await tell(risk(ismsId, 'Medium', { id: row.id, version: 3 }));
    await tell(risk(ismsId, 'High', { id: row.id, version: 4 }));
    expect((await about(row.id)).map((finding) => [finding.status, finding.recurrenceOf?.id])).toEqual([
      ['PROPOSED', id],
      ['DECLINED', undefined],
    ]);
  });
});

describe('events out of order and side by side', () => {
  it('an older state of a risk that comes late changes nothing', async () => {
    const row = risk(ismsId, 'High');
    await tell(risk(ismsId, 'Medium', { id: row.id, version: 2 }));
    await tell(row);
    expect(await about(row.id)).toEqual([]);
    await tell({ ...risk(ismsId, 'Medium', { id: row.id, version: 4 }), deleted: true as const });
    await tell(risk(ismsId, 'High', { id: row.id, version: 3 }));
    expect(await about(row.id)).toEqual([]);
  });

  it('twenty events of one risk at once make one finding, and it says what the newest says', async () => {
    for (let round = 0; round < 5; round++) {
      const id = newId();
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          auditing.emit('annex.risk.risk.changed.v1', {
            rows: [risk(ismsId, index % 2 === 0 ? 'High' : 'Critical', { id, version: index + 1 })],
          }),
        ),
      );
      await auditing.settle();
      expect(await only(id)).toMatchObject({ status: 'PROPOSED', reason: expect.stringContaining('is Critical') });
    }
  });

  it('the database refuses a second finding of a present condition whatever the code does', async () => {
    const row = risk(ismsId, 'High');
    await tell(row);
    await expect(
      auditing.test.admin(async (client) => {
        await client.query('begin');
        await client.query(
          'create temp table twin on commit drop as select * from audit.finding where subject_id = $1',
          [row.id],
        );
        await client.query(`update twin set id = gen_random_uuid(), reference = 'F-0000-000'`);
        await client.query('insert into audit.finding select * from twin');
      }),
    ).rejects.toThrow(/finding_present/);
  });
});
