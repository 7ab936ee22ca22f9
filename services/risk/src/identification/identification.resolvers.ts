import { type CallContext, type GraphqlModule, type LinkedList, linkedEntities, sdl } from '@annex/service';
import { scenarioTemplates, threats, weaknesses } from '@annex/threats';
import { type AssetRow, findAssets } from '../asset/asset.store.ts';
import type { RiskDatabase } from '../database.ts';
import { risksOfImplementation } from '../risk/risk.list.ts';
import { checkFirst, riskFor } from '../risk/risk.resolvers.ts';
import type { RiskRow } from '../risk/risk.store.ts';
import {
  type CreateRiskFromTemplateInput,
  createRiskFromTemplate,
  type IdentifyRiskInput,
  identifyRisk,
  type RemoveIdentificationInput,
  removeIdentification,
} from './identification.operations.ts';
import { assetIdsOf, type IdentificationRow, identificationsOf } from './identification.store.ts';
import { suggestedControls } from './identification.ts';

type Context = CallContext<RiskDatabase>;

/** The risks that are about an asset, the highest level first. */
const risksOfAsset: LinkedList<RiskRow> = {
  ...risksOfImplementation,
  field: 'Asset.risks',
  links: 'identification_asset',
  objectId: 'asset_id',
};

/** How a risk was identified, once a request; null where nobody has said it. */
export const identificationFor = (context: Context, riskId: string) =>
  context
    .loader<string, IdentificationRow | null>('identificationOfRisk', async (tx, ids) => {
      const found = await identificationsOf(tx, ids);
      return ids.map((id) => found.get(id) ?? null);
    })
    .load(riskId);

/** The assets that a risk is about, by reference. */
const assetsFor = (context: Context, riskId: string) =>
  context
    .loader<string, readonly AssetRow[]>('assetsOfRisk', async (tx, ids) => {
      const named = await assetIdsOf(tx, ids);
      const rows = await findAssets(tx, [...new Set([...named.values()].flat())]);
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) =>
        (named.get(id) ?? []).flatMap((asset) => found.get(asset) ?? []).sort((a, b) => a.number - b.number),
      );
    })
    .load(riskId);

const templateOf = ({ templateId }: IdentificationRow) =>
  templateId === null ? undefined : scenarioTemplates.get(templateId);
const controlsFor = (row: IdentificationRow) => suggestedControls(row, templateOf(row)).map((id) => ({ id }));

const payload = async (context: Context, { riskId }: { readonly riskId: string }) => {
  const [risk, row] = await Promise.all([riskFor(context, riskId), identificationFor(context, riskId)]);
  return { risk, suggestedControls: row ? controlsFor(row) : [] };
};

export const identificationModule: GraphqlModule<RiskDatabase> = {
  typeDefs: sdl(new URL('./identification.graphql', import.meta.url)),
  resolvers: {
    Mutation: {
      identifyRisk: async (_, { input }: { input: IdentifyRiskInput }, context) =>
        payload(context, await context.write('identifyRisk', input, (tx) => identifyRisk(tx, input))),
      removeIdentification: async (_, { input }: { input: RemoveIdentificationInput }, context) =>
        payload(context, await context.write('removeIdentification', input, (tx) => removeIdentification(tx, input))),
      createRiskFromTemplate: async (_, { input }: { input: CreateRiskFromTemplateInput }, context) =>
        payload(
          context,
          await context.write('createRiskFromTemplate', input, (tx) => createRiskFromTemplate(tx, input)),
        ),
    },
    Risk: { identification: ({ id }: RiskRow, _, context) => identificationFor(context, id) },
    Asset: {
      risks: ({ id }: AssetRow, { first }: { first: number }, context, info) =>
        linkedEntities(context, risksOfAsset, id, checkFirst(first), info),
    },
    RiskIdentification: {
      eventBased: (row: IdentificationRow) => (row.approach === 'EVENT_BASED' ? row : null),
      assetBased: (row: IdentificationRow) => (row.approach === 'ASSET_BASED' ? row : null),
      template: (row: IdentificationRow) => templateOf(row) ?? null,
      suggestedControls: controlsFor,
    },
    AssetBasedIdentification: {
      assets: (row: IdentificationRow, _, context) => assetsFor(context, row.riskId),
      threat: ({ threatId }: IdentificationRow) => (threatId === null ? null : (threats.get(threatId) ?? null)),
      threatInOwnWords: (row: IdentificationRow) => row.threat,
      weaknesses: (row: IdentificationRow) => row.weaknessIds.flatMap((id) => weaknesses.get(id) ?? []),
      weaknessesInOwnWords: (row: IdentificationRow) => row.weaknesses,
    },
  },
};
