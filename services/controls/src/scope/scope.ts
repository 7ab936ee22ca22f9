import { AnnexError, badInput, checkFollows, type FieldFault, personActing, type Transitions } from '@annex/schema';
import { text } from '../input.ts';
import type { SiteKind } from '../site/site.ts';

/**
 * Versions of an ISMS's scope (27001, 4.3): drafted, looked at by another person, in force, superseded. Pure: what may follow what, what a
 * version must say, who may decide.
 */

export type ScopeStatus = 'DRAFT' | 'IN_REVIEW' | 'APPROVED' | 'SUPERSEDED';

/** Which status may follow which. What is sent back or taken back is the same draft again. */
const transitions: Transitions<ScopeStatus> = {
  DRAFT: ['IN_REVIEW'],
  IN_REVIEW: ['APPROVED', 'DRAFT'],
  APPROVED: ['SUPERSEDED'],
  SUPERSEDED: [],
};

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkTransition(id: string, from: ScopeStatus, to: ScopeStatus): void {
  checkFollows(transitions, { kind: 'ScopeVersion', id, name: 'The scope version' }, from, to);
}

/** @throws AnnexError STATE_CONFLICT unless it is a draft: what others look at or approved stands still */
export function checkDraft(version: {
  readonly id: string;
  readonly number: number;
  readonly status: ScopeStatus;
}): void {
  if (version.status === 'DRAFT') return;
  const why =
    version.status === 'IN_REVIEW'
      ? 'is under review; take it back to change it'
      : `is ${version.status} and never changes; draft a new version`;
  throw new AnnexError('STATE_CONFLICT', `Version ${version.number} of the scope ${why}`, {
    details: {
      kind: 'ScopeVersion',
      id: version.id,
      present: version.status,
      asked: 'DRAFT',
      allowed: transitions[version.status],
    },
  });
}

/** Where the scope touches the outside or another part of the organisation (27001, 4.3 c). */
export interface Interface {
  readonly name: string;
  readonly description: string;
}

/** What the activities within the scope depend on (27001, 4.3 c); a process of the ISMS where it is one. */
export interface Dependency {
  readonly name: string;
  readonly description: string;
  readonly processId: string | null;
}

/** What lies outside although one might look for it inside, and why. */
export interface Exclusion {
  readonly what: string;
  readonly reason: string;
}

/** Sites and processes as they were when a version was submitted. */
export interface Frozen {
  readonly sites: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: SiteKind;
    readonly description: string;
  }[];
  readonly processes: readonly { readonly id: string; readonly name: string; readonly description: string }[];
}

/** What a version says. */
export interface ScopeContent {
  readonly statement: string;
  readonly boundaries: string;
  readonly considered: string;
  readonly siteIds: string[];
  readonly processIds: string[];
  readonly interfaces: readonly Interface[];
  readonly dependencies: readonly Dependency[];
  readonly exclusions: readonly Exclusion[];
}

/** What is to be changed of a version; what is left out stays. */
export interface ScopeInput {
  readonly statement?: string | null;
  readonly boundaries?: string | null;
  readonly considered?: string | null;
  readonly siteIds?: readonly string[] | null;
  readonly processIds?: readonly string[] | null;
  readonly interfaces?: readonly Interface[] | null;
  readonly dependencies?:
    | readonly { readonly name: string; readonly description?: string | null; readonly processId?: string | null }[]
    | null;
  readonly exclusions?: readonly Exclusion[] | null;
}

/** So many sites, processes, interfaces, dependencies and exclusions a version has at most, of each. */
const mostOfEach = 500;

function list<G, R>(field: string, given: readonly G[], read: (one: G, at: string) => R): R[] {
  if (given.length > mostOfEach) throw badInput(field, given.length, `must hold at most ${mostOfEach} entries`);
  return given.map((one, index) => read(one, `${field}.${index}`));
}

/**
 * What a version says after a change.
 * @param known whether the ISMS has a site or process of this id
 * @throws AnnexError BAD_INPUT naming each site and process that is unknown, or the text that is not acceptable
 */
export function scopeContent(
  input: ScopeInput,
  before: ScopeContent,
  known: (kind: 'site' | 'process', id: string) => boolean,
): ScopeContent {
  const faults: FieldFault[] = [];
  const named = (kind: 'site' | 'process', id: string, field: string) => {
    if (!known(kind, id)) faults.push({ field, given: id, allowed: `must be a ${kind} of the same ISMS` });
    return id;
  };
  const ids = (kind: 'site' | 'process', field: string, given: readonly string[]) => [
    ...new Set(list(field, given, (id, at) => named(kind, id, at))),
  ];
  const content: ScopeContent = {
    statement: text('input.statement', input.statement ?? before.statement, 20_000, 'optional'),
    boundaries: text('input.boundaries', input.boundaries ?? before.boundaries, 20_000, 'optional'),
    considered: text('input.considered', input.considered ?? before.considered, 20_000, 'optional'),
    siteIds: input.siteIds ? ids('site', 'input.siteIds', input.siteIds) : before.siteIds,
    processIds: input.processIds ? ids('process', 'input.processIds', input.processIds) : before.processIds,
    interfaces: input.interfaces
      ? list('input.interfaces', input.interfaces, (one, at) => ({
          name: text(`${at}.name`, one.name, 300, 'required'),
          description: text(`${at}.description`, one.description, 2000, 'required'),
        }))
      : before.interfaces,
    dependencies: input.dependencies
      ? list('input.dependencies', input.dependencies, (one, at) => ({
          name: text(`${at}.name`, one.name, 300, 'required'),
          description: text(`${at}.description`, one.description ?? '', 2000, 'optional'),
          processId: one.processId ? named('process', one.processId, `${at}.processId`) : null,
        }))
      : before.dependencies,
    exclusions: input.exclusions
      ? list('input.exclusions', input.exclusions, (one, at) => ({
          what: text(`${at}.what`, one.what, 300, 'required'),
          reason: text(`${at}.reason`, one.reason, 2000, 'required'),
        }))
      : before.exclusions,
  };
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return content;
}

/** What a version must say before others look at it (27001, 4.3 a to c). */
const demanded = [
  ['statement', 'The scope has no statement.'],
  ['boundaries', 'Nothing says where the boundaries of the ISMS lie and what it applies to.'],
  ['considered', 'Nothing says how the issues (4.1) and the requirements (4.2) were considered.'],
] as const;

/** @throws AnnexError STATE_CONFLICT listing each thing that is missing */
export function refuseIncomplete(content: Pick<ScopeContent, 'statement' | 'boundaries' | 'considered'>): void {
  const missing = demanded.filter(([field]) => content[field] === '');
  const [first] = missing;
  if (!first) return;
  throw new AnnexError('STATE_CONFLICT', missing.map(([, sentence]) => sentence).join(' '), {
    faults: missing.map(([field, sentence]) => ({ field, given: '', allowed: sentence })),
    details: { problems: missing.length },
  });
}

/**
 * Four eyes: neither who wrote a part of a version nor who submitted it decides on it.
 * @returns the person as an actor
 * @throws AnnexError FORBIDDEN
 */
export function checkDecider(
  personId: string | undefined,
  version: { readonly authors: readonly string[]; readonly submittedBy: string | null },
): string {
  const person = `person:${personActing(personId, 'A scope is approved')}`;
  if (version.authors.includes(person) || version.submittedBy === person) {
    throw new AnnexError('FORBIDDEN', 'Who wrote or submitted a scope does not decide on it; another person does');
  }
  return person;
}

/** @throws AnnexError STATE_CONFLICT where versions that are worked on or in force name the site or process */
export function refuseNamed(
  kind: 'Site' | 'IsmsProcess',
  thing: { readonly id: string; readonly name: string },
  versions: readonly { readonly id: string; readonly number: number; readonly status: ScopeStatus }[],
): void {
  if (versions.length === 0) return;
  const names = versions.map((one) => `version ${one.number} (${one.status})`).join(' and ');
  throw new AnnexError('STATE_CONFLICT', `${thing.name} stays while the scope names it: ${names}`, {
    details: { kind, id: thing.id, scopeVersions: versions.map((one) => one.id) },
  });
}
