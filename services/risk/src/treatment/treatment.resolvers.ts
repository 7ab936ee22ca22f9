import {
  type CallContext,
  type Changed,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { criteriaFor } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { factorsView, ratingView } from '../level/level.view.ts';
import { currentRating } from '../risk/risk.rating.ts';
import { checkFirst, factorsFor, riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { type ActionRow, actionsOfTreatments } from './action.store.ts';
import {
  type ApproveTreatmentInput,
  approveTreatment,
  proposeTreatment,
  type RejectTreatmentInput,
  rejectTreatment,
  type TreatmentStepInput,
} from './approval.operations.ts';
import {
  abandonTreatment,
  type CompleteTreatmentInput,
  completeTreatment,
  type EndActionInput,
  type NotedStepInput,
  reviseTreatment,
  stepAction,
} from './carry.operations.ts';
import { type NamedImplementation, outcomeOf, readAgain } from './expected.ts';
import { type Look, look } from './look.ts';
import type { NecessaryControl } from './plan.ts';
import {
  type CreateTreatmentInput,
  createTreatment,
  type UpdateTreatmentInput,
  updateTreatment,
} from './treatment.operations.ts';
import {
  type ApprovalRow,
  approvalsOf,
  filteredTreatments,
  findTreatments,
  namedImplementations,
  type Residual,
  type TreatmentFilter,
  type TreatmentRow,
  treatmentsOf,
} from './treatment.store.ts';
import { holding, isOverdue, rolesNeeded } from './treatment.ts';

type Context = CallContext<RiskDatabase>;
type First = { readonly first: number };
/** An action as its treatment shows it. */
type ShownAction = ActionRow & { readonly overdue: boolean };

const byNumber = ordering({ number: 'desc' });

/** The treatment of an id, batched. @throws AnnexError NOT_FOUND where the tenant has none */
const treatmentFor = (context: Context, id: string): Promise<TreatmentRow> =>
  loadEntity(context, 'RiskTreatment', findTreatments, id);

const payload = async (context: Context, changed: Changed) => ({
  riskTreatment: await treatmentFor(context, changed.id),
});

const approvalsFor = (context: Context, id: string): Promise<ApprovalRow[]> =>
  context.loader<string, ApprovalRow[]>('approvalsOfTreatment', approvalsOf).load(id);

/** The actions of a treatment; whether one is overdue is told by the moment that is asked for. */
async function actionsFor(context: Context, { id, status }: TreatmentRow): Promise<ShownAction[]> {
  const { rows, now } = await context
    .loader<string, { rows: ActionRow[]; now: Date }>('actionsOfTreatment', async (tx, ids) =>
      (await actionsOfTreatments(tx, ids)).map((rows) => ({ rows, now: tx.now })),
    )
    .load(id);
  return rows.map((row) => ({ ...row, overdue: isOverdue(status, row, now) }));
}

const implementationFor = (context: Context, id: string): Promise<NamedImplementation | null> =>
  context
    .loader<string, NamedImplementation | null>('namedImplementation', async (tx, ids) => {
      const found = await namedImplementations(tx, ids);
      return ids.map((one) => found.get(one) ?? null);
    })
    .load(id);

/** What a treatment that is not decided on is expected to leave now, and what it lacks. */
async function lookFor(context: Context, row: TreatmentRow): Promise<Look> {
  const [risk, criteria, links, actions, now, ...named] = await Promise.all([
    riskFor(context, row.riskId),
    criteriaFor(context, row.ismsId),
    factorsFor(context, row.riskId),
    actionsFor(context, row),
    context.read(async (tx) => tx.now),
    ...row.promises.map(({ implementationId }) => implementationFor(context, implementationId)),
  ]);
  const known = new Map(named.flatMap((one) => (one ? [[one.id, one] as const] : [])));
  return look(row, { risk, criteria, links, known, actions, now });
}

const undecided = ({ status }: TreatmentRow) => status === 'DRAFT' || status === 'PROPOSED' || status === 'REJECTED';

/** The level that was approved, or that is expected now. */
async function residualFor(context: Context, row: TreatmentRow): Promise<Residual | null> {
  return row.expected ?? (undecided(row) ? (await lookFor(context, row)).residual : null);
}

async function outcomeFor(context: Context, row: TreatmentRow) {
  if (row.status !== 'COMPLETED') return null;
  const [risk, criteria, links] = await Promise.all([
    riskFor(context, row.riskId),
    criteriaFor(context, row.ismsId),
    factorsFor(context, row.riskId),
  ]);
  const current = currentRating(criteria, risk, links);
  const { verdict, expected, present, sentence } = outcomeOf(criteria, row.expected, risk, current);
  return {
    verdict,
    expected: expected && ratingView(criteria, expected),
    present: present && ratingView(criteria, present),
    explanation: sentence,
  };
}

/** What the actions that are not cancelled cost, by currency in the order of its name. */
function costsOf(actions: readonly ActionRow[]) {
  const sums = new Map<string, number>();
  for (const { status, cost, currency } of actions) {
    if (status === 'CANCELLED' || cost === null || currency === null) continue;
    sums.set(currency, (sums.get(currency) ?? 0) + cost);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minorUnits]) => ({ minorUnits, currency }));
}

interface ListArgs extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly filter?: TreatmentFilter | null;
}

export const treatmentModule: GraphqlModule<RiskDatabase> = {
  typeDefs: ['./treatment.graphql', './treatment.mutations.graphql']
    .map((file) => sdl(new URL(file, import.meta.url)))
    .join('\n'),
  resolvers: {
    Query: {
      riskTreatment: (_, { id }: { id: string }, context) => treatmentFor(context, id),
      async riskTreatments(_, args: ListArgs, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        const query = (tx: Parameters<typeof filteredTreatments>[0]) =>
          filteredTreatments(tx, ismsId, args.filter ?? {});
        return connection(context, args, { order: byNumber, query });
      },
    },
    Mutation: {
      createRiskTreatment: async (_, { input }: { input: CreateTreatmentInput }, context) =>
        payload(context, await context.write('createRiskTreatment', input, (tx) => createTreatment(tx, input))),
      updateRiskTreatment: async (_, { input }: { input: UpdateTreatmentInput }, context) =>
        payload(context, await context.write('updateRiskTreatment', input, (tx) => updateTreatment(tx, input))),
      proposeRiskTreatment: async (_, { input }: { input: TreatmentStepInput }, context) =>
        payload(context, await context.write('proposeRiskTreatment', input, (tx) => proposeTreatment(tx, input))),
      async approveRiskTreatment(_, { input }: { input: ApproveTreatmentInput }, context) {
        const approve = (tx: Parameters<typeof approveTreatment>[0]) => approveTreatment(tx, context.caller, input);
        return payload(context, await context.write('approveRiskTreatment', input, approve));
      },
      async rejectRiskTreatment(_, { input }: { input: RejectTreatmentInput }, context) {
        const reject = (tx: Parameters<typeof rejectTreatment>[0]) => rejectTreatment(tx, context.caller, input);
        return payload(context, await context.write('rejectRiskTreatment', input, reject));
      },
      reviseRiskTreatment: async (_, { input }: { input: NotedStepInput }, context) =>
        payload(context, await context.write('reviseRiskTreatment', input, (tx) => reviseTreatment(tx, input))),
      abandonRiskTreatment: async (_, { input }: { input: NotedStepInput }, context) =>
        payload(context, await context.write('abandonRiskTreatment', input, (tx) => abandonTreatment(tx, input))),
      completeRiskTreatment: async (_, { input }: { input: CompleteTreatmentInput }, context) =>
        payload(context, await context.write('completeRiskTreatment', input, (tx) => completeTreatment(tx, input))),
      completeTreatmentAction: async (_, { input }: { input: EndActionInput }, context) =>
        payload(context, await context.write('completeTreatmentAction', input, (tx) => stepAction(tx, 'DONE', input))),
      cancelTreatmentAction: async (_, { input }: { input: EndActionInput }, context) =>
        payload(
          context,
          await context.write('cancelTreatmentAction', input, (tx) => stepAction(tx, 'CANCELLED', input)),
        ),
    },
    Risk: {
      treatments: async ({ id }: RiskRow, { first }: First, context) =>
        (await context.loader<string, TreatmentRow[]>('treatmentsOfRisk', treatmentsOf).load(id)).slice(
          0,
          checkFirst(first),
        ),
    },
    RiskTreatment: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'RiskTreatment', findTreatments, id),
      isms: (row: TreatmentRow) => ({ id: row.ismsId }),
      risk: (row: TreatmentRow, _, context) => riskFor(context, row.riskId),
      promises: (row: TreatmentRow) =>
        row.promises.map((promise) => ({ ...promise, implementation: { id: promise.implementationId } })),
      async expected(row: TreatmentRow, _, context) {
        const residual = await residualFor(context, row);
        const criteria = await criteriaFor(context, row.ismsId);
        if (residual?.currency !== criteria.currency) return null;
        // What was approved by other criteria is read in the present ones, whose scales have the names.
        return ratingView(criteria, readAgain(criteria, residual));
      },
      async expectedExplanation(row: TreatmentRow, _, context) {
        if (row.option === 'AVOID') return 'What brings the risk is to be stopped, and nothing of it to be left.';
        return (await residualFor(context, row))?.sentence ?? 'It was given up before it was approved.';
      },
      expectedFactors: async (row: TreatmentRow, { first }: First, context) =>
        factorsView((await residualFor(context, row))?.factors ?? []).slice(0, checkFirst(first)),
      controls: (row: TreatmentRow) =>
        row.controls.map((one: NecessaryControl) => ({
          ...one,
          control: { id: one.controlId },
          source: one.controlId.slice(0, one.controlId.lastIndexOf(':')),
        })),
      actions: (row: TreatmentRow, _, context) => actionsFor(context, row),
      costs: async (row: TreatmentRow, _, context) => costsOf(await actionsFor(context, row)),
      problems: async (row: TreatmentRow, _, context) => (undecided(row) ? (await lookFor(context, row)).problems : []),
      approvals: (row: TreatmentRow, _, context) => approvalsFor(context, row.id),
      async awaits(row: TreatmentRow, _, context) {
        if (row.status !== 'PROPOSED') return null;
        const [{ residual }, risk] = await Promise.all([lookFor(context, row), riskFor(context, row.riskId)]);
        const given = holding(await approvalsFor(context, row.id), row.round, residual, risk.ownerId);
        return rolesNeeded(residual?.rule ?? null).filter((role) => !given.some((one) => one.role === role));
      },
      outcome: (row: TreatmentRow, _, context) => outcomeFor(context, row),
    },
    RiskTreatmentAction: {
      owner: (row: ActionRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      cost: ({ cost, currency }: ActionRow) => (cost === null ? null : { minorUnits: cost, currency }),
      implementation: (row: ActionRow) => (row.implementationId === null ? null : { id: row.implementationId }),
    },
    RiskTreatmentApproval: {
      person: (row: ApprovalRow) => ({ id: row.personId }),
      level: ({ residual }: ApprovalRow) => residual?.level ?? null,
      rank: ({ residual }: ApprovalRow) => residual?.rank ?? null,
      rule: ({ residual }: ApprovalRow) => residual?.rule ?? null,
      explanation: ({ residual }: ApprovalRow) => residual?.sentence ?? null,
    },
  },
};
