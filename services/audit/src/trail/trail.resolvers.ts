import { badInput } from '@annex/schema';
import { type ConnectionArgs, connection, type GraphqlModule, ordering, type Resolver, sdl } from '@annex/service';
import {
  alarms,
  type HeadState,
  headStates,
  type TrailAlarm,
  type TrailRow,
  type TrailTables,
  trailQuery,
} from './trail.store.ts';

const bySequence = ordering({ sequence: 'asc' }, { id: 'sequence' });

interface TrailArgs extends ConnectionArgs {
  readonly source: string;
  readonly afterSequence: number | null;
}

const trail: Resolver<TrailTables> = (_, args: TrailArgs, context) => {
  const behind = args.afterSequence ?? 0;
  if (behind < 0) throw badInput('afterSequence', args.afterSequence, 'a whole number from 0');
  return connection(context, args, {
    order: bySequence,
    query: (tx) => trailQuery(tx, args.source, behind),
    node: toEntry,
  });
};

/** Time and actor are read from the bytes: the trail says what the event said. */
function toEntry({ id, source, sequence, type, bytes, leafHash, recordedAt }: TrailRow) {
  const text = bytes.toString('utf8');
  const { time, actor } = JSON.parse(text) as { time: string; actor: string };
  return {
    source,
    sequence,
    eventId: id,
    type,
    time,
    actor,
    leafHash: leafHash.toString('hex'),
    bytes: text,
    recordedAt,
  };
}

const mostAlarms = 100;

export const trailModule: GraphqlModule<TrailTables> = {
  typeDefs: sdl(new URL('./trail.graphql', import.meta.url)),
  resolvers: {
    Query: { trail, trailState: () => ({}) },
    TrailState: {
      heads: (_: unknown, __: unknown, context) => context.read(headStates),
      alarms: (_: unknown, { first }: { first: number }, context) => {
        if (first < 1 || first > mostAlarms) throw badInput('first', first, `a whole number from 1 to ${mostAlarms}`);
        return context.read((tx) => alarms(tx, first));
      },
    },
    TrailHead: {
      parkedExplanation: ({ parked, missingFrom, missingTo }: HeadState) =>
        parked === 0
          ? 'No event waits: the trail is contiguous up to its last event.'
          : `Counted are the events behind the missing numbers ${missingFrom} to ${missingTo}.`,
      missing: ({ missingFrom, missingTo }: HeadState) =>
        missingFrom === null ? null : { from: missingFrom, to: missingTo },
    },
    TrailAlarm: {
      from: (alarm: TrailAlarm) => alarm.fromSequence,
      to: (alarm: TrailAlarm) => alarm.toSequence,
      givenBytes: (alarm: TrailAlarm) => alarm.givenBytes?.toString('utf8') ?? null,
    },
  },
};
