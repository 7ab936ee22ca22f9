import { checkFollows, type Transitions } from '@annex/schema';

/** Something noticed that may concern information security (27001, A.6.8), until somebody says what it is (A.5.25). */
export type SecurityEventStatus = 'REPORTED' | 'INCIDENT' | 'NOT_AN_INCIDENT';

/** What was taken for nothing may turn out to be an incident; an incident stays one. */
const transitions: Transitions<SecurityEventStatus> = {
  REPORTED: ['INCIDENT', 'NOT_AN_INCIDENT'],
  INCIDENT: [],
  NOT_AN_INCIDENT: ['INCIDENT'],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkDecision(
  { id, reference, status }: { readonly id: string; readonly reference: string; readonly status: SecurityEventStatus },
  decision: Exclude<SecurityEventStatus, 'REPORTED'>,
): void {
  checkFollows(transitions, { kind: 'SecurityEvent', id, name: reference }, status, decision);
}
