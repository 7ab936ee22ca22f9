import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  ordering,
  type Resolver,
  sdl,
} from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { loadImport } from './import.loader.ts';
import {
  type CheckResultRow,
  type CheckSeriesRow,
  findingsQuery,
  type ImportRow,
  importsQuery,
  resultsQuery,
  type SeriesFilter,
  seriesQuery,
} from './import.store.ts';

type Context = CallContext<EvidenceDatabase>;

const latestFirst = ordering({ importedAt: 'desc' });
const byRule = ordering({ source: 'asc', tool: 'asc', ruleId: 'asc' });
const byPosition = ordering({ position: 'asc' });
const lastCheckedFirst = ordering({ checkedAt: 'desc' });

const imports: Resolver<EvidenceDatabase> = async (
  _,
  args: ConnectionArgs & { ismsId?: string | null; source?: string | null },
  context,
) => {
  const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
  return connection(context, args, {
    order: latestFirst,
    query: (tx) => importsQuery(tx, { ismsId, source: args.source }),
  });
};

const checkSeries: Resolver<EvidenceDatabase> = async (
  _,
  args: ConnectionArgs & Omit<SeriesFilter, 'ismsId'> & { ismsId?: string | null },
  context,
) => {
  const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
  const { source, outcome } = args;
  return connection(context, args, { order: byRule, query: (tx) => seriesQuery(tx, { ismsId, source, outcome }) });
};

const loadSeries = (context: Context, id: string) =>
  context
    .loader<string, CheckSeriesRow | null>('CheckSeries', async (tx, ids) => {
      const rows = await tx.db
        .selectFrom('checkSeries')
        .selectAll()
        .where('tenantId', '=', tx.tenant)
        .where('id', 'in', ids)
        .execute();
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => found.get(key) ?? null);
    })
    .load(id);

function explainOpen({ results, open, byLevel }: ImportRow): string {
  const { error, warning, note, none } = byLevel;
  return `${open} of ${results} results: ${error} errors, ${warning} warnings, ${note} notes, ${none} without a level. The others did not fail, are suppressed, or are gone from the baseline.`;
}

function explainSeries({ outcome, open, source }: CheckSeriesRow): string {
  switch (outcome) {
    case 'FAIL':
      return `The latest run of ${source} has ${open} open findings of it.`;
    case 'PASS':
      return `The latest run of ${source} was complete and has no finding of it.`;
    case 'UNKNOWN':
      return `The latest run of ${source} does not tell: it was not complete, left it to a person, or no longer has the rule.`;
  }
}

export const importModule: GraphqlModule<EvidenceDatabase> = {
  typeDefs: sdl(new URL('./import.graphql', import.meta.url)),
  resolvers: {
    Query: {
      import: (_: unknown, { id }: { id: string }, context) => loadImport(context, id),
      imports,
      checkSeries,
    },
    Import: {
      __resolveReference: ({ id }: { id: string }, context) => loadImport(context, id),
      openExplanation: explainOpen,
      sameAs: ({ sameAs }: ImportRow, _: unknown, context) => (sameAs === null ? null : loadImport(context, sameAs)),
      findings: ({ id }: ImportRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: byPosition,
          query: findingsQuery,
          parent: { field: 'Import.findings', column: 'importId', id },
        }),
      isms: ({ ismsId }: ImportRow) => ({ id: ismsId }),
    },
    CheckSeries: {
      __resolveReference: ({ id }: { id: string }, context) => loadSeries(context, id),
      openExplanation: explainSeries,
      since: ({ updatedAt }: CheckSeriesRow) => updatedAt,
      results: ({ id }: CheckSeriesRow, args: ConnectionArgs, context) =>
        connection(context, args, {
          order: lastCheckedFirst,
          query: resultsQuery,
          parent: { field: 'CheckSeries.results', column: 'seriesId', id },
        }),
    },
    CheckResult: { import: ({ importId }: CheckResultRow, _: unknown, context) => loadImport(context, importId) },
  },
};
