import { newId } from '@annex/service';
import { type Auditing, codeOf, risk, ruleResult } from './auditing.ts';
import { fields, startFindings } from './findings.ts';

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

describe('judging a finding', () => {
  it('refuses a stale version, a second judgement, a missing reason and an unknown id', async () => {
    const row = risk(ismsId, 'High');
    await tell(row);
    const { id } = await only(row.id);
    expect(codeOf(await decide('confirm', id, { expectedVersion: 7 }))).toBe('VERSION_CONFLICT');
    expect(codeOf(await decide('decline', id, { reason: '  ' }))).toBe('BAD_INPUT');
    expect(codeOf(await decide('decline', id, { reason: 'x'.repeat(2001) }))).toBe('BAD_INPUT');
    expect(codeOf(await decide('decline', id, { reason: 'a\u0000b' }))).toBe('BAD_INPUT');
    expect(codeOf(await decide('confirm', newId()))).toBe('NOT_FOUND');
    await decide('confirm', id);
    expect(codeOf(await decide('decline', id, { reason: 'No.' }))).toBe('STATE_CONFLICT');
    expect(await only(row.id)).toMatchObject({ status: 'CONFIRMED', version: 2 });
  });

  it('and its recovery at the same moment leave one consistent outcome', async () => {
    for (let round = 0; round < 5; round++) {
      const row = risk(ismsId, 'High');
      await tell(row);
      const { id } = await only(row.id);
      const [, answer] = await Promise.all([
        auditing.emit('annex.risk.risk.changed.v1', { rows: [risk(ismsId, 'Medium', { id: row.id, version: 2 })] }),
        decide('confirm', id),
      ]);
      await auditing.settle();
      const finding = await only(row.id);
      expect(finding.condition).toBe('CLEARED');
      expect(finding.status).toBe(codeOf(answer) === 'STATE_CONFLICT' ? 'WITHDRAWN' : 'CONFIRMED');
    }
  });
});

describe('a finding stated by a person', () => {
  const propose = (input: Record<string, unknown>) =>
    auditing.call(
      `mutation ($input: ProposeFindingInput!) { proposeFinding(input: $input) { finding { ${fields} } } }`,
      { input },
    );

  it('waits like one of the system’s, about a clause or about a known risk', async () => {
    const answer = await propose({
      title: ' No exercise held ',
      clause: '7.3',
      reason: 'Nobody could say what to do.',
    });
    expect(answer).toMatchObject({
      data: {
        proposeFinding: {
          finding: {
            title: 'No exercise held',
            status: 'PROPOSED',
            origin: 'PERSON',
            subject: { kind: 'Clause', id: '7.3' },
            risk: null,
          },
        },
      },
    });
    const row = risk(ismsId, 'Medium');
    await tell(row);
    expect(await propose({ title: 'Owner unaware', clause: '6.1.2', reason: 'Asked.', riskId: row.id })).toMatchObject({
      data: { proposeFinding: { finding: { risk: { id: row.id }, subject: { reference: 'R-0042' } } } },
    });
    // The system's own findings about the same risk are its own.
    await tell(risk(ismsId, 'High', { id: row.id, version: 2 }));
    await tell(risk(ismsId, 'Medium', { id: row.id, version: 3 }));
    expect((await about(row.id)).map((finding) => [finding.origin, finding.status])).toEqual([
      ['SYSTEM', 'WITHDRAWN'],
      ['PERSON', 'PROPOSED'],
    ]);
  });

  it('is refused with every fault named', async () => {
    const answer = await propose({ title: '', clause: '11.1', reason: '' });
    expect(codeOf(answer)).toBe('BAD_INPUT');
    expect(answer.errors?.[0]?.extensions.faults?.map((fault) => fault.field)).toEqual([
      'input.title',
      'input.clause',
      'input.reason',
    ]);
    expect(codeOf(await propose({ title: 't', clause: '8.3', reason: 'r', riskId: newId() }))).toBe('NOT_FOUND');
    expect(codeOf(await propose({ title: 't', clause: '8.3', reason: 'r', ismsId: newId() }))).toBe('NOT_FOUND');
  });

  it('is made once though it is sent twice under one idempotency key', async () => {
    const before = await auditing.ask<{ findings: { totalCount: number } }>('{ findings { totalCount } }');
    const send = () =>
      auditing.ask(
        'mutation ($input: ProposeFindingInput!) { proposeFinding(input: $input) { finding { id } } }',
        { input: { title: 'Once', clause: '10.1', reason: 'Once.' } },
        { idempotencyKey: 'once-0001' },
      );
    expect(await send()).toEqual(await send());
    const after = await auditing.ask<{ findings: { totalCount: number } }>('{ findings { totalCount } }');
    expect(after.findings.totalCount).toBe(before.findings.totalCount + 1);
  });
});

describe('clause 10.2', () => {
  const rules = async (asOf?: string) => {
    const { readiness } = await auditing.ask<{
      readiness: {
        clauses: { clause: string; verdict: string; rules: { rule: string; verdict: string; reason: string }[] }[];
      };
    }>(
      '{ readiness { clauses { clause verdict rules { rule verdict reason links { reference } } } } }',
      {},
      asOf === undefined ? {} : { asOf: new Date(asOf) },
    );
    return Object.fromEntries(
      readiness.clauses.find((clause) => clause.clause === '10.2')?.rules.map((one) => [one.rule, one]) ?? [],
    );
  };

  it('falls by time alone when a proposed finding has waited 14 days, and recovers when it is answered', async () => {
    await at('2027-03-01T09:00:00Z');
    const { findings } = await auditing.ask<{ findings: { edges: { node: { id: string } }[] } }>(
      '{ findings(status: PROPOSED, first: 200) { edges { node { id } } } }',
    );
    for (const { node } of findings.edges) await decide('decline', node.id, { reason: 'Cleared away.' });
    const row = risk(ismsId, 'High');
    await tell(row);
    await auditing.settle();
    expect((await rules())['audit.proposed-findings-answered']).toMatchObject({
      verdict: 'NO_GAP_FOUND',
      reason: '1 proposed finding waits for an answer, none for 14 days yet.',
    });
    await at('2027-03-15T09:00:00Z');
    await auditing.settle();
    expect((await rules())['audit.proposed-findings-answered']).toMatchObject({
      verdict: 'GAP',
      links: [{ reference: (await only(row.id)).reference }],
    });
    expect((await rules('2027-03-15T08:59:59Z'))['audit.proposed-findings-answered']).toMatchObject({
      verdict: 'NO_GAP_FOUND',
    });
    await decide('confirm', (await only(row.id)).id);
    await auditing.settle();
    const after = await rules();
    expect(after['audit.proposed-findings-answered']).toMatchObject({ verdict: 'NO_GAP_FOUND' });
    expect(after['audit.confirmed-findings-reacted-to']).toMatchObject({ verdict: 'JUDGEMENT_NEEDED' });
  });
});

describe('resync', () => {
  it('announces every finding and rule result again as it is', async () => {
    await auditing.emit('annex.risk.conformity.changed.v1', { rows: [ruleResult(ismsId, '8.3', 'GAP')] });
    await auditing.settle();
    const { findings } = await auditing.ask<{ findings: { totalCount: number } }>('{ findings { totalCount } }');
    const before = await auditing.recorded('annex.audit.finding.changed.v1');
    const scope = auditing.test.scope();
    await auditing.service.database.write(scope, (tx) => auditing.service.definition.announce(tx));
    const told = (await auditing.recorded('annex.audit.finding.changed.v1'))
      .slice(before.length)
      .flatMap((data) => data.rows);
    expect(new Set(told.map((row) => row.id)).size).toBe(findings.totalCount);
    const rules = (await auditing.recorded('annex.audit.conformity.changed.v1')).at(-1)?.rows.map((row) => row.rule);
    expect(rules?.sort()).toEqual([
      'audit.confirmed-findings-reacted-to',
      'audit.internal-audit-recorded',
      'audit.proposed-findings-answered',
    ]);
  });
});
