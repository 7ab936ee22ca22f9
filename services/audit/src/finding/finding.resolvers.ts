import { badInput } from '@annex/schema';
import {
  type CallContext,
  type Caller,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  ordering,
  type Resolver,
  sdl,
  type WriteTx,
} from '@annex/service';
import type { IsmsTables } from '../isms/isms.store.ts';
import { confirmFinding, declineFinding, proposeFinding } from './finding.operations.ts';
import {
  type Finding,
  type FindingTables,
  type FindingVersion,
  findingsById,
  findingsQuery,
  findingVersions,
} from './finding.store.ts';
import type { FindingStatus } from './finding.ts';
import type { RiskTables } from './risk.store.ts';

type Tables = FindingTables & RiskTables & IsmsTables;
type Context = CallContext<Tables>;

const load = (context: Context, id: string): Promise<Finding | undefined> =>
  context
    .loader<string, Finding | undefined>('Finding', async (tx, ids) => {
      const found = new Map((await findingsById(tx, ids)).map((finding) => [finding.id, finding]));
      return ids.map((key) => found.get(key));
    })
    .load(id);

const latestFirst = ordering({ proposedAt: 'desc' });

interface FindingsArgs extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly status?: FindingStatus | null;
  readonly clause?: string | null;
}

const findings: Resolver<Tables> = async (_, args: FindingsArgs, context) => {
  const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
  const filter = { ismsId, status: args.status, clause: args.clause };
  return connection(context, args, { order: latestFirst, query: (tx) => findingsQuery(tx, filter) });
};

type Operation<I> = (tx: WriteTx<Tables>, caller: Caller, input: I) => Promise<{ id: string; version: number }>;

/** A mutation of a finding: the operation, then the finding as it is after it. */
const mutation =
  <I>(name: string, operation: Operation<I>): Resolver<Tables> =>
  async (_, { input }: { input: I }, context) => {
    const { id } = await context.write(name, input, (tx) => operation(tx, context.caller, input));
    return { finding: await load(context, id) };
  };

const mostVersions = 100;

async function history(finding: Finding, { first }: { first: number }, context: Context): Promise<FindingVersion[]> {
  if (first < 1 || first > mostVersions) throw badInput('first', first, `a whole number from 1 to ${mostVersions}`);
  const loader = context.loader<string, FindingVersion[]>('Finding.history', async (tx, ids) => {
    const versions = Map.groupBy(await findingVersions(tx, ids), (version) => version.id);
    return ids.map((id) => versions.get(id) ?? []);
  });
  return (await loader.load(finding.id)).toReversed().slice(0, first);
}

const personIn = (actor: string) => (actor.startsWith('person:') ? { id: actor.slice('person:'.length) } : null);

export const findingModule: GraphqlModule<Tables> = {
  typeDefs: sdl(new URL('./finding.graphql', import.meta.url)),
  resolvers: {
    Query: {
      finding: async (_: unknown, { id }: { id: string }, context) => (await load(context, id)) ?? null,
      findings,
    },
    Mutation: {
      proposeFinding: mutation('proposeFinding', proposeFinding),
      confirmFinding: mutation('confirmFinding', confirmFinding),
      declineFinding: mutation('declineFinding', declineFinding),
    },
    Finding: {
      __resolveReference: async ({ id }: { id: string }, context) => (await load(context, id)) ?? null,
      subject: ({ subjectKind, subjectId, subjectReference }: Finding) => ({
        kind: subjectKind,
        id: subjectId,
        reference: subjectReference,
      }),
      risk: ({ subjectKind, subjectId }: Finding) => (subjectKind === 'Risk' ? { id: subjectId } : null),
      recurrenceOf: async ({ recurrenceOf }: Finding, _: unknown, context) =>
        recurrenceOf === null ? null : ((await load(context, recurrenceOf)) ?? null),
      isms: ({ ismsId }: Finding) => ({ id: ismsId }),
      decidedBy: ({ decidedBy }: Finding) => (decidedBy === null ? null : { id: decidedBy }),
      history,
    },
    FindingVersion: { person: ({ by }: FindingVersion) => personIn(by) },
  },
};
