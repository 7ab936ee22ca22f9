import { badInput, notFound } from '@annex/schema';
import {
  type CallContext,
  type ConnectionArgs,
  connection,
  findEntity,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import { controlOf, currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { findImplementations } from '../implementation/implementation.store.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import { loadControl } from '../library/control.loader.ts';
import { type DecideInput, decide } from './decide.operations.ts';
import { liveRows } from './soa.live.ts';
import {
  type JudgeVersionInput,
  judgeSoa,
  type SubmitInput,
  submitSoa,
  type WithdrawInput,
  withdrawSoa,
} from './soa.operations.ts';
import {
  approvalsOf,
  contentsOf,
  entriesOf,
  findVersions,
  type SoaApprovalRow,
  type SoaVersionRow,
  versionsOf,
  versionWith,
} from './soa.store.ts';
import { type Decision, type DifferenceKind, differences, problems, type SoaContent, type SoaRow } from './soa.ts';

type Context = CallContext<ControlsDatabase>;

const newestFirst = ordering({ number: 'desc' });

/** A statement as it stands now: which ISMS it is of. */
interface Statement {
  readonly ismsId: string;
}

/** A line, with its entry's version where it is live. */
type ShownRow = SoaRow & { readonly entryVersion: number | null };

function loadVersion(context: Context, id: string): Promise<SoaVersionRow> {
  return loadEntity(context, 'SoaVersion', findVersions, id);
}

/** The live lines of an ISMS, read once an answer however many fields ask. */
function live(context: Context, ismsId: string): Promise<ShownRow[]> {
  const loader = context.loader<string, ShownRow[]>('live soa', (tx, ids) =>
    Promise.all(
      ids.map(async (id) => {
        const entries = await entriesOf(tx, id);
        const versions = new Map(entries.map((row) => [row.controlId, row.version]));
        return (await liveRows(tx, id, entries)).map((row) => ({
          ...row,
          entryVersion: versions.get(row.controlId) ?? 0,
        }));
      }),
    ),
  );
  return loader.load(ismsId);
}

async function frozen(context: Context, versionId: string): Promise<SoaRow[]> {
  const loader = context.loader<string, string>('soa content', async (tx, ids) =>
    (await contentsOf(tx, ids)).map((text, index) => text ?? notFound('SoaVersion', ids[index] ?? '')),
  );
  return [...(JSON.parse(await loader.load(versionId)) as SoaContent).rows];
}

interface RowFilter {
  readonly decision?: Decision | null;
  readonly controlIds?: readonly string[] | null;
}

function filtered<R extends SoaRow>(rows: readonly R[], { decision, controlIds }: RowFilter): R[] {
  const wanted = controlIds ? new Set(controlIds.map((id) => controlOf(id)?.id ?? currentId(id))) : undefined;
  return rows.filter((row) => (!decision || row.decision === decision) && (!wanted || wanted.has(row.controlId)));
}

const ofKind = (kind: DifferenceKind | null | undefined) => (one: { kind: DifferenceKind }) =>
  !kind || one.kind === kind;

export const soaModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./soa.graphql', import.meta.url)),
  resolvers: {
    Query: {
      async statementOfApplicability(_, { ismsId }: { ismsId?: string | null }, context): Promise<Statement> {
        const id = await context.read((tx) => ismsOf(tx, ismsId));
        await loadIsms(context, id);
        return { ismsId: id };
      },
      soaVersion: (_, { id }: { id: string }, context) => loadVersion(context, id),
      async soaVersions(_, args: ConnectionArgs & { ismsId?: string | null }, context) {
        const id = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: newestFirst, query: (tx) => versionsOf(tx, id) });
      },
      async soaDifferences(_, args: { from: string; to?: string | null; kind?: DifferenceKind | null }, context) {
        const before = await loadVersion(context, args.from);
        const later = args.to ? await loadVersion(context, args.to) : undefined;
        if (later && later.ismsId !== before.ismsId)
          throw badInput('to', args.to, 'must be a version of the same ISMS');
        const after = later ? await frozen(context, later.id) : await live(context, before.ismsId);
        return differences(await frozen(context, before.id), after).filter(ofKind(args.kind));
      },
    },
    Mutation: {
      async decideApplicability(_, { input }: { input: DecideInput }, context) {
        const { id, version } = await context.write('decideApplicability', input, async (tx) => {
          const { ismsId, changed } = await decide(tx, input);
          return { id: ismsId, version: changed };
        });
        return { changed: version, statementOfApplicability: { ismsId: id } };
      },
      async submitSoa(_, { input }: { input: SubmitInput }, context) {
        const { id } = await context.write('submitSoa', input, (tx) => submitSoa(tx, context.caller, input));
        return { soaVersion: await loadVersion(context, id) };
      },
      async judgeSoa(_, { input }: { input: JudgeVersionInput }, context) {
        const { id } = await context.write('judgeSoa', input, (tx) => judgeSoa(tx, context.caller, input));
        return { soaVersion: await loadVersion(context, id) };
      },
      async withdrawSoa(_, { input }: { input: WithdrawInput }, context) {
        const { id } = await context.write('withdrawSoa', input, (tx) => withdrawSoa(tx, input));
        return { soaVersion: await loadVersion(context, id) };
      },
    },
    StatementOfApplicability: {
      isms: ({ ismsId }: Statement, _, context) => loadIsms(context, ismsId),
      rows: async ({ ismsId }: Statement, filter: RowFilter, context) => filtered(await live(context, ismsId), filter),
      async counts({ ismsId }: Statement, _, context) {
        const rows = await live(context, ismsId);
        const count = (has: (row: SoaRow) => boolean) => rows.filter(has).length;
        return {
          controls: rows.length,
          necessary: count((row) => row.decision === 'NECESSARY'),
          notNecessary: count((row) => row.decision === 'NOT_NECESSARY'),
          undecided: count((row) => row.decision === 'UNDECIDED'),
          implemented: count((row) => row.decision === 'NECESSARY' && row.status === 'IMPLEMENTED'),
        };
      },
      problems: async ({ ismsId }: Statement, _, context) => problems(await live(context, ismsId)),
      approved: ({ ismsId }: Statement, _, context) => context.read((tx) => versionWith(tx, ismsId, 'APPROVED')),
      inReview: ({ ismsId }: Statement, _, context) => context.read((tx) => versionWith(tx, ismsId, 'IN_REVIEW')),
      async drift({ ismsId }: Statement, { kind }: { kind?: DifferenceKind | null }, context) {
        const approved = await context.read((tx) => versionWith(tx, ismsId, 'APPROVED'));
        if (!approved) return [];
        return differences(await frozen(context, approved.id), await live(context, ismsId)).filter(ofKind(kind));
      },
    },
    SoaVersion: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadVersion(context, id),
      isms: (row: SoaVersionRow, _, context) => loadIsms(context, row.ismsId),
      approvals: (row: SoaVersionRow, _, context) =>
        context.loader<string, SoaApprovalRow[]>('soa approvals', approvalsOf).load(row.id),
      rows: async (row: SoaVersionRow, filter: RowFilter, context) => filtered(await frozen(context, row.id), filter),
    },
    SoaApproval: {
      person: (row: SoaApprovalRow) => ({ id: row.personId }),
    },
    SoaRow: {
      control: (row: SoaRow, _, context) =>
        row.title === '' ? null : loadControl(context, row.controlId).catch(() => null),
    },
    SoaImplementation: {
      owner: ({ ownerId }: { ownerId: string | null }) => (ownerId === null ? null : { id: ownerId }),
      implementation: ({ id }: { id: string }, _, context) =>
        findEntity(context, 'Implementation', findImplementations, id),
    },
  },
};
