import { isDeepStrictEqual } from 'node:util';
import { AnnexError } from '@annex/schema';
import { type Changed, newId, nextReference, type WriteTx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { text } from '../input.ts';
import { factorsOf } from '../risk/link.store.ts';
import type { TreatmentOption } from '../risk/risk.ts';
import { type ActionRow, actionsOfTreatments, replacePlanned } from './action.store.ts';
import { checkOpenRisk, type Held, holdTreated, keepNew, keepTreatment, takeTreatment } from './keep.ts';
import {
  type ActionInput,
  actionsOf,
  controlsOf,
  type NecessaryControlInput,
  type PlannedAction,
  type PromiseInput,
  promisesOf,
} from './plan.ts';
import { insertTreatment, openTreatment, type TreatmentRow } from './treatment.store.ts';
import { afterStep } from './treatment.ts';

interface PlanInput {
  readonly reason?: string | null;
  readonly promises?: readonly PromiseInput[] | null;
  readonly controls?: readonly NecessaryControlInput[] | null;
  readonly actions?: readonly ActionInput[] | null;
}

export interface CreateTreatmentInput extends PlanInput {
  readonly riskId: string;
  readonly option: TreatmentOption;
}

export interface UpdateTreatmentInput extends PlanInput {
  readonly id: string;
  readonly expectedVersion: number;
  readonly option?: TreatmentOption | null;
}

/** Who answers for an act: the person on whose behalf a key acts, otherwise whoever acts. */
export const actingPerson = (tx: WriteTx<RiskDatabase>): string => tx.scope.onBehalfOf ?? tx.scope.actor;

/** The implementations that an input names. */
const named = ({ promises, actions }: PlanInput): string[] => [
  ...(promises ?? []).map(({ implementationId }) => implementationId),
  ...(actions ?? []).flatMap(({ implementationId }) => implementationId ?? []),
];

type Content = Pick<TreatmentRow, 'option' | 'reason' | 'promises' | 'controls'>;

/** What a plan says after an input; what is left out stays, as far as the option allows it. */
async function contentOf(
  tx: WriteTx<RiskDatabase>,
  { risk, known }: Held,
  input: PlanInput & { readonly option?: TreatmentOption | null },
  before: Content,
): Promise<Content> {
  const option = input.option ?? before.option;
  const links = (await factorsOf(tx, [risk.id])).get(risk.id) ?? [];
  return {
    option,
    reason: text('input.reason', input.reason ?? before.reason, 10_000, 'optional'),
    promises: input.promises
      ? promisesOf(option, input.promises, links, known)
      : promisesOf(option, before.promises, links, new Set(before.promises.map((one) => one.implementationId))),
    controls: input.controls ? controlsOf(input.controls) : before.controls,
  };
}

/**
 * Drafts the treatment of a risk (27001, 6.1.3 a, b and e). A risk has one that is not over at a time.
 * @throws AnnexError NOT_FOUND, BAD_INPUT with every fault, STATE_CONFLICT for a closed risk or one that is being treated
 */
export async function createTreatment(tx: WriteTx<RiskDatabase>, input: CreateTreatmentInput): Promise<Changed> {
  const held = await holdTreated(tx, input.riskId, named(input));
  const { risk } = held;
  checkOpenRisk(risk);
  const present = await openTreatment(tx, risk.id);
  if (present) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `${risk.reference} is being treated by ${present.reference}, which is ${present.status}; change, complete or abandon that`,
      { details: { kind: 'RiskTreatment', id: present.id, present: present.status, allowed: [] } },
    );
  }
  const empty: Content = { option: input.option, reason: '', promises: [], controls: [] };
  const content = await contentOf(tx, held, input, empty);
  const actions = actionsOf(input.actions ?? [], new Set(), held.known);
  const row = await insertTreatment(tx, {
    ...content,
    id: newId(),
    ismsId: risk.ismsId,
    reference: await nextReference(tx, risk.ismsId, 'RT'),
    riskId: risk.id,
    authors: [actingPerson(tx)],
  });
  await replacePlanned(tx, row, [], actions);
  return keepNew(tx, row);
}

const planOf = ({ id, title, ownerId, dueAt, cost, currency, implementationId }: ActionRow): PlannedAction => ({
  ...{ id, title, ownerId, dueAt, cost, currency, implementationId },
});

/**
 * Changes what is given of a treatment that is not approved, and leaves the rest; what was proposed or rejected is a draft again. Given
 * actions take the place of all that are planned. A change that changes nothing makes no version.
 * @throws AnnexError NOT_FOUND, BAD_INPUT with every fault, STATE_CONFLICT, VERSION_CONFLICT
 */
export async function updateTreatment(tx: WriteTx<RiskDatabase>, input: UpdateTreatmentInput): Promise<Changed> {
  const taken = await takeTreatment(tx, input, named(input));
  const { treatment, risk } = taken;
  const status = afterStep(treatment, 'change');
  checkOpenRisk(risk);
  const { option, reason, promises, controls } = treatment;
  const before: Content = { option, reason, promises, controls };
  const content = await contentOf(tx, taken, input, before);
  const [present = []] = await actionsOfTreatments(tx, [treatment.id]);
  const planned = present.filter((row) => row.status === 'PLANNED').map(planOf);
  const actions = input.actions
    ? actionsOf(input.actions, new Set(planned.flatMap(({ id }) => id ?? [])), taken.known)
    : planned;
  const sameActions = isDeepStrictEqual(actions, planned);
  if (sameActions && isDeepStrictEqual(content, before)) return { id: treatment.id, version: treatment.version };
  if (!sameActions) await replacePlanned(tx, treatment, present, actions);
  const authors = [...new Set([...treatment.authors, actingPerson(tx)])];
  return keepTreatment(tx, treatment, { ...content, status, authors });
}
