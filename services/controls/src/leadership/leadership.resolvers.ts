import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  loadEntity,
  ordering,
  sdl,
} from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { loadIsms } from '../isms/isms.resolvers.ts';
import {
  type RecordInterviewInput,
  recordInterview,
  type WithdrawInterviewInput,
  withdrawInterview,
} from './leadership.operations.ts';
import { findInterviews, type InterviewRow, interviewsOf } from './leadership.store.ts';
import type { InterviewStatus } from './leadership.ts';

type Context = CallContext<ControlsDatabase>;

const latestFirst = ordering({ heldAt: 'desc' });

function loadInterview(context: Context, id: string): Promise<InterviewRow> {
  return loadEntity(context, 'LeadershipInterview', findInterviews, id);
}

interface Filter extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly intervieweeId?: string | null;
  readonly status?: InterviewStatus | null;
}

export const leadershipModule: GraphqlModule<ControlsDatabase> = {
  typeDefs: sdl(new URL('./leadership.graphql', import.meta.url)),
  resolvers: {
    Query: {
      leadershipInterview: (_, { id }: { id: string }, context) => loadInterview(context, id),
      async leadershipInterviews(_, args: Filter, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: latestFirst, query: (tx) => interviewsOf(tx, ismsId, args) });
      },
    },
    Mutation: {
      async recordLeadershipInterview(_, { input }: { input: RecordInterviewInput }, context) {
        const { id } = await context.write('recordLeadershipInterview', input, (tx) =>
          recordInterview(tx, context.caller, input),
        );
        return { leadershipInterview: await loadInterview(context, id) };
      },
      async withdrawLeadershipInterview(_, { input }: { input: WithdrawInterviewInput }, context) {
        const { id } = await context.write('withdrawLeadershipInterview', input, (tx) =>
          withdrawInterview(tx, context.caller, input),
        );
        return { leadershipInterview: await loadInterview(context, id) };
      },
    },
    LeadershipInterview: {
      __resolveReference: ({ id }: { id: string }, context: Context) => loadInterview(context, id),
      isms: (row: InterviewRow, _, context) => loadIsms(context, row.ismsId),
      interviewee: (row: InterviewRow) => ({ id: row.intervieweeId }),
      interviewer: (row: InterviewRow) => ({ id: row.interviewerId }),
    },
  },
};
