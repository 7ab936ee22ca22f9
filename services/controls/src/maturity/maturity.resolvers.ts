import { type CatalogueControl, controls, type Theme } from '@annex/catalogues';
import { notFound } from '@annex/schema';
import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  ordering,
  sdl,
} from '@annex/service';
import { controlAsked, controlOf, inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import type { ImplementationRow } from '../implementation/implementation.store.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { ownControl } from '../library/control.loader.ts';
import { ownControls } from '../library/library.store.ts';
import { type AssessMaturityInput, assessMaturity } from './maturity.operations.ts';
import { assessmentsIn, countingIn, countingOf, findAssessments, type MaturityRow } from './maturity.store.ts';
import { aggregated, scale } from './maturity.ts';

type Context = CallContext<ControlsDatabase>;

const latestFirst = ordering({ assessedAt: 'desc' });
const annexA = controls('2022');

/** An ISMS with what counts of its controls. */
interface IsmsMaturity extends ReturnType<typeof aggregated> {
  readonly ismsId: string;
  readonly counting: readonly MaturityRow[];
}

async function maturityIn(context: Context, ismsId: string): Promise<IsmsMaturity> {
  const rows = await context.read((tx) => countingIn(tx, ismsId));
  const levels = new Map(rows.map((row) => [row.controlId, row.level]));
  return { ismsId, counting: inOrder(rows), ...aggregated(annexA, levels) };
}

function inOrder(rows: readonly MaturityRow[]): MaturityRow[] {
  const found = new Map(rows.map((row) => [row.controlId, row]));
  return inCatalogueOrder([...found.keys()]).flatMap((id) => found.get(id) ?? []);
}

/** The control of an id, or none where its catalogue is gone. */
function knownControl(context: Context, id: string): CatalogueControl | null | Promise<CatalogueControl | null> {
  return (
    controlOf(id) ??
    context
      .loader<string, CatalogueControl | null>('own controls that are left', async (tx, ids) => {
        const own = new Map((await ownControls(tx, ids)).map((row) => [row.id, ownControl(row)]));
        return ids.map((one) => own.get(one) ?? null);
      })
      .load(id)
  );
}

const ofTheme = (theme: Theme | null | undefined) => (id: string) => !theme || controlOf(id)?.theme === theme;

export const maturityModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./maturity.graphql', import.meta.url)),
  resolvers: {
    Query: {
      maturityScale: () => scale,
      maturity: async (_, args: { ismsId?: string | null }, context) =>
        maturityIn(context, await context.read((tx) => ismsOf(tx, args.ismsId))),
      async maturityAssessments(
        _,
        args: ConnectionArgs & { ismsId?: string | null; controlId?: string | null },
        context,
      ) {
        const controlId = args.controlId ? controlAsked(args.controlId) : undefined;
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, {
          order: latestFirst,
          query: (tx) => assessmentsIn(tx, ismsId, controlId),
        });
      },
    },
    Mutation: {
      async assessMaturity(_, { input }: { input: AssessMaturityInput }, context) {
        const { ismsId, ids } = await context.write('assessMaturity', input, (tx) =>
          assessMaturity(tx, context.caller, input),
        );
        const rows = new Map((await context.read((tx) => findAssessments(tx, ids))).map((row) => [row.id, row]));
        return {
          assessments: ids.map((id) => rows.get(id) ?? notFound('MaturityAssessment', id)),
          maturity: () => maturityIn(context, ismsId),
        };
      },
    },
    Implementation: {
      async maturity(row: ImplementationRow, _, context) {
        const loader = context.loader<string, MaturityRow[]>('maturity of implementations', countingOf);
        return inOrder(await loader.load(row.id));
      },
    },
    MaturityAssessment: {
      control: (row: MaturityRow, _, context) => knownControl(context, row.controlId),
      step: ({ level }: MaturityRow) => scale[level],
    },
    IsmsMaturity: {
      isms: ({ ismsId }: IsmsMaturity, _, context) => loadIsms(context, ismsId),
      mean: ({ overall }: IsmsMaturity) => overall.mean,
      assessed: ({ overall }: IsmsMaturity) => overall.assessed,
      total: ({ overall }: IsmsMaturity) => overall.total,
      assessments: ({ counting }: IsmsMaturity, { theme }: { theme?: Theme | null }) =>
        counting.filter((row) => ofTheme(theme)(row.controlId)),
      notAssessed({ counting }: IsmsMaturity, { theme }: { theme?: Theme | null }) {
        const known = new Set(counting.map((row) => row.controlId));
        return annexA.filter(({ id }) => !known.has(id) && ofTheme(theme)(id));
      },
    },
  },
};
