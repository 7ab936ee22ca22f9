import { controls } from '@annex/catalogues';
import { AnnexError, type FieldFault } from '@annex/schema';
import { text } from '../input.ts';
import type { Factor, MeasuredRating } from '../level/level.ts';
import type { TreatmentOption } from '../risk/risk.ts';
import type { NamedImplementation, TreatmentPromise } from './expected.ts';
import type { ActionStatus, Problem } from './treatment.ts';

/** What a plan to treat a risk is made of (27001, 6.1.3 b and e), how it is checked, and what it lacks before it is proposed. Pure. */

/** A control that a treatment needs, and why. */
export interface NecessaryControl {
  readonly controlId: string;
  readonly reason: string;
}

export interface PromiseInput {
  readonly implementationId: string;
  readonly strength: number;
  readonly likelihoodEffect?: number | null;
  readonly consequenceEffect?: number | null;
  readonly commonCause?: string | null;
}

export interface NecessaryControlInput {
  readonly controlId: string;
  readonly reason?: string | null;
}

export interface ActionInput {
  readonly id?: string | null;
  readonly title: string;
  readonly ownerId?: string | null;
  readonly dueAt?: Date | null;
  readonly cost?: { readonly minorUnits: number; readonly currency: string } | null;
  readonly implementationId?: string | null;
}

/** An action as it was given, checked. */
export interface PlannedAction {
  readonly id: string | null;
  readonly title: string;
  readonly ownerId: string | null;
  readonly dueAt: Date | null;
  readonly cost: number | null;
  readonly currency: string | null;
  readonly implementationId: string | null;
}

export const mostPromises = 100;
export const mostControls = 100;
export const mostActions = 50;

const currencies = new Set(Intl.supportedValuesOf('currency'));
const annexA = new Map((['2022', '2013'] as const).flatMap(controls).map(({ id }) => [id, id]));

/** @throws AnnexError BAD_INPUT with every fault */
function refuseFaults(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}

function checkNumber(faults: FieldFault[], field: string, given: number, most: number): void {
  if (given > most) faults.push({ field, given, allowed: `at most ${most}` });
}

/**
 * The promises of a treatment. The effects of an implementation that the risk is linked to are those of the link unless told.
 * @param known the implementations of the ISMS among those that are named
 * @throws AnnexError BAD_INPUT with every fault
 */
export function promisesOf(
  option: TreatmentOption,
  given: readonly PromiseInput[],
  links: readonly Factor[],
  known: ReadonlySet<string>,
): TreatmentPromise[] {
  const faults: FieldFault[] = [];
  checkNumber(faults, 'input.promises', given.length, mostPromises);
  if (given.length > 0 && (option === 'AVOID' || option === 'RETAIN'))
    faults.push({ field: 'input.promises', given: given.length, allowed: `none where the option is ${option}` });
  const seen = new Set<string>();
  const promises = given.map((promise, index): TreatmentPromise => {
    const at = `input.promises[${index}]`;
    const { implementationId, strength } = promise;
    if (!known.has(implementationId)) {
      const allowed = 'the id of an implementation of the same ISMS';
      faults.push({ field: `${at}.implementationId`, given: implementationId, allowed });
    }
    if (seen.has(implementationId)) {
      const allowed = 'an implementation that no other promise names';
      faults.push({ field: `${at}.implementationId`, given: implementationId, allowed });
    }
    seen.add(implementationId);
    const link = links.find((one) => one.implementationId === implementationId);
    const share = (field: string, value: number | undefined, missing: string) => {
      if (value === undefined) faults.push({ field: `${at}.${field}`, given: null, allowed: missing });
      else if (!(value >= 0 && value <= 1))
        faults.push({ field: `${at}.${field}`, given: value, allowed: 'a share from 0 to 1' });
      return value ?? 0;
    };
    const unlinked = 'a share from 0 to 1, for the risk is not linked to this implementation yet';
    const cause = promise.commonCause === undefined ? link?.commonCause : promise.commonCause;
    if (cause && cause.length > 100)
      faults.push({
        field: `${at}.commonCause`,
        given: cause.length,
        allowed: 'a name of at most 100 characters',
      });
    return {
      implementationId,
      strength: share('strength', strength, 'a share from 0 to 1'),
      likelihoodEffect: share('likelihoodEffect', promise.likelihoodEffect ?? link?.likelihoodEffect, unlinked),
      consequenceEffect: share('consequenceEffect', promise.consequenceEffect ?? link?.consequenceEffect, unlinked),
      commonCause: cause?.trim() || null,
    };
  });
  refuseFaults(faults);
  return promises;
}

/**
 * The controls that a treatment needs, by their full ids. Annex A is known here; what other catalogues hold, controls knows, so of their
 * ids only the form is looked at.
 * @throws AnnexError BAD_INPUT with every fault
 */
export function controlsOf(given: readonly NecessaryControlInput[]): NecessaryControl[] {
  const faults: FieldFault[] = [];
  checkNumber(faults, 'input.controls', given.length, mostControls);
  const seen = new Set<string>();
  const found = given.map(({ controlId, reason }, index): NecessaryControl => {
    const field = `input.controls[${index}].controlId`;
    const full = controlId.includes(':') ? controlId : `iso27001:2022:${controlId}`;
    const right = full.startsWith('iso27001:') ? annexA.has(full) : /^[^\s:]+(:[^\s:]+)+$/.test(full);
    if (!right || full.length > 200)
      faults.push({ field, given: controlId, allowed: 'a control of a catalogue, such as A.8.28' });
    if (seen.has(full)) faults.push({ field, given: controlId, allowed: 'a control that no other entry names' });
    seen.add(full);
    return {
      controlId: full,
      reason: text(`input.controls[${index}].reason`, reason ?? '', 1000, 'optional'),
    };
  });
  refuseFaults(faults);
  return found;
}

/**
 * The actions of a plan that are still to be done.
 * @param planned the ids of those that are there
 * @param known the implementations of the ISMS among those that are named
 * @throws AnnexError BAD_INPUT with every fault
 */
export function actionsOf(
  given: readonly ActionInput[],
  planned: ReadonlySet<string>,
  known: ReadonlySet<string>,
): PlannedAction[] {
  const faults: FieldFault[] = [];
  checkNumber(faults, 'input.actions', given.length, mostActions);
  const seen = new Set<string>();
  const actions = given.map((action, index): PlannedAction => {
    const at = `input.actions[${index}]`;
    const id = action.id ?? null;
    if (id !== null && (!planned.has(id) || seen.has(id))) {
      const allowed = 'a planned action of this treatment, named once; none for a new one';
      faults.push({ field: `${at}.id`, given: id, allowed });
    }
    if (id !== null) seen.add(id);
    const { cost } = action;
    if (cost && !(Number.isInteger(cost.minorUnits) && cost.minorUnits >= 0 && cost.minorUnits <= 1e15)) {
      const allowed = 'a whole number of minor units from 0 to 1e15';
      faults.push({ field: `${at}.cost.minorUnits`, given: cost.minorUnits, allowed });
    }
    if (cost && !currencies.has(cost.currency)) {
      const allowed = 'a currency of ISO 4217, such as EUR';
      faults.push({ field: `${at}.cost.currency`, given: cost.currency, allowed });
    }
    const implementationId = action.implementationId ?? null;
    if (implementationId !== null && !known.has(implementationId)) {
      const allowed = 'the id of an implementation of the same ISMS';
      faults.push({ field: `${at}.implementationId`, given: implementationId, allowed });
    }
    return {
      id,
      title: text(`${at}.title`, action.title, 300, 'required'),
      ownerId: action.ownerId ?? null,
      dueAt: action.dueAt ?? null,
      cost: cost?.minorUnits ?? null,
      currency: cost?.currency ?? null,
      implementationId,
    };
  });
  refuseFaults(faults);
  return actions;
}

/** What a plan is looked at by before it is proposed, and again before it is approved. */
export interface Plan {
  readonly option: TreatmentOption;
  readonly reason: string;
  readonly promises: readonly TreatmentPromise[];
  readonly controls: readonly NecessaryControl[];
  readonly actions: readonly (Omit<PlannedAction, 'id'> & { readonly status: ActionStatus })[];
}

/**
 * Each thing that a plan lacks before the owner of the risk can approve it.
 * @param expected the level that it is expected to leave; null where it leaves none
 */
export function lacksOf(
  plan: Plan,
  risk: { readonly reference: string; readonly ownerId: string | null },
  current: MeasuredRating,
  expected: MeasuredRating | null,
  known: ReadonlyMap<string, NamedImplementation>,
  now: Date,
): Problem[] {
  const problems: Problem[] = [];
  const lacks = (field: string, message: string) => problems.push({ field, message });
  const { option } = plan;
  const lowers = option === 'MODIFY' || option === 'SHARE';
  if (risk.ownerId === null) lacks('risk.owner', `${risk.reference} has no owner who could approve it.`);
  if (plan.reason === '') lacks('reason', 'Nothing says why this option was chosen.');
  const actions = plan.actions.filter(({ status }) => status !== 'CANCELLED');
  if (option !== 'RETAIN' && actions.length === 0) lacks('actions', 'No action is planned.');
  for (const action of actions.filter(({ status }) => status === 'PLANNED')) {
    const named = `The action “${action.title}”`;
    if (action.ownerId === null) lacks('actions.owner', `${named} has no owner.`);
    if (action.dueAt === null) lacks('actions.dueAt', `${named} has no date by which it is due.`);
    else if (action.dueAt <= now) lacks('actions.dueAt', `${named} would be overdue already.`);
  }
  if (option === 'MODIFY' && plan.controls.length === 0) lacks('controls', 'No necessary control is determined.');
  if (lowers && plan.promises.length === 0) lacks('promises', 'Nothing says which effect it promises.');
  for (const { implementationId } of plan.promises) {
    const implementation = known.get(implementationId);
    if (!implementation || implementation.deleted)
      lacks('promises', `${implementation?.reference ?? implementationId} was removed and keeps no promise.`);
  }
  const lower = expected !== null && (expected.frequency < current.frequency || expected.loss < current.loss);
  if (lowers && plan.promises.length > 0 && !lower)
    lacks('promises', 'What it promises lowers neither the likelihood nor the consequence.');
  return problems;
}
