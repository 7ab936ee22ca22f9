import { createHash } from 'node:crypto';
import { controls } from '@annex/catalogues';
import { newId } from '@annex/service';
import { importItems } from '../src/library/library.operations.ts';
import { anna, ben, type Scenario, startScenario } from './scenario.ts';

let scenario: Scenario;
const annexA = controls('2022').map((control) => control.id);
const cara = '0190aaaa-0000-7000-8000-00000000000c';

let url: string;

beforeAll(async () => {
  scenario = await startScenario();
  url = await scenario.service.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => scenario?.close());

type Caller = Parameters<Scenario['call']>[2];
const error = (answer: Awaited<ReturnType<Scenario['call']>>) => answer.errors?.[0]?.extensions;

const decideCall = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    'mutation ($input: DecideApplicabilityInput!) { decideApplicability(input: $input) { changed statementOfApplicability { counts { controls necessary notNecessary undecided implemented } } } }',
    { input },
    caller,
  );
const submitCall = (input: object, caller: Caller = { personId: anna }) =>
  scenario.call(
    'mutation ($input: SubmitSoaInput!) { submitSoa(input: $input) { soaVersion { id version number status contentHash } } }',
    { input },
    caller,
  );
const judgeCall = (input: object, caller: Caller) =>
  scenario.call(
    'mutation ($input: JudgeSoaInput!) { judgeSoa(input: $input) { soaVersion { id version number status } } }',
    { input },
    caller,
  );
const approver = (personId: string, role = 'top management') => ({ personId, role });

interface Version {
  id: string;
  version: number;
  number: number;
  status: string;
  contentHash: string;
}

async function submitted(ismsId: string, approvals = [approver(ben)]): Promise<Version> {
  const answer = await submitCall({ ismsId, approvals });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as { submitSoa: { soaVersion: Version } }).submitSoa.soaVersion;
}

/** Decides on every control of Annex A: all necessary but those named, which are left out. */
async function decideAll(ismsId: string, out: readonly string[] = ['A.7.4', 'A.8.4']): Promise<void> {
  const left = new Set(out.map((number) => `iso27001:2022:${number}`));
  const answer = await decideCall({
    ismsId,
    entries: annexA.map((controlId) =>
      left.has(controlId)
        ? { controlId, decision: 'NOT_NECESSARY', justification: 'We have no premises and write no code.' }
        : { controlId, decision: 'NECESSARY', reasons: [{ kind: 'BUSINESS', text: 'Our customers expect it.' }] },
    ),
  });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
}

/** Risk tells of a risk that rests on implementations. */
async function needs(ismsId: string, implementationIds: readonly string[], more: object = {}): Promise<string> {
  const id = newId();
  await scenario.emit('annex.risk.need.changed.v1', {
    rows: [
      {
        ...{
          id,
          ismsId,
          version: 1,
          reference: 'R-0003',
          title: 'Customer records leak',
          status: 'OPEN',
        },
        implementationIds: [...implementationIds],
        ...more,
      } as never,
    ],
  });
  await scenario.settle();
  return id;
}

/** Risk tells of a treatment of a risk. */
async function treats(ismsId: string, riskId: string, more: object): Promise<void> {
  await scenario.emit('annex.risk.treatment.changed.v1', {
    rows: [
      {
        ...{ id: newId(), ismsId, version: 1, reference: 'RT-0001', riskId, option: 'MODIFY', status: 'APPROVED' },
        ...{ approvedAt: '2026-11-20T00:00:00.000Z', expected: null, overdue: 0, actions: [] },
        ...{ controlIds: ['iso27001:2022:A.8.28'], implementationIds: [] },
        ...more,
      } as never,
    ],
  });
  await scenario.settle();
}

/** A version as a file. @throws Error with the code of the refusal */
async function fetched(versionId: string, query = '', caller?: Caller): Promise<Buffer> {
  const token = await scenario.signer.request(scenario.requestInfo(caller)).for('controls');
  const answer = await fetch(`${url}/soa/${versionId}/document${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status !== 200) throw new Error(((await answer.json()) as { code: string }).code);
  return Buffer.from(await answer.arrayBuffer());
}

interface Row {
  controlId: string;
  decision: string;
  decidedBy: string | null;
  decidedAt: string | null;
  justification: string;
  status: string;
  risks: { reference: string }[];
  reasons: { text: string }[];
  implementations: { reference: string; verified: number }[];
}

const rowFields =
  'controlId number title decision justification reasons { kind text } risks { id reference } obligations { reference } status decidedBy decidedAt entryVersion implementations { id reference status verified claimed verification implementation { id } }';

describe('deciding which controls are necessary', () => {
  it('begins with every control of Annex A undecided, each a problem that stands in the way', async () => {
    const ismsId = await scenario.createIsms();
    const { statementOfApplicability: soa } = await scenario.ask<{
      statementOfApplicability: { rows: Row[]; problems: { code: string; severity: string }[]; counts: object };
    }>(
      `query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { counts { controls undecided } problems { code severity } rows { ${rowFields} } drift { field } approved { id } } }`,
      { ismsId },
    );
    expect(soa.rows.map((row) => row.controlId)).toEqual(annexA);
    expect(soa.counts).toEqual({ controls: 93, undecided: 93 });
    expect(soa.problems).toHaveLength(93);
    expect(new Set(soa.problems.map((problem) => `${problem.severity} ${problem.code}`))).toEqual(
      new Set(['BLOCKING UNDECIDED']),
    );
  });

  it('decides on 93 at once and counts them; deciding the same again changes nothing', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const again = await decideCall({ ismsId, entries: [{ controlId: 'A.5.1', decision: 'NECESSARY' }] });
    expect(again.data).toMatchObject({
      decideApplicability: {
        changed: 0,
        statementOfApplicability: { counts: { controls: 93, necessary: 91, notNecessary: 2, undecided: 0 } },
      },
    });
  });

  it('names every row at fault and keeps nothing of the rest', async () => {
    const ismsId = await scenario.createIsms();
    const answer = await decideCall({
      ismsId,
      entries: [
        { controlId: 'A.5.1', decision: 'NECESSARY' },
        { controlId: 'A.99.1', decision: 'NECESSARY' },
        { controlId: 'A.5.2', decision: 'NOT_NECESSARY', justification: '  ' },
        { controlId: 'iso27001:2022:A.5.1', decision: 'NECESSARY' },
        { controlId: 'A.5.3', justification: 'x'.repeat(5001) },
      ],
    });
    expect(error(answer)).toMatchObject({ code: 'BAD_INPUT' });
    expect(
      error(answer)
        ?.faults?.map((fault) => fault.field)
        .sort(),
    ).toEqual([
      'input.entries.1.controlId',
      'input.entries.2.justification',
      'input.entries.3.controlId',
      'input.entries.4.justification',
    ]);
    const counts = await scenario.ask(
      'query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { counts { undecided } } }',
      { ismsId },
    );
    expect(counts).toEqual({ statementOfApplicability: { counts: { undecided: 93 } } });
  });

  it('refuses more rows than it takes, none, and a stale version', async () => {
    const ismsId = await scenario.createIsms();
    const many = Array.from({ length: 1001 }, () => ({ controlId: 'A.5.1' }));
    expect(error(await decideCall({ ismsId, entries: many }))).toMatchObject({ code: 'BAD_INPUT' });
    expect(error(await decideCall({ ismsId, entries: [] }))).toMatchObject({ code: 'BAD_INPUT' });
    const one = { controlId: 'A.5.1', decision: 'NECESSARY', expectedVersion: 0 };
    expect((await decideCall({ ismsId, entries: [one] })).errors).toBeUndefined();
    expect(error(await decideCall({ ismsId, entries: [{ ...one, decision: 'UNDECIDED' }] }))).toMatchObject({
      code: 'VERSION_CONFLICT',
    });
  });

  it('does not leave out a control that the treatment of an open risk needs, and does when the risk is closed', async () => {
    const ismsId = await scenario.createIsms();
    const implementation = await scenario.implement({ ismsId, controlIds: ['A.8.28', 'A.8.25'] });
    const risk = await needs(ismsId, [implementation]);
    const out = {
      ismsId,
      entries: [{ controlId: 'A.8.28', decision: 'NOT_NECESSARY', justification: 'We write no code.' }],
    };
    const refused = await decideCall(out);
    expect(error(refused)).toMatchObject({
      code: 'STATE_CONFLICT',
      faults: [{ field: 'input.entries.0.decision', allowed: expect.stringContaining('R-0003') }],
    });
    await needs(ismsId, [implementation], { id: risk, version: 2, status: 'CLOSED' });
    expect((await decideCall(out)).errors).toBeUndefined();
    // The need comes back: what is decided stays, and is a problem now.
    await needs(ismsId, [implementation], { id: risk, version: 3 });
    const answer = await scenario.ask<{
      statementOfApplicability: { problems: { code: string; controlId: string }[] };
    }>('query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { problems { code controlId } } }', {
      ismsId,
    });
    expect(answer.statementOfApplicability.problems).toContainEqual({
      code: 'NEEDED_BUT_EXCLUDED',
      controlId: 'iso27001:2022:A.8.28',
    });
  });

  it('does not leave out a control that an approved treatment of an open risk needs, until that is abandoned', async () => {
    const ismsId = await scenario.createIsms();
    const promised = await scenario.implement({ ismsId, controlIds: ['A.8.25'] });
    const id = newId();
    const out = (controlId: string) =>
      decideCall({ ismsId, entries: [{ controlId, decision: 'NOT_NECESSARY', justification: 'We write no code.' }] });
    const needing = async () =>
      (
        await scenario.ask<{ statementOfApplicability: { rows: Row[] } }>(
          'query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { rows { controlId risks { reference } } } }',
          { ismsId },
        )
      ).statementOfApplicability.rows.flatMap((row) => (row.risks.length > 0 ? [row.controlId] : []));
    // The treatment may be heard of before its risk.
    const risk = newId();
    await treats(ismsId, risk, { id, implementationIds: [promised] });
    expect(await needing()).toEqual([]);
    await needs(ismsId, [], { id: risk });
    expect(await needing()).toEqual(['iso27001:2022:A.8.25', 'iso27001:2022:A.8.28']);
    for (const controlId of ['A.8.25', 'A.8.28']) {
      const refused = await out(controlId);
      expect(error(refused)).toMatchObject({
        code: 'STATE_CONFLICT',
        faults: [{ field: 'input.entries.0.decision', allowed: expect.stringContaining('R-0003') }],
      });
    }
    // Of the treatments of a risk the one approved last counts; an older event of it changes nothing.
    const later = { approvedAt: '2026-11-21T00:00:00.000Z', controlIds: ['iso27001:2022:A.5.7', 'acme:1:X.1'] };
    const second = newId();
    await treats(ismsId, risk, { id: second, ...later, version: 4, status: 'COMPLETED' });
    await treats(ismsId, risk, { id: second, ...later, version: 3, status: 'ABANDONED' });
    expect(await needing()).toEqual(['iso27001:2022:A.5.7', 'acme:1:X.1']);
    await treats(ismsId, risk, { id, version: 2, status: 'ABANDONED', approvedAt: null });
    for (const [index, status] of ['DRAFT', 'PROPOSED', 'REJECTED', 'ABANDONED'].entries()) {
      await treats(ismsId, risk, { id: second, ...later, version: 5 + 2 * index });
      expect(await needing()).toHaveLength(2);
      await treats(ismsId, risk, { id: second, ...later, version: 6 + 2 * index, status });
      expect([status, await needing()]).toEqual([status, []]);
    }
    expect((await out('A.8.28')).errors).toBeUndefined();
    // What was left out before is a gap once a treatment that needs it is approved.
    await treats(ismsId, risk, { id: newId() });
    expect(await needing()).toEqual(['iso27001:2022:A.8.28']);
    const told = (await scenario.recorded('annex.controls.conformity.changed.v1')).flatMap((data) => data.rows);
    const rule = told.filter((row) => row.ismsId === ismsId && row.rule === 'controls.necessary-determined').at(-1);
    expect(rule).toMatchObject({ verdict: 'GAP', facts: { failing: 1 }, links: [{ reference: 'R-0003' }] });
  });

  it('takes what a risk rests on from the newest event, in whichever order they come', async () => {
    const ismsId = await scenario.createIsms();
    const implementation = await scenario.implement({ ismsId });
    const risk = await needs(ismsId, [], { version: 5 });
    await needs(ismsId, [implementation], { id: risk, version: 3 });
    const { statementOfApplicability: soa } = await scenario.ask<{ statementOfApplicability: { rows: Row[] } }>(
      'query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { rows(controlIds: ["A.8.28"]) { risks { reference } } } }',
      { ismsId },
    );
    expect(soa.rows).toEqual([{ risks: [] }]);
  });
});

describe('approving a version', () => {
  it('is refused with each problem while one stands in the way', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    await decideCall({
      ismsId,
      entries: [
        { controlId: 'A.5.9', decision: 'UNDECIDED' },
        { controlId: 'A.5.10', reasons: [] },
      ],
    });
    expect(error(await submitCall({ ismsId, approvals: [approver(ben)] }))).toMatchObject({
      code: 'STATE_CONFLICT',
      faults: [
        { field: 'iso27001:2022:A.5.9', given: 'UNDECIDED' },
        { field: 'iso27001:2022:A.5.10', given: 'INCLUSION_NOT_JUSTIFIED' },
      ],
    });
  });

  it('needs people other than who submits, each named once, and no machine', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    expect(error(await submitCall({ ismsId, approvals: [] }))).toMatchObject({ code: 'BAD_INPUT' });
    expect(error(await submitCall({ ismsId, approvals: [approver(anna)] }))).toMatchObject({ code: 'BAD_INPUT' });
    expect(error(await submitCall({ ismsId, approvals: [approver(ben), approver(ben)] }))).toMatchObject({
      code: 'BAD_INPUT',
    });
    const version = await submitted(ismsId);
    expect(error(await judgeCall({ id: version.id, decision: 'APPROVED' }, { personId: anna }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(error(await judgeCall({ id: version.id, decision: 'APPROVED' }, { personId: cara }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(
      error(
        await judgeCall(
          { id: version.id, decision: 'APPROVED' },
          { personId: ben, permissions: ['controls:read', 'controls:write'] },
        ),
      ),
    ).toMatchObject({ code: 'FORBIDDEN' });
    expect(
      error(await judgeCall({ id: version.id, decision: 'APPROVED', expectedVersion: 7 }, { personId: ben })),
    ).toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  it('takes every approval asked for, and supersedes the version before', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const first = await submitted(ismsId, [approver(ben), approver(cara, 'risk owner')]);
    expect(error(await submitCall({ ismsId, approvals: [approver(ben)] }))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect((await judgeCall({ id: first.id, decision: 'APPROVED' }, { personId: ben })).data).toMatchObject({
      judgeSoa: { soaVersion: { status: 'IN_REVIEW' } },
    });
    expect(error(await judgeCall({ id: first.id, decision: 'APPROVED' }, { personId: ben }))).toMatchObject({
      code: 'STATE_CONFLICT',
    });
    expect((await judgeCall({ id: first.id, decision: 'APPROVED' }, { personId: cara })).data).toMatchObject({
      judgeSoa: { soaVersion: { status: 'APPROVED' } },
    });
    const second = await submitted(ismsId);
    expect(second.number).toBe(2);
    await judgeCall({ id: second.id, decision: 'APPROVED' }, { personId: ben });
    const { soaVersions } = await scenario.ask<{ soaVersions: { nodes: Version[] } }>(
      'query ($ismsId: UUID) { soaVersions(ismsId: $ismsId) { nodes { number status } } }',
      { ismsId },
    );
    expect(soaVersions.nodes).toEqual([
      { number: 2, status: 'APPROVED' },
      { number: 1, status: 'SUPERSEDED' },
    ]);
  });

  it('ends with the first who sends it back, who says why', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const version = await submitted(ismsId, [approver(ben), approver(cara)]);
    expect(error(await judgeCall({ id: version.id, decision: 'SENT_BACK' }, { personId: ben }))).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(
      (await judgeCall({ id: version.id, decision: 'SENT_BACK', note: 'A.7.4 is needed.' }, { personId: ben })).data,
    ).toMatchObject({ judgeSoa: { soaVersion: { status: 'SENT_BACK' } } });
    expect(error(await judgeCall({ id: version.id, decision: 'APPROVED' }, { personId: cara }))).toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });

  it('is refused when a risk has come to need what it leaves out', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const version = await submitted(ismsId);
    await needs(ismsId, [await scenario.implement({ ismsId, controlIds: ['A.8.4'] })]);
    expect(error(await judgeCall({ id: version.id, decision: 'APPROVED' }, { personId: ben }))).toMatchObject({
      code: 'STATE_CONFLICT',
      faults: [{ field: 'iso27001:2022:A.8.4', given: 'NEEDED_BUT_EXCLUDED' }],
    });
  });

  it('is a question to a person again when nothing justifies what it includes any more', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const [risk, treatment] = [await needs(ismsId, []), newId()];
    await treats(ismsId, risk, { id: treatment });
    await decideCall({ ismsId, entries: [{ controlId: 'A.8.28', reasons: [] }] });
    const version = await submitted(ismsId);
    await judgeCall({ id: version.id, decision: 'APPROVED' }, { personId: ben });
    const judged = async () =>
      (await scenario.recorded('annex.controls.conformity.changed.v1'))
        .flatMap((data) => data.rows)
        .filter((row) => row.ismsId === ismsId && row.rule === 'controls.soa-approved')
        .at(-1);
    expect(await judged()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    await treats(ismsId, risk, { id: treatment, version: 2, status: 'ABANDONED' });
    expect(await judged()).toMatchObject({
      verdict: 'JUDGEMENT_NEEDED',
      reason: 'Version 1 is approved, and 1 necessary control is justified by nothing.',
      next: expect.stringMatching(/^Say why these controls are necessary, or leave them out\./),
    });
    // An obligation that demands it is a reason as well.
    await scenario.ask(
      'mutation ($input: CreateObligationInput!) { createObligation(input: $input) { obligation { id } } }',
      { input: { ismsId, title: 'The law of code', kind: 'LEGAL', source: 'Act 1', controlIds: ['A.8.28'] } },
    );
    expect(await judged()).toMatchObject({ verdict: 'NO_GAP_FOUND' });
  });

  it('leaves one version under review when two are submitted at once', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const answers = await Promise.all([1, 2, 3].map(() => submitCall({ ismsId, approvals: [approver(ben)] })));
    expect(answers.filter((answer) => !answer.errors)).toHaveLength(1);
    expect(answers.flatMap((answer) => error(answer)?.code ?? [])).toEqual(['STATE_CONFLICT', 'STATE_CONFLICT']);
  });

  it('is nothing that another tenant sees', async () => {
    const ismsId = await scenario.createIsms();
    await decideAll(ismsId);
    const version = await submitted(ismsId);
    const [, tenant] = scenario.test.tenants;
    const ask = 'query ($id: UUID!) { soaVersion(id: $id) { id rows { controlId } } }';
    expect(error(await scenario.call(ask, { id: version.id }, { tenant }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(
      error(
        await scenario.call(
          'query ($id: UUID!) { statementOfApplicability(ismsId: $id) { counts { controls } } }',
          { id: ismsId },
          { tenant },
        ),
      ),
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(error(await judgeCall({ id: version.id, decision: 'APPROVED' }, { personId: ben, tenant }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a certification auditor', () => {
  it('proves of every control of an approved version why it is in or out, since when, who approved, what shows it, and what changed since', async () => {
    await scenario.at('2026-03-01T09:00:00Z');
    const ismsId = await scenario.createIsms({ name: 'Head office, audited' });
    const measureId = newId();
    const implementation = await scenario.implement({ ismsId, controlIds: ['A.8.28'] });
    await scenario.name(ismsId, measureId);
    await scenario.link(implementation, measureId);
    await scenario.assess(implementation, 1, { personId: ben });
    await scenario.tell(ismsId, measureId, 0.9, { validUntil: '2027-01-01T00:00:00.000Z' });
    await needs(ismsId, [implementation]);
    await decideAll(ismsId);
    // And a necessary control from elsewhere.
    const asked = { key: 'port', edition: '2026', title: 'Port rules', format: 'TABLE', sha256: '' } as const;
    const item = { number: 'P.7', kind: 'CONTROL', parent: null, title: 'Quay logs', text: '', content: null } as const;
    await scenario.service.database.write(scenario.test.scope(), (tx) => importItems(tx, asked, [item]));
    const own = {
      controlId: 'port:2026:P.7',
      decision: 'NECESSARY',
      reasons: [{ kind: 'CONTRACTUAL', text: 'The port’s terms.' }],
    };
    expect((await decideCall({ ismsId, entries: [own] })).errors).toBeUndefined();
    await scenario.at('2026-03-02T09:00:00Z');
    const version = await submitted(ismsId);
    await scenario.at('2026-03-03T09:00:00Z');
    await judgeCall({ id: version.id, decision: 'APPROVED', note: 'Read and agreed.' }, { personId: ben });

    const ask = async (asOf?: Date) => {
      const { soaVersion } = await scenario.ask<{
        soaVersion: Version & { rows: Row[]; approvals: object[]; decidedAt: string; submittedBy: string };
      }>(
        `query ($id: UUID!) { soaVersion(id: $id) { id number status contentHash submittedBy submittedAt decidedAt approvals { person { id } role decision note decidedAt } rows { ${rowFields} } } }`,
        { id: version.id },
        asOf ? { asOf } : {},
      );
      return soaVersion;
    };
    const approved = await ask();
    expect(approved).toMatchObject({
      status: 'APPROVED',
      decidedAt: '2026-03-03T09:00:00.000Z',
      submittedBy: `person:${anna}`,
    });
    expect(approved.approvals).toEqual([
      {
        person: { id: ben },
        role: 'top management',
        decision: 'APPROVED',
        note: 'Read and agreed.',
        decidedAt: '2026-03-03T09:00:00.000Z',
      },
    ]);
    expect(approved.rows.map((row) => row.controlId)).toEqual([...annexA, 'port:2026:P.7']);
    for (const row of approved.rows) {
      expect(['NECESSARY', 'NOT_NECESSARY']).toContain(row.decision);
      expect(row.decidedAt).toMatch(/^2026-03-01T09:00:00/);
      expect(row.decidedBy).toBe(`person:${anna}`);
      if (row.decision === 'NOT_NECESSARY') expect(row.justification).not.toBe('');
      else expect(row.reasons.length + row.risks.length).toBeGreaterThan(0);
    }
    const coding = approved.rows.find((row) => row.controlId === 'iso27001:2022:A.8.28');
    expect(coding).toMatchObject({
      status: 'IMPLEMENTED',
      risks: [{ reference: 'R-0003' }],
      implementations: [
        { id: implementation, verified: 0.9, verification: 'VERIFIED', implementation: { id: implementation } },
      ],
    });

    // What is hashed is what is handed out, byte for byte; the other forms are made of it.
    const text = await fetched(version.id);
    expect(createHash('sha256').update(text).digest('hex')).toBe(approved.contentHash);
    expect((await fetched(version.id, '?format=pdf')).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await fetched(version.id, '?format=xlsx')).subarray(0, 2).toString()).toBe('PK');
    expect(JSON.parse((await fetched(version.id, '?format=oscal')).toString())).toHaveProperty('system-security-plan');
    await expect(fetched(version.id, '?format=docx')).rejects.toThrow('UNSUPPORTED_FORMAT');
    await expect(fetched(version.id, '', { tenant: scenario.test.tenants[1] })).rejects.toThrow('NOT_FOUND');
    await expect(fetched(version.id, '', { permissions: [] })).rejects.toThrow('FORBIDDEN');

    // Since then: a measure fell, a decision changed.
    await scenario.at('2026-04-01T09:00:00Z');
    await scenario.tell(ismsId, measureId, 0.2, { validUntil: '2027-01-01T00:00:00.000Z' });
    await decideCall({
      ismsId,
      entries: [{ controlId: 'A.7.4', decision: 'NECESSARY', justification: 'We rented an office.' }],
    });
    const { soaDifferences } = await scenario.ask<{ soaDifferences: object[] }>(
      'query ($id: UUID!) { soaDifferences(from: $id) { number kind field before after } }',
      { id: version.id },
    );
    expect(soaDifferences).toEqual([
      { number: 'A.7.4', kind: 'DECISION', field: 'decision', before: 'NOT_NECESSARY', after: 'NECESSARY' },
      {
        number: 'A.7.4',
        kind: 'DECISION',
        field: 'justification',
        before: 'We have no premises and write no code.',
        after: 'We rented an office.',
      },
      {
        ...{ number: 'A.8.28', kind: 'STRENGTH', field: 'strength' },
        before: expect.stringContaining('verified 0.9'),
        after: expect.stringContaining('verified 0.2'),
      },
    ]);
    // The version itself did not move, and the live statement of that day can still be asked for.
    expect((await ask()).rows).toEqual(approved.rows);
    const then = await scenario.ask<{ statementOfApplicability: { drift: object[]; counts: object } }>(
      'query ($ismsId: UUID) { statementOfApplicability(ismsId: $ismsId) { counts { notNecessary } drift { field } } }',
      { ismsId },
      { asOf: new Date('2026-03-10T00:00:00Z') },
    );
    expect(then.statementOfApplicability).toEqual({ counts: { notNecessary: 2 }, drift: [] });
    expect((await ask(new Date('2026-03-02T12:00:00Z'))).status).toBe('IN_REVIEW');
  });
});
