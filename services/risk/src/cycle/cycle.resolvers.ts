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
import { sql } from 'kysely';
import type { RiskDatabase } from '../database.ts';
import { riskOrders } from '../risk/risk.list.ts';
import { riskFor } from '../risk/risk.resolvers.ts';
import {
  type CancelCycleInput,
  type Compared,
  type CompleteCycleInput,
  type CycleStepInput,
  cancelCycle,
  compared,
  comparedWithNow,
  completeCycle,
  type PlanCycleInput,
  planCycle,
  startCycle,
  type UpdateCycleInput,
  updateCycle,
} from './cycle.operations.ts';
import { assessmentsDue, type CycleRow, cycles, type Due, type FrozenRow, findCycles } from './cycle.store.ts';
import type { CycleStatus } from './cycle.ts';
import {
  type DifferenceKind,
  type DifferenceRow,
  differenceCounts,
  differencesQuery,
  type FrozenFilter,
  frozenRows,
  intact,
  levelsOf,
} from './frozen.store.ts';
import { progressOf, remainingRisks } from './progress.store.ts';

type Context = CallContext<RiskDatabase>;
type Page = Pick<ConnectionArgs, 'first' | 'after'>;

const latestFirst = ordering({ number: 'desc' });
const byNumber = ordering({ number: 'asc' });
const byRisk = ordering({ number: 'asc', kind: 'asc' });

const cycleFor = (context: Context, id: string): Promise<CycleRow> =>
  loadEntity(context, 'AssessmentCycle', findCycles, id);

const payload = async (context: Context, changed: Changed) => ({
  assessmentCycle: await cycleFor(context, changed.id),
});

export const cycleModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./cycle.graphql', import.meta.url)),
  resolvers: {
    Query: {
      assessmentCycle: (_, { id }: { id: string }, context) => cycleFor(context, id),
      assessmentCycles: async (
        _,
        { ismsId, status, ...page }: Page & { ismsId?: string | null; status?: CycleStatus | null },
        context,
      ) => {
        const isms = await context.read((tx) => ismsOf(tx, ismsId));
        return connection(context, page, {
          order: latestFirst,
          query: (tx) => {
            const query = cycles(tx).where('ismsId', '=', isms);
            return status ? query.where('status', '=', status) : query;
          },
        });
      },
      cycleDifferences: async (_, { fromId, toId }: { fromId: string; toId?: string | null }, context) => {
        if (!toId) {
          const earlier = await cycleFor(context, fromId);
          return context.read((tx) => comparedWithNow(tx, earlier));
        }
        const [from, to] = await Promise.all([cycleFor(context, fromId), cycleFor(context, toId)]);
        return compared(from, to);
      },
      assessmentDue: (_, { ismsId }: { ismsId?: string | null }, context) =>
        context.read(async (tx) => {
          const isms = await ismsOf(tx, ismsId);
          const due = (await assessmentsDue(tx, [isms])).get(isms);
          return { period: due?.period ?? 'P1Y', ...due, overdue: due?.dueAt ? due.dueAt <= tx.now : false };
        }),
    },
    Mutation: {
      planAssessmentCycle: async (_, { input }: { input: PlanCycleInput }, context) =>
        payload(context, await context.write('planAssessmentCycle', input, (tx) => planCycle(tx, input))),
      updateAssessmentCycle: async (_, { input }: { input: UpdateCycleInput }, context) =>
        payload(context, await context.write('updateAssessmentCycle', input, (tx) => updateCycle(tx, input))),
      startAssessmentCycle: async (_, { input }: { input: CycleStepInput }, context) =>
        payload(context, await context.write('startAssessmentCycle', input, (tx) => startCycle(tx, input))),
      completeAssessmentCycle: async (_, { input }: { input: CompleteCycleInput }, context) =>
        payload(
          context,
          await context.write('completeAssessmentCycle', input, (tx) => completeCycle(tx, context.caller, input)),
        ),
      cancelAssessmentCycle: async (_, { input }: { input: CancelCycleInput }, context) =>
        payload(context, await context.write('cancelAssessmentCycle', input, (tx) => cancelCycle(tx, input))),
    },
    AssessmentCycle: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'AssessmentCycle', findCycles, id),
      isms: (row: CycleRow) => ({ id: row.ismsId }),
      lead: (row: CycleRow) => (row.leadId === null ? null : { id: row.leadId }),
      progress: async (row: CycleRow, _, context) => {
        if (row.status === 'COMPLETED')
          return { open: row.open, assessed: row.assessed, remaining: row.open - row.assessed };
        if (row.status !== 'IN_PROGRESS' || !row.startedAt) return null;
        const { startedAt } = row;
        return context.read((tx) => progressOf(tx, row.ismsId, startedAt));
      },
      remaining: (row: CycleRow, page: Page, context) =>
        connection(context, page, {
          order: riskOrders.LEVEL,
          query: (tx) => remainingRisks(tx, row.ismsId, row.status === 'IN_PROGRESS' ? row.startedAt : null),
        }),
      result: (row: CycleRow) => (row.status === 'COMPLETED' ? row : null),
    },
    AssessmentCycleResult: {
      levels: ({ id }: CycleRow, _, context) =>
        context.loader<string, Awaited<ReturnType<typeof levelsOf>>[number]>('levelsOfCycle', levelsOf).load(id),
      intact: (row: CycleRow, _, context) => context.read((tx) => intact(tx, row)),
      rows: ({ id }: CycleRow, { first, after, ...filter }: Page & FrozenFilter, context) =>
        connection(
          context,
          { first: first ?? null, after: after ?? null },
          {
            order: byNumber,
            query: (tx) => frozenRows(tx, id, filter),
          },
        ),
    },
    FrozenRisk: {
      risk: (row: FrozenRow, _, context) => riskFor(context, row.riskId),
      owner: (row: FrozenRow) => (row.ownerId === null ? null : { id: row.ownerId }),
    },
    CycleDifferences: {
      explanation: ({ sentence }: Compared) => sentence,
      counts: async ({ comparability, ...pair }: Compared, _, context) =>
        (await context.read((tx) => differenceCounts(tx, pair))).map(({ kind, count, worse, better }) =>
          kind.endsWith('LEVEL_MOVED') && comparability !== 'DIFFERENT_SCALES'
            ? { kind, count, worse, better }
            : { kind, count, worse: null, better: null },
        ),
      changes: (pair: Compared, { kind, ...page }: Page & { kind?: DifferenceKind | null }, context) =>
        connection(context, page, {
          order: byRisk,
          query: (tx) =>
            kind
              ? sql<DifferenceRow>`select d.* from (${differencesQuery(tx, pair)}) d where d.kind = ${kind}`
              : differencesQuery(tx, pair),
        }),
    },
    CycleDifference: { risk: (row: DifferenceRow, _, context) => riskFor(context, row.riskId) },
    AssessmentDue: {
      last: ({ lastId }: Partial<Due>, _, context) => (lastId ? cycleFor(context, lastId) : null),
      dueAt: ({ dueAt }: Partial<Due>) => dueAt ?? null,
    },
  },
};
