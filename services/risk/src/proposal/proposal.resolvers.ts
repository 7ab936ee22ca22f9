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
import { contentFields } from '../criteria/criteria.resolvers.ts';
import { criteriaFor, criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { Criteria } from '../criteria/criteria.ts';
import type { RiskDatabase } from '../database.ts';
import { type Effect, effectOf } from './effect.ts';
import type { Move } from './moves.ts';
import {
  approveCriteria,
  type ProposalStepInput,
  type ProposeCriteriaInput,
  proposeCriteria,
  type ReasonedProposalStepInput,
  sendBackProposal,
  submitProposal,
  type UpdateProposalInput,
  updateProposal,
  withdrawProposal,
} from './proposal.operations.ts';
import {
  type CriteriaVersionRow,
  criteriaVersionsOf,
  findProposals,
  type ProposalRow,
  proposalsOf,
  versionsOfProposals,
} from './proposal.store.ts';
import { openStatuses } from './proposal.ts';

type Context = CallContext<RiskDatabase>;
type OfIsms = ConnectionArgs & { readonly ismsId?: string | null };

const newestFirst = ordering({ number: 'desc' });

/** Levels the register by proposed criteria without keeping anything. */
const effectFor = (context: Context, row: ProposalRow): Promise<Effect> =>
  context
    .loader<string, Effect>('effectOfProposal', async (tx, ids) => {
      const rows = await findProposals(tx, ids);
      const kept = await versionsOfProposals(tx, ids);
      const effects: Effect[] = [];
      for (const [index, id] of ids.entries()) {
        const proposal = rows.find((one) => one.id === id);
        const isOpen = proposal && openStatuses.includes(proposal.status);
        if (!isOpen) {
          effects.push({ moves: kept[index]?.moves ?? null, problems: [] });
          continue;
        }
        const present = (await criteriaOfIsms(tx, [proposal.ismsId])).get(proposal.ismsId);
        if (!present) throw new Error(`The ISMS ${proposal.ismsId} has a proposal and no criteria`);
        effects.push(await effectOf(tx, present, proposal.content));
      }
      return effects;
    })
    .load(row.id);

const proposalFor = (context: Context, id: string): Promise<ProposalRow> =>
  loadEntity(context, 'RiskCriteriaProposal', findProposals, id);

const payload = async (context: Context, changed: Changed) => ({
  proposal: await proposalFor(context, changed.id),
});

export const proposalModule: GraphqlModule<RiskDatabase> = {
  typeDefs: ['./proposal.graphql', './proposal.mutations.graphql']
    .map((file) => sdl(new URL(file, import.meta.url)))
    .join('\n'),
  resolvers: {
    Query: {
      riskCriteriaProposal: (_, { id }: { id: string }, context) => proposalFor(context, id),
      async riskCriteriaProposals(_, args: OfIsms, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: newestFirst, query: (tx) => proposalsOf(tx, ismsId) });
      },
      async riskCriteriaVersions(_, args: OfIsms, context) {
        const ismsId = await context.read((tx) => ismsOf(tx, args.ismsId));
        return connection(context, args, { order: newestFirst, query: (tx) => criteriaVersionsOf(tx, ismsId) });
      },
    },
    Mutation: {
      proposeRiskCriteria: async (_, { input }: { input: ProposeCriteriaInput }, context) =>
        payload(context, await context.write('proposeRiskCriteria', input, (tx) => proposeCriteria(tx, input))),
      async updateRiskCriteriaProposal(_, { input }: { input: UpdateProposalInput }, context) {
        const update = (tx: Parameters<typeof updateProposal>[0]) => updateProposal(tx, input);
        return payload(context, await context.write('updateRiskCriteriaProposal', input, update));
      },
      async submitRiskCriteriaProposal(_, { input }: { input: ProposalStepInput }, context) {
        const submit = (tx: Parameters<typeof submitProposal>[0]) => submitProposal(tx, input);
        return payload(context, await context.write('submitRiskCriteriaProposal', input, submit));
      },
      async withdrawRiskCriteriaProposal(_, { input }: { input: ReasonedProposalStepInput }, context) {
        const withdraw = (tx: Parameters<typeof withdrawProposal>[0]) => withdrawProposal(tx, input);
        return payload(context, await context.write('withdrawRiskCriteriaProposal', input, withdraw));
      },
      async sendBackRiskCriteriaProposal(_, { input }: { input: ReasonedProposalStepInput }, context) {
        const sendBack = (tx: Parameters<typeof sendBackProposal>[0]) => sendBackProposal(tx, context.caller, input);
        return payload(context, await context.write('sendBackRiskCriteriaProposal', input, sendBack));
      },
      async approveRiskCriteria(_, { input }: { input: ProposalStepInput }, context) {
        const approve = (tx: Parameters<typeof approveCriteria>[0]) => approveCriteria(tx, context.caller, input);
        const { proposal } = await payload(context, await context.write('approveRiskCriteria', input, approve));
        return { proposal, criteria: await criteriaFor(context, proposal.ismsId) };
      },
    },
    RiskCriteriaProposal: {
      __resolveReference: ({ id }: { id: string }, context: Context) =>
        findEntity(context, 'RiskCriteriaProposal', findProposals, id),
      isms: (row: ProposalRow) => ({ id: row.ismsId }),
      moves: async (row: ProposalRow, _, context) => (await effectFor(context, row)).moves,
      problems: async (row: ProposalRow, _, context) =>
        (await effectFor(context, row)).problems.map(({ field, allowed }) => `${field}: ${allowed}`),
    },
    RiskCriteriaVersion: {
      isms: (row: CriteriaVersionRow) => ({ id: row.ismsId }),
      proposal: (row: CriteriaVersionRow, _, context) => proposalFor(context, row.proposalId),
    },
    RiskCriteriaMove: { risk: ({ riskId }: Move) => ({ __typename: 'Risk', id: riskId }) },
    RiskCriteriaContent: contentFields<Criteria>(),
  },
};
