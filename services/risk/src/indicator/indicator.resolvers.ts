import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  type LinkedList,
  linkedEntities,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { risksOfImplementation } from '../risk/risk.list.ts';
import { checkFirst } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import { readAll } from './figure.store.ts';
import {
  type CreateIndicatorInput,
  createIndicator,
  type IndicatorStepInput,
  retireIndicator,
  type UpdateIndicatorInput,
  updateIndicator,
} from './indicator.operations.ts';
import {
  filteredIndicators,
  findIndicators,
  type IndicatorFilter,
  type IndicatorRow,
  readings,
} from './indicator.store.ts';
import { judgeReading, type Said } from './indicator.ts';

type Context = CallContext<RiskDatabase>;
type Page = Pick<ConnectionArgs, 'first' | 'after'>;
type First = { readonly first: number };

const byNumber = ordering({ number: 'asc' });
const latestFirst = ordering({ readAt: 'desc' });

/** The indicators of a risk, by reference. */
const indicatorsOfRisk: LinkedList<IndicatorRow> = {
  field: 'Risk.indicators',
  table: 'indicator',
  links: 'indicator_risk',
  entityId: 'indicator_id',
  objectId: 'risk_id',
  orderBy: 'indicator.number, indicator.id',
  // What the plain fields are read from; the others read whole rows.
  columns: { id: ['id'], version: ['version'], reference: ['reference'], isms: ['ismsId'], name: ['name'] },
};

/** The risks of an indicator, the highest level first. */
const risksOfIndicator: LinkedList<RiskRow> = {
  ...risksOfImplementation,
  field: 'RiskIndicator.risks',
  links: 'indicator_risk',
  objectId: 'indicator_id',
};

const indicatorFor = (context: Context, id: string): Promise<IndicatorRow> =>
  loadEntity(context, 'RiskIndicator', findIndicators, id);

const payload = async (context: Context, { id }: { readonly id: string }) => ({
  riskIndicator: await indicatorFor(context, id),
});

/** What an indicator says: a figure as the register is at the moment that is asked for, all else as it was told last. */
const saidBy = async (context: Context, row: IndicatorRow): Promise<Said> =>
  row.figure === null || row.status === 'RETIRED'
    ? row
    : context
        .loader<string, Said>('figures of indicators', async (tx, ids) => {
          const rows = new Map((await findIndicators(tx, ids)).map((one) => [one.id, one]));
          const asked = ids.flatMap((id) => rows.get(id) ?? []);
          const read = await readAll(tx, asked);
          const said = new Map(
            asked.flatMap((one, index) => {
              const reading = read[index];
              return reading ? [[one.id, judgeReading(one, reading)] as const] : [];
            }),
          );
          return ids.map((id) => said.get(id) ?? new Error(`The indicator ${id} is gone`)) as Said[];
        })
        .load(row.id);

export const indicatorModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./indicator.graphql', import.meta.url)),
  resolvers: {
    Query: {
      riskIndicator: (_, { id }: { id: string }, context) => indicatorFor(context, id),
      riskIndicators: (_, { filter, ...page }: Page & { filter?: IndicatorFilter | null }, context) =>
        connection(context, page, { order: byNumber, query: (tx) => filteredIndicators(tx, filter ?? {}) }),
    },
    Mutation: {
      createRiskIndicator: async (_, { input }: { input: CreateIndicatorInput }, context) =>
        payload(context, await context.write('createRiskIndicator', input, (tx) => createIndicator(tx, input))),
      updateRiskIndicator: async (_, { input }: { input: UpdateIndicatorInput }, context) =>
        payload(context, await context.write('updateRiskIndicator', input, (tx) => updateIndicator(tx, input))),
      retireRiskIndicator: async (_, { input }: { input: IndicatorStepInput }, context) =>
        payload(context, await context.write('retireRiskIndicator', input, (tx) => retireIndicator(tx, input))),
    },
    Risk: {
      indicators: ({ id }: RiskRow, { first }: First, context, info) =>
        linkedEntities(context, indicatorsOfRisk, id, checkFirst(first), info),
    },
    RiskIndicator: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'RiskIndicator', findIndicators, id),
      isms: (row: IndicatorRow) => ({ id: row.ismsId }),
      owner: (row: IndicatorRow) => (row.ownerId === null ? null : { id: row.ownerId }),
      measure: (row: IndicatorRow) => (row.measureId === null ? null : { id: row.measureId }),
      risks: ({ id }: IndicatorRow, { first }: First, context, info) =>
        linkedEntities(context, risksOfIndicator, id, checkFirst(first), info),
      value: async (row: IndicatorRow, _, context) => (await saidBy(context, row)).value,
      valuedAt: async (row: IndicatorRow, _, context) => (await saidBy(context, row)).valuedAt,
      unit: async (row: IndicatorRow, _, context) => (await saidBy(context, row)).unit,
      state: async (row: IndicatorRow, _, context) => (await saidBy(context, row)).state,
      explanation: async (row: IndicatorRow, _, context) => (await saidBy(context, row)).explanation,
      readings: ({ id }: IndicatorRow, page: Page, context) =>
        connection(context, page, {
          order: latestFirst,
          query: readings,
          parent: { field: 'RiskIndicator.readings', column: 'indicatorId', id },
        }),
    },
  },
};
