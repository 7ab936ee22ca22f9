import { AnnexError, checkFollows, type FieldFault, isUuid, type Transitions } from '@annex/schema';
import type { Affected } from '../risk/risk.ts';
import type { Occurrence } from './occurrence.ts';

/**
 * An information security incident (27001, A.5.24 to A.5.28; 27035-1, 5): which status may follow which, what each step needs, and how long
 * each took. Pure.
 */

export type IncidentStatus = 'REPORTED' | 'TRIAGED' | 'RESPONDING' | 'RESOLVED' | 'LEARNED';
export type Confirmation = 'CONFIRMED' | 'SUSPECTED' | 'NEAR_MISS' | 'FALSE_POSITIVE';
export type Severity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
export const categories = [
  'MALWARE',
  'HACKING',
  'SOCIAL',
  'MISUSE',
  'PHYSICAL',
  'ERROR',
  'ENVIRONMENTAL',
  'OTHER',
] as const;
export type IncidentCategory = (typeof categories)[number];
export type Phase =
  | 'DETECTION'
  | 'TRIAGE'
  | 'CONTAINMENT'
  | 'ERADICATION'
  | 'RECOVERY'
  | 'COMMUNICATION'
  | 'EVIDENCE'
  | 'LESSONS';
/** Whether the risks that an incident is about were looked at again. */
export type RiskReview = 'DONE' | 'TO_BE_DONE' | 'NOT_NEEDED';

/** What an incident cost in one form, in minor units. */
export interface IncidentLoss {
  readonly category: string;
  readonly minorUnits: number;
}

/** An incident that was learned from stays closed: what comes back is a new one that names it. */
const transitions: Transitions<IncidentStatus> = {
  REPORTED: ['TRIAGED'],
  TRIAGED: ['RESPONDING', 'RESOLVED'],
  RESPONDING: ['RESOLVED'],
  RESOLVED: ['RESPONDING', 'LEARNED'],
  LEARNED: [],
};

/** What a step looks at. */
export interface Steppable {
  readonly id: string;
  readonly reference: string;
  readonly status: IncidentStatus;
  readonly severity: Severity | null;
  readonly categories: readonly IncidentCategory[];
  readonly handlerId: string | null;
  readonly lessons: string;
  readonly riskReview: RiskReview | null;
}

/**
 * Whether an incident may take a step.
 * @throws AnnexError STATE_CONFLICT with the steps that its status allows, or with everything that it lacks for this one
 */
export function checkStep(incident: Steppable, to: IncidentStatus): void {
  const { id, reference, status } = incident;
  if (status === 'LEARNED') {
    throw new AnnexError(
      'STATE_CONFLICT',
      `${reference} is closed and is not opened again; declare a new incident that names it as the one that came back`,
      { details: { kind: 'Incident', id, present: status, asked: to, allowed: [] } },
    );
  }
  checkFollows(transitions, { kind: 'Incident', id, name: reference }, status, to);
  const lacks: FieldFault[] = [];
  const need = (field: string, there: boolean, allowed: string) => {
    if (!there) lacks.push({ field, given: null, allowed });
  };
  if (to === 'TRIAGED') {
    need('severity', incident.severity !== null, 'Say how severe it is.');
    need('categories', incident.categories.length > 0, 'Say what sort of incident it is.');
    need('handlerId', incident.handlerId !== null, 'Name who handles it.');
  }
  if (to === 'LEARNED') {
    need('lessons', incident.lessons !== '', 'Write down what was learned from it.');
    need('riskReview', incident.riskReview !== null, 'Say whether the risks that it is about were reviewed.');
  }
  if (lacks.length === 0) return;
  throw new AnnexError('STATE_CONFLICT', lacks.map(({ allowed }) => allowed).join(' '), {
    faults: lacks,
    details: { kind: 'Incident', id, present: status, asked: to },
  });
}

const mostLosses = 20;
const mostIds = 200;

/** What people say of an incident. */
export interface IncidentFacts {
  readonly title: string;
  readonly description: string;
  readonly categories: readonly IncidentCategory[];
  readonly findingIds: readonly string[];
  readonly evidenceIds: readonly string[];
  readonly losses: readonly IncidentLoss[];
  readonly lessons: string;
}

/**
 * Every fault of what is said of an incident.
 * @param at the place of a field: `input.title`, `records[3].summary`
 */
export function faultsOfIncident(facts: IncidentFacts, at: (field: string) => string): FieldFault[] {
  const faults: FieldFault[] = [];
  const check = (field: string, right: boolean, given: unknown, allowed: string) => {
    if (!right) faults.push({ field: at(field), given, allowed });
  };
  check('title', facts.title !== '', facts.title, 'must not be empty');
  for (const [field, most] of [
    ['title', 200],
    ['description', 20_000],
    ['lessons', 20_000],
  ] as const) {
    const given = facts[field];
    check(field, given.length <= most, `${given.slice(0, 60)}…`, `must have at most ${most} characters`);
    check(field, !given.includes('\u0000'), 'a NUL character', 'must be text without NUL characters');
  }
  for (const field of ['findingIds', 'evidenceIds'] as const) {
    check(field, facts[field].length <= mostIds, facts[field].length, `must name at most ${mostIds}`);
    for (const [index, id] of facts[field].entries()) check(`${field}.${index}`, isUuid(id), id, 'must be a UUID');
  }
  check(
    'losses',
    facts.losses.length <= mostLosses,
    facts.losses.length,
    `must be at most ${mostLosses} forms of loss`,
  );
  const seen = new Set<string>();
  for (const [index, { category, minorUnits }] of facts.losses.entries()) {
    const named = category !== '' && category.length <= 60 && !category.includes('\u0000');
    check(`losses.${index}.category`, named, category.slice(0, 60), 'must be a name of 1 to 60 characters');
    check(`losses.${index}.category`, !seen.has(category), category, 'must not be given twice');
    seen.add(category);
    const amount = Number.isFinite(minorUnits) && minorUnits >= 0 && minorUnits <= 1e15;
    check(`losses.${index}.minorUnits`, amount, minorUnits, 'must be an amount from 0 to 1e15 in minor units');
  }
  return faults;
}

/** What an incident cost in all forms together; null where nobody has said it. */
export const totalLoss = (losses: readonly IncidentLoss[]): number | null =>
  losses.length === 0 ? null : losses.reduce((sum, { minorUnits }) => sum + minorUnits, 0);

/** How long something took, in seconds: between a least and a most, which are the same where both ends are known to the instant. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

export interface Timed extends Occurrence {
  readonly detectedAt: Date | null;
  readonly reportedAt: Date | null;
  readonly triagedAt: Date | null;
  readonly containedAt: Date | null;
  readonly resolvedAt: Date | null;
}

function between(from: Date | null, until: Date | null): Span | null {
  if (!from || !until) return null;
  const seconds = Math.max(0, (until.getTime() - from.getTime()) / 1000);
  return { least: seconds, most: seconds };
}

/** How long it took to detect, triage, contain and resolve an incident; null where an end of it is not known. */
export function timingsOf(incident: Timed) {
  const { occurredFrom, occurredUntil, detectedAt, reportedAt, triagedAt, containedAt, resolvedAt } = incident;
  const begun = detectedAt ?? reportedAt;
  const longest = between(occurredFrom, detectedAt);
  return {
    toDetect: longest && { least: between(occurredUntil, detectedAt)?.least ?? longest.least, most: longest.most },
    toTriage: between(reportedAt, triagedAt),
    toContain: between(begun, containedAt),
    toResolve: between(begun, resolvedAt),
  };
}

/** Seconds as an ISO 8601 duration: `P2DT3H`. */
export function durationText(seconds: number): string {
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  const date = days > 0 ? `${days}D` : '';
  const parts = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    whole % 60 > 0 ? `${whole % 60}S` : '',
  ];
  const time = parts.join('');
  if (date === '' && time === '') return 'PT0S';
  return `P${date}${time === '' ? '' : `T${time}`}`;
}

/** The moments of an incident that follow one another; undefined where they do. */
export function faultOfOrder(
  { occurredFrom, detectedAt, containedAt, resolvedAt }: Timed,
  now: Date,
  at: (field: string) => string,
): FieldFault | undefined {
  for (const [field, moment] of [
    ['detectedAt', detectedAt],
    ['containedAt', containedAt],
  ] as const) {
    if (!moment) continue;
    const given = moment.toISOString();
    if (moment > now) return { field: at(field), given, allowed: 'must not lie in the future' };
    if (occurredFrom && moment < occurredFrom)
      return { field: at(field), given, allowed: 'must not lie before it happened' };
    if (field === 'containedAt' && detectedAt && moment < detectedAt)
      return { field: at(field), given, allowed: 'must not lie before it was detected' };
  }
  if (containedAt && resolvedAt && containedAt > resolvedAt)
    return {
      field: at('containedAt'),
      given: containedAt.toISOString(),
      allowed: 'must not lie after it was resolved',
    };
  return undefined;
}

/** C, I and A in their order, each once. */
export const affectedOf = (given: readonly Affected[]): Affected[] =>
  (['CONFIDENTIALITY', 'INTEGRITY', 'AVAILABILITY'] as const).filter((one) => given.includes(one));
