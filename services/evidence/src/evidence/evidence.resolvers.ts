import { badInput } from '@annex/schema';
import {
  type CallContext,
  type ConnectionArgs,
  connection,
  type GraphqlModule,
  ismsOf,
  linkedEntities,
  ordering,
  type Resolver,
  sdl,
} from '@annex/service';
import type { EvidenceDatabase } from '../database.ts';
import { loadMeasure } from '../measure/measure.loader.ts';
import { loadEvidence } from './evidence.loader.ts';
import { type UpdateEvidenceInput, updateEvidence } from './evidence.operations.ts';
import { type EvidenceRow, evidenceOfImplementation, evidenceQuery, implementationsOf } from './evidence.store.ts';
import { explainValidity, type Validity, validityOf } from './evidence.ts';

type Context = CallContext<EvidenceDatabase>;

const latestFirst = ordering({ createdAt: 'desc' });

interface EvidencesArgs extends ConnectionArgs {
  readonly ismsId?: string | null;
  readonly validity?: Validity | null;
}

const evidences: Resolver<EvidenceDatabase> = async (_, args: EvidencesArgs, context) => {
  const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
  return connection(context, args, {
    order: latestFirst,
    query: (tx) => evidenceQuery(tx, { ismsId, validity: args.validity }),
  });
};

const most = 200;
function checkFirst(first: number): void {
  if (first < 1 || first > most) throw badInput('first', first, `must be a whole number from 1 to ${most}`);
}

async function implementations({ id }: EvidenceRow, { first }: { first: number }, context: Context) {
  checkFirst(first);
  const loader = context.loader<string, string[]>('Evidence.implementations', async (tx, ids) => {
    const links = await implementationsOf(tx, ids);
    return ids.map((key) => links.get(key) ?? []);
  });
  return (await loader.load(id)).slice(0, first).map((implementationId) => ({ id: implementationId }));
}

export const evidenceModule: GraphqlModule<EvidenceDatabase> = {
  typeDefs: sdl(new URL('./evidence.graphql', import.meta.url)),
  resolvers: {
    Query: {
      evidence: (_: unknown, { id }: { id: string }, context) => loadEvidence(context, id),
      evidences,
    },
    Mutation: {
      updateEvidence: async (_: unknown, { input }: { input: UpdateEvidenceInput }, context) => {
        const { id } = await context.write('updateEvidence', input, (tx) => updateEvidence(tx, input));
        return { evidence: await loadEvidence(context, id) };
      },
    },
    Evidence: {
      __resolveReference: ({ id }: { id: string }, context) => loadEvidence(context, id),
      contentPath: ({ id }: EvidenceRow) => `/v1/evidence/${id}/content`,
      validity: (row: EvidenceRow, _: unknown, context) => context.at((now) => validityOf(row, now)),
      validityExplanation: (row: EvidenceRow, _: unknown, context) => context.at((now) => explainValidity(row, now)),
      implementations,
      measure: ({ measureId }: EvidenceRow, _: unknown, context) =>
        measureId === null ? null : loadMeasure(context, measureId),
      isms: ({ ismsId }: EvidenceRow) => ({ id: ismsId }),
    },
    Implementation: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      evidence: ({ id }: { id: string }, { first }: { first: number }, context, info) => {
        checkFirst(first);
        return linkedEntities(context, evidenceOfImplementation, id, first, info);
      },
    },
  },
};
