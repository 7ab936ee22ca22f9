import type { EventRow, RuleResult, Verdict } from '@annex/schema';
import { newId } from '@annex/service';
import { startTestService, type TestService } from '@annex/service/testing';
import type { AuditDatabase } from '../src/database.ts';
import { audit } from '../src/service.ts';

export type Auditing = TestService<AuditDatabase>;

/** The audit service as it runs, with a gap that may be 10 s old. */
export const startAuditing = (): Promise<Auditing> => startTestService(audit({ trailGapSeconds: 10 }));

/** An ISMS that controls tells of. */
export async function tellIsms(auditing: Auditing, tenant?: string): Promise<string> {
  const id = newId();
  const row = { id, version: 1, name: 'Head office', status: 'OPERATING' as const };
  await auditing.emit('annex.controls.isms.changed.v1', { rows: [row] }, tenant === undefined ? {} : { tenant });
  await auditing.settle();
  return id;
}

type RiskRow = EventRow<'annex.risk.risk.changed.v1'>;

const levels = {
  Medium: { likelihood: 2, consequence: 3, level: 'Medium', rank: 2, rule: 'TOLERABLE' },
  High: { likelihood: 4, consequence: 4, level: 'High', rank: 3, rule: 'ABOVE_CRITERIA' },
  Critical: { likelihood: 5, consequence: 5, level: 'Critical', rank: 4, rule: 'ABOVE_CRITERIA' },
} as const;

/** A risk as the risk service tells it. */
export function risk(ismsId: string, level: keyof typeof levels, more: Partial<RiskRow> = {}): RiskRow {
  return {
    id: newId(),
    ismsId,
    version: 1,
    reference: 'R-0042',
    title: 'Injection into the shop',
    status: 'OPEN',
    ownerId: null,
    inherent: levels.Critical,
    current: levels[level],
    implementationIds: [],
    ...more,
  };
}

/** What a rule of another service found. */
export function ruleResult(
  ismsId: string,
  clause: string,
  verdict: Verdict,
  more: Partial<RuleResult> = {},
): RuleResult {
  return {
    id: newId(),
    ismsId,
    version: 1,
    rule: `risk.about-${clause}`,
    clause,
    basis: 'REQUIREMENT',
    question: 'Is it so?',
    verdict,
    reason: `1 of 2 is ${verdict}.`,
    next: 'Look at it.',
    facts: { examined: 2, total: 2, failing: verdict === 'NO_GAP_FOUND' ? 0 : 1 },
    links: [{ kind: 'Risk', id: newId(), reference: 'R-0042' }],
    judgedAt: '2026-11-24T09:00:00.000Z',
    ...more,
  };
}

/** The code of the only error of an answer. */
export const codeOf = (answer: { errors?: readonly { extensions: { code: string } }[] }) =>
  answer.errors?.[0]?.extensions.code;
