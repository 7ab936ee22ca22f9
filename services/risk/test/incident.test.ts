import { newId } from '@annex/service';
import { createAsset, errorOf } from './assets.ts';
import {
  assessCall,
  declare,
  type IncidentView,
  incidentCall,
  incidentStep,
  readIncident,
  reportCall,
  reportEvent,
} from './incidents.ts';
import { type Register, startRegister } from './register.ts';

let register: Register;
beforeAll(async () => {
  register = await startRegister();
});
afterAll(() => register.close());
afterEach(() => register.test.setClock(null));

const triage = () => ({ severity: 'HIGH', categories: ['SOCIAL'], handlerId: register.person });
const move = (incident: IncidentView, to: string, more: object = {}) =>
  incidentCall(register, 'moveIncident', { id: incident.id, expectedVersion: incident.version, to, ...more });
const moved = (incident: IncidentView, to: string, more: object = {}) =>
  incidentStep(register, 'moveIncident', { id: incident.id, expectedVersion: incident.version, to, ...more });
const update = (incident: IncidentView, change: object) =>
  incidentCall(register, 'updateIncident', { id: incident.id, expectedVersion: incident.version, ...change });
const learned = async (incident: IncidentView) =>
  moved(await moved(await moved(incident, 'TRIAGED'), 'RESOLVED'), 'LEARNED', {
    lessons: 'Ask twice',
    riskReview: 'DONE',
  });

const verdict = async () => {
  const told = (await register.recorded('annex.risk.conformity.changed.v1')).flatMap((data) => data.rows);
  return told.findLast((row) => row.rule === 'risk.incidents-reassessed' && row.ismsId === register.ismsId);
};

describe('a security event', () => {
  it('is reported by whoever holds risk:report alone, who is told how to refer to it', async () => {
    const answer = await reportCall(register, {}, { permissions: ['risk:report'] });
    expect((answer.data as { reportSecurityEvent: { reference: string } }).reportSecurityEvent).toMatchObject({
      reference: expect.stringMatching(/^EV-\d{4}$/),
      securityEvent: null,
    });
  });

  it.each([
    ['2025', 'YEAR', '2025-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['2024-02', 'MONTH', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2024-02-29', 'DAY', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2024-02-29T10:00:00+02:00', 'INSTANT', '2024-02-29T08:00:00.000Z', '2024-02-29T08:00:00.000Z'],
  ])('may have happened at %s, known to the %s', async (occurred, precision, from, until) => {
    const id = await reportEvent(register, { occurred });
    const { securityEvent } = await register.ask<{ securityEvent: { occurred: unknown } }>(
      '{ securityEvent(id: "ID") { occurred { precision from until } } }'.replace('ID', id),
    );
    expect(securityEvent.occurred).toEqual({ precision, from, until });
  });

  it.each(['2025-13', '2023-02-29', 'yesterday', '20250101', '2999', '2025-1', '-2025', '2025-01-01T25:00:00Z'])(
    'is refused with the date %s',
    async (occurred) => {
      const answer = errorOf(await reportCall(register, { occurred }));
      expect(answer.code).toBe('BAD_INPUT');
      expect(answer.text).toContain('input.occurred');
    },
  );

  it('is found to be none, with a reason, and may turn out to be one after all', async () => {
    const id = await reportEvent(register);
    expect(errorOf(await assessCall(register, { id, decision: 'NOT_AN_INCIDENT', reason: ' ' })).code).toBe(
      'BAD_INPUT',
    );
    const none = await assessCall(register, { id, decision: 'NOT_AN_INCIDENT', reason: 'A test of ours' });
    expect(none.data).toMatchObject({
      assessSecurityEvent: { securityEvent: { status: 'NOT_AN_INCIDENT', reason: 'A test of ours', incident: null } },
    });
    expect(errorOf(await assessCall(register, { id, decision: 'INCIDENT' })).code).toBe('VERSION_CONFLICT');
    const again = { id, expectedVersion: 2, decision: 'INCIDENT' };
    expect((await assessCall(register, again)).errors).toBeUndefined();
    const third = { ...again, expectedVersion: 3, decision: 'NOT_AN_INCIDENT' };
    expect(errorOf(await assessCall(register, third)).code).toBe('STATE_CONFLICT');
  });

  it('becomes an incident that takes over what was reported, or a part of one', async () => {
    const asset = await createAsset(register);
    const first = await declare(register, triage(), {
      occurred: '2025-03',
      affects: ['AVAILABILITY'],
      assetIds: [asset.id],
    });
    expect(first).toMatchObject({
      ...{ status: 'REPORTED', confirmation: 'CONFIRMED', severity: 'HIGH', occurred: { text: '2025-03' } },
      ...{ title: 'A mail that asked for a password', assets: [{ id: asset.id }] },
    });
    const id = await reportEvent(register);
    expect((await assessCall(register, { id, decision: 'INCIDENT', incidentId: first.id })).errors).toBeUndefined();
    expect((await readIncident(register, first.id)).events).toHaveLength(2);
    const { assets } = await register.ask<{ assets: { nodes: { id: string; incidents: { id: string }[] }[] } }>(
      '{ assets { nodes { id incidents { id } } } }',
    );
    expect(assets.nodes.find((one) => one.id === asset.id)?.incidents).toEqual([{ id: first.id }]);
  });
});

describe('an incident', () => {
  it('goes from triage to what was learned, each step with what it needs', async () => {
    const bare = await declare(register);
    const refused = errorOf(await move(bare, 'TRIAGED'));
    expect(refused.code).toBe('STATE_CONFLICT');
    for (const field of ['severity', 'categories', 'handlerId']) expect(refused.text).toContain(field);
    expect(errorOf(await move(bare, 'RESOLVED')).code).toBe('STATE_CONFLICT');
    const told = await incidentStep(register, 'updateIncident', { id: bare.id, expectedVersion: 1, ...triage() });
    const triaged = await moved(told, 'TRIAGED', { note: 'A password was typed in' });
    expect(triaged.timeline).toMatchObject([{ phase: 'TRIAGE', text: 'A password was typed in' }]);
    expect(errorOf(await update(triaged, { severity: null })).code).toBe('BAD_INPUT');
    const resolved = await moved(await moved(triaged, 'RESPONDING'), 'RESOLVED');
    const open = errorOf(await move(resolved, 'LEARNED', { riskReview: 'DONE' }));
    expect(open.text).toContain('lessons');
    const closed = await moved(resolved, 'LEARNED', { lessons: 'Ask twice', riskReview: 'NOT_NEEDED' });
    expect(closed).toMatchObject({ status: 'LEARNED', lessons: 'Ask twice', riskReview: 'NOT_NEEDED' });
  });

  it('is not opened again once it is closed; what comes back names it', async () => {
    const closed = await learned(await declare(register, triage()));
    for (const to of ['RESPONDING', 'REPORTED', 'LEARNED']) {
      const refused = errorOf(await move(closed, to));
      expect(refused.code).toBe('STATE_CONFLICT');
      expect(refused.text).toContain('declare a new incident');
    }
    const back = await declare(register, { recurrenceOfId: closed.id });
    expect(back.recurrenceOf).toEqual({ reference: closed.reference });
    expect(errorOf(await update(back, { recurrenceOfId: back.id })).code).toBe('BAD_INPUT');
    expect(errorOf(await update(closed, { title: 'Another' })).code).toBe('STATE_CONFLICT');
    const late = { losses: [{ category: 'fines', minorUnits: 5 }], findingIds: [newId()] };
    expect((await update(closed, late)).errors).toBeUndefined();
  });

  it('has a timeline that is only added to and says what was written when', async () => {
    const incident = await declare(register);
    const entry = { incidentId: incident.id, phase: 'DETECTION', text: 'Seen by the night shift' };
    const happenedAt = '2025-02-01T00:00:00.000Z';
    const one = await incidentStep(register, 'addIncidentEntry', { ...entry, happenedAt });
    const [first] = one.timeline;
    const correction = { ...entry, text: 'By the day shift', happenedAt, correctsId: first?.id };
    const two = await incidentStep(register, 'addIncidentEntry', correction);
    expect(two.timeline).toMatchObject([
      { text: 'Seen by the night shift', happenedAt, correctsId: null },
      { text: 'By the day shift', correctsId: first?.id },
    ]);
    expect(Date.parse(first?.writtenAt ?? '')).toBeGreaterThan(Date.parse(happenedAt));
    const elsewhere = await declare(register);
    expect(
      errorOf(await incidentCall(register, 'addIncidentEntry', { ...correction, incidentId: elsewhere.id })).code,
    ).toBe('BAD_INPUT');
    const future = { ...entry, happenedAt: '2999-01-01T00:00:00Z' };
    expect(errorOf(await incidentCall(register, 'addIncidentEntry', future)).text).toContain('input.happenedAt');
    await expect(
      register.handle({ tenant: register.test.tenants[0], actor: 'person:x' } as never, async (tx) => {
        await tx.query(`update incident_entry set text = 'x' where incident_id = $1`, [incident.id]);
      }),
    ).rejects.toThrow('permission denied');
  });

  it('computes how long its steps took, with both ends where only the day is known', async () => {
    await register.test.setClock(new Date('2026-03-10T12:00:00Z'));
    const detectedAt = '2026-03-10T06:00:00Z';
    const declared = await declare(register, triage(), { occurred: '2026-03-08', detectedAt });
    await register.test.setClock(new Date('2026-03-10T12:30:00Z'));
    const triaged = await moved(declared, 'TRIAGED');
    await register.test.setClock(new Date('2026-03-11T06:00:00Z'));
    const contained = await incidentStep(register, 'updateIncident', {
      ...{ id: triaged.id, expectedVersion: triaged.version, containedAt: '2026-03-10T18:00:00Z' },
    });
    expect((await moved(contained, 'RESOLVED')).timings).toEqual({
      toDetect: { least: 'P1DT6H', most: 'P2DT6H' },
      toTriage: { least: 'PT30M', most: 'PT30M' },
      toContain: { least: 'PT12H', most: 'PT12H' },
      toResolve: { least: 'P1D', most: 'P1D' },
    });
  });

  it('is linked to risks and assets of its own ISMS, and names losses in the currency of the criteria', async () => {
    const risk = await register.createRisk();
    const elsewhere = await register.createRisk({ ismsId: await register.addIsms() });
    const incident = await declare(register, {
      riskIds: [risk.id],
      losses: [
        { category: 'response', minorUnits: 250_000 },
        { category: 'fines', minorUnits: 1 },
      ],
    });
    expect(incident).toMatchObject({ risks: [{ id: risk.id }], totalLoss: { minorUnits: 250_001, currency: 'EUR' } });
    const bad = {
      ...{ riskIds: [elsewhere.id, newId()], assetIds: [newId()], findingIds: [newId()], title: ' ' },
      losses: [
        { category: 'a', minorUnits: -1 },
        { category: 'a', minorUnits: 1e300 },
      ],
    };
    const refused = errorOf(await update(incident, bad));
    for (const field of ['riskIds.0', 'riskIds.1', 'assetIds.0', 'title', 'losses.0.minorUnits', 'losses.1.category'])
      expect(refused.text).toContain(`input.${field}`);
    const found = await register.ask<{ risk: { incidents: { reference: string }[] } }>(
      `{ risk(id: "${risk.id}") { incidents { reference } } }`,
    );
    expect(found.risk.incidents).toEqual([{ reference: incident.reference }]);
  });

  it('is listed by status, severity, sort, risk, asset and text', async () => {
    const risk = await register.createRisk();
    const asset = await createAsset(register);
    const incident = await declare(register, {
      ...{
        severity: 'LOW',
        categories: ['PHYSICAL'],
        riskIds: [risk.id],
        assetIds: [asset.id],
        title: 'A stolen ladder',
      },
    });
    const list = async (filter: object) =>
      (
        await register.ask<{ incidents: { nodes: { id: string }[]; totalCount: number } }>(
          'query ($filter: IncidentFilter) { incidents(filter: $filter) { nodes { id } totalCount } }',
          { filter },
        )
      ).incidents;
    const other = { severity: 'CRITICAL', categories: ['ERROR'], riskIds: [], status: 'LEARNED' };
    for (const filter of [
      { riskId: risk.id },
      { assetId: asset.id },
      { category: 'PHYSICAL' },
      { contains: 'LADDER' },
    ]) {
      expect(await list({ ...filter, ismsId: register.ismsId })).toEqual({
        nodes: [{ id: incident.id }],
        totalCount: 1,
      });
      expect(await list({ ...filter, status: other.status })).toEqual({ nodes: [], totalCount: 0 });
      expect(await list({ ...filter, severity: 'LOW', status: 'REPORTED' })).toMatchObject({ totalCount: 1 });
    }
  });

  it('changes as it was read; one of two changes at once is refused; nothing new makes no version', async () => {
    const incident = await declare(register, triage());
    const same = await update(incident, { severity: 'HIGH', categories: ['SOCIAL'] });
    expect(same.data).toMatchObject({ updateIncident: { incident: { version: 1 } } });
    const answers = await Promise.all([update(incident, { title: 'One' }), update(incident, { title: 'Other' })]);
    expect(answers.map((answer) => errorOf(answer).code).sort()).toEqual(['VERSION_CONFLICT', undefined]);
  });

  it('is read as of a past moment as it was then, with its links and its timeline', async () => {
    await register.test.setClock(new Date('2026-04-01T00:00:00Z'));
    const risk = await register.createRisk();
    const incident = await declare(register, { riskIds: [risk.id] });
    await register.test.setClock(new Date('2026-04-02T00:00:00Z'));
    await incidentStep(register, 'updateIncident', {
      id: incident.id,
      expectedVersion: 1,
      title: 'Later',
      riskIds: [],
    });
    await incidentStep(register, 'addIncidentEntry', { incidentId: incident.id, phase: 'EVIDENCE', text: 'A copy' });
    const then = await readIncident(register, incident.id, { asOf: new Date('2026-04-01T12:00:00Z') });
    expect(then).toMatchObject({ version: 1, risks: [{ id: risk.id }], timeline: [] });
    const now = await readIncident(register, incident.id);
    expect(now).toMatchObject({ version: 2, title: 'Later', risks: [], timeline: [{ text: 'A copy' }] });
  });

  it('tells others of itself, of its events and of its entries', async () => {
    const incident = await declare(register, triage());
    await incidentStep(register, 'addIncidentEntry', { incidentId: incident.id, phase: 'RECOVERY', text: 'Back' });
    const [event, changed, entry] = await Promise.all([
      register.recorded('annex.risk.security-event.changed.v1'),
      register.recorded('annex.risk.incident.changed.v1'),
      register.recorded('annex.risk.incident-entry.added.v1'),
    ]);
    expect(event.at(-1)?.rows).toMatchObject([{ status: 'INCIDENT', incidentId: incident.id }]);
    expect(changed.at(-1)?.rows).toMatchObject([{ id: incident.id, severity: 'HIGH', riskIds: [] }]);
    expect(entry.at(-1)?.rows).toMatchObject([{ incidentId: incident.id, phase: 'RECOVERY' }]);
  });
});

describe('clause 8.2', () => {
  it('has a gap while a closed significant incident left its risks as they were assessed before', async () => {
    const risk = await register.createRisk();
    const incident = await declare(register, { ...triage(), riskIds: [risk.id] });
    await learned(incident);
    expect(await verdict()).toMatchObject({
      verdict: 'GAP',
      links: [expect.objectContaining({ reference: incident.reference })],
    });
    const assessed = await register.call(
      'mutation ($input: AssessRiskInput!) { assessRisk(input: $input) { risk { id } } }',
      { input: { riskId: risk.id, expectedVersion: 1 } },
    );
    expect(assessed.errors).toBeUndefined();
    expect((await verdict())?.verdict).toBe('NO_GAP_FOUND');
  });
});
