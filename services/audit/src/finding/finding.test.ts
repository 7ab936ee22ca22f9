import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import {
  allowedActions,
  type FindingAction,
  type FindingCondition,
  type FindingOrigin,
  type FindingStatus,
  isAboveCriteria,
  react,
  transit,
} from './finding.ts';

const statuses: FindingStatus[] = ['PROPOSED', 'WITHDRAWN', 'CONFIRMED', 'DECLINED'];
const actions: FindingAction[] = ['WITHDRAW', 'CONFIRM', 'DECLINE'];
const actors: FindingOrigin[] = ['SYSTEM', 'PERSON'];

const codeOf = (run: () => unknown) => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof AnnexError ? error.code : 'another';
  }
};

describe('the status of a finding', () => {
  it('moves from PROPOSED alone; a person confirms or declines, the system withdraws, and nobody else', () => {
    const moves = statuses.flatMap((status) =>
      actions.flatMap((action) =>
        actors.flatMap((by) =>
          codeOf(() => transit(status, action, by)) === undefined
            ? [`${status} ${action} ${by} ${transit(status, action, by)}`]
            : [],
        ),
      ),
    );
    expect(moves).toEqual([
      'PROPOSED WITHDRAW SYSTEM WITHDRAWN',
      'PROPOSED CONFIRM PERSON CONFIRMED',
      'PROPOSED DECLINE PERSON DECLINED',
    ]);
  });

  it('is refused as a conflict of state naming what is allowed, and as forbidden where it is another’s to do', () => {
    expect(codeOf(() => transit('CONFIRMED', 'WITHDRAW', 'SYSTEM'))).toBe('STATE_CONFLICT');
    expect(codeOf(() => transit('PROPOSED', 'CONFIRM', 'SYSTEM'))).toBe('FORBIDDEN');
    expect(codeOf(() => transit('PROPOSED', 'WITHDRAW', 'PERSON'))).toBe('FORBIDDEN');
    expect(allowedActions('PROPOSED')).toEqual(actions);
    expect(allowedActions('DECLINED')).toEqual([]);
  });
});

interface Kept {
  status: FindingStatus;
  condition: FindingCondition;
  reason: string;
  touchedByPerson: boolean;
}

type Step = { kind: 'SEEN'; present: boolean; level: string } | { kind: 'PERSON'; action: 'CONFIRM' | 'DECLINE' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('SEEN' as const), present: fc.boolean(), level: fc.constantFrom('High', 'Critical') }),
  fc.record({ kind: fc.constant('PERSON' as const), action: fc.constantFrom('CONFIRM' as const, 'DECLINE' as const) }),
);

/** What the service does with one subject, without a database. */
function take(findings: Kept[], now: Step): void {
  const standing = findings.find((finding) => finding.condition === 'PRESENT');
  if (now.kind === 'PERSON') {
    const open = findings.find((finding) => finding.status === 'PROPOSED');
    if (!open) return;
    open.status = transit(open.status, now.action, 'PERSON');
    open.touchedByPerson = true;
    return;
  }
  switch (react(standing, { present: now.present, reason: now.level })) {
    case 'PROPOSE':
      findings.push({ status: 'PROPOSED', condition: 'PRESENT', reason: now.level, touchedByPerson: false });
      break;
    case 'RESTATE':
      if (standing) standing.reason = now.level;
      break;
    case 'WITHDRAW':
      if (standing)
        Object.assign(standing, { status: transit(standing.status, 'WITHDRAW', 'SYSTEM'), condition: 'CLEARED' });
      break;
    case 'CLEAR':
      if (standing) standing.condition = 'CLEARED';
      break;
    case 'NONE':
  }
}

describe('findings of one condition over any course of events', () => {
  it('keep to their rules', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const findings: Kept[] = [];
        let present = false;
        let episodes = 0;
        for (const now of steps) {
          const judged = findings
            .filter((finding) => finding.touchedByPerson)
            .map((finding) => [finding, finding.status] as const);
          take(findings, now);
          if (now.kind === 'SEEN') {
            if (now.present && !present) episodes++;
            present = now.present;
          }
          // One episode of the condition makes one finding, whatever people say of it meanwhile.
          expect(findings).toHaveLength(episodes);
          expect(findings.filter((finding) => finding.condition === 'PRESENT')).toHaveLength(present ? 1 : 0);
          // What a person judged keeps its status.
          for (const [finding, status] of judged) expect(finding.status).toBe(status);
          for (const finding of findings) {
            if (finding.status === 'WITHDRAWN')
              expect(finding).toMatchObject({ touchedByPerson: false, condition: 'CLEARED' });
            if (finding.status === 'PROPOSED') expect(finding.condition).toBe('PRESENT');
            if (finding.status === 'CONFIRMED' || finding.status === 'DECLINED')
              expect(finding.touchedByPerson).toBe(true);
          }
          // What waits for a person says what is so now.
          if (now.kind === 'SEEN' && now.present) {
            for (const open of findings) if (open.status === 'PROPOSED') expect(open.reason).toBe(now.level);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a risk above criteria', () => {
  it('is one that is open and there', () => {
    const risk = { status: 'OPEN', rule: 'ABOVE_CRITERIA', deleted: false } as const;
    expect(isAboveCriteria(risk)).toBe(true);
    expect(isAboveCriteria({ ...risk, rule: 'TOLERABLE' })).toBe(false);
    expect(isAboveCriteria({ ...risk, status: 'CLOSED' })).toBe(false);
    expect(isAboveCriteria({ ...risk, deleted: true })).toBe(false);
  });
});
