import { AnnexError, badInput, type FieldFault, isUuid, notFound } from '@annex/schema';
import { checkVersion, everyRow, ismsOf, type WriteTx } from '@annex/service';
import { scenarioTemplates } from '@annex/threats';
import { findAssets } from '../asset/asset.store.ts';
import type { RiskDatabase } from '../database.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { type CreateRiskInput, createRisk } from '../risk/risk.operations.ts';
import { holdRisk, risksById } from '../risk/risk.store.ts';
import type { Affected } from '../risk/risk.ts';
import { raiseTrigger } from '../trigger/trigger.operations.ts';
import {
  assetIdsOf,
  deleteIdentification,
  type IdentificationRow,
  identificationEvent,
  identificationsOf,
  putIdentification,
} from './identification.store.ts';
import { filledBy, type IdentifiedInput, identifiedBy } from './identification.ts';

export interface IdentifyRiskInput extends IdentifiedInput {
  readonly riskId: string;
  readonly expectedVersion?: number | null;
}

export interface RemoveIdentificationInput {
  readonly riskId: string;
  readonly expectedVersion: number;
}

export interface CreateRiskFromTemplateInput
  extends Omit<CreateRiskInput, 'title' | 'affects' | 'links' | 'description'> {
  readonly templateId: string;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly affects?: readonly Affected[] | null;
  readonly assetIds?: readonly string[] | null;
  readonly interestedPartyId?: string | null;
}

/**
 * Locks an open risk with what is there of its identification.
 * @throws AnnexError NOT_FOUND, STATE_CONFLICT for a closed risk or a retired ISMS
 */
async function hold(tx: WriteTx<RiskDatabase>, riskId: string) {
  const seen = (await risksById(tx, [riskId])).get(riskId);
  if (!seen) throw notFound('Risk', riskId);
  await holdActiveIsms(tx, seen.ismsId);
  const risk = await holdRisk(tx, riskId);
  if (!risk) throw notFound('Risk', riskId);
  if (risk.status !== 'OPEN') {
    throw new AnnexError('STATE_CONFLICT', `${risk.reference} is closed; reopen it before identifying it anew`, {
      details: { present: risk.status, allowed: ['reopen'] },
    });
  }
  return { risk, present: (await identificationsOf(tx, [riskId])).get(riskId) };
}

/** Faults of assets that the ISMS does not have in use; one that was named already may have been retired since. */
async function faultsOfAssets(
  tx: WriteTx<RiskDatabase>,
  ismsId: string,
  place: string,
  given: readonly string[],
  named: readonly string[],
): Promise<FieldFault[]> {
  const found = new Map((await findAssets(tx, given.filter(isUuid))).map((row) => [row.id, row]));
  return given.flatMap((id, index) => {
    const row = found.get(id);
    const right = row?.ismsId === ismsId && (row.status === 'IN_USE' || named.includes(id));
    return right
      ? []
      : [{ field: `${place}.${index}`, given: id, allowed: 'must be an asset in use of the same ISMS' }];
  });
}

function refuse(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
}

/** Writes and tells how a risk that is held was identified. @throws AnnexError BAD_INPUT with every fault */
async function identify(
  tx: WriteTx<RiskDatabase>,
  risk: { readonly id: string; readonly ismsId: string },
  present: IdentificationRow | undefined,
  input: IdentifiedInput,
  from: { readonly templateId: string | null; readonly assetsAt: string },
): Promise<IdentificationRow> {
  const { value, faults } = identifiedBy(input);
  const given = input.assetBased?.assetIds ?? [];
  const named = (await assetIdsOf(tx, [risk.id])).get(risk.id) ?? [];
  refuse([...faults, ...(await faultsOfAssets(tx, risk.ismsId, from.assetsAt, given, named))]);
  const assetIds = [...new Set(given)].sort();
  const row = await putIdentification(tx, risk, present, { ...value, templateId: from.templateId }, assetIds);
  tx.record('annex.risk.identification.changed.v1', { rows: [identificationEvent(row, assetIds)] });
  return row;
}

/**
 * Says how a risk was identified, by events or by assets (27005, 7.2), in place of what was said before.
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT
 */
export async function identifyRisk(
  tx: WriteTx<RiskDatabase>,
  input: IdentifyRiskInput,
): Promise<{ id: string; version: number; riskId: string }> {
  const { risk, present } = await hold(tx, input.riskId);
  checkVersion('RiskIdentification', present?.id ?? risk.id, present?.version ?? 0, input.expectedVersion);
  const from = { templateId: present?.templateId ?? null, assetsAt: 'input.assetBased.assetIds' };
  const row = await identify(tx, risk, present, input, from);
  // A risk that nobody assessed yet waits for its first assessment anyway.
  if (row.threatId !== null && row.threatId !== present?.threatId && risk.assessedFrequency !== null) {
    await raiseTrigger(tx, {
      riskIds: [risk.id],
      kind: 'NEW_THREAT',
      reason: `The threat ${row.threatId} was added to how it was identified.`,
      link: { kind: 'Threat', id: row.threatId },
    });
  }
  return { id: row.id, version: row.version, riskId: risk.id };
}

/** Takes back how a risk was identified. @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT */
export async function removeIdentification(
  tx: WriteTx<RiskDatabase>,
  input: RemoveIdentificationInput,
): Promise<{ riskId: string }> {
  const { risk, present } = await hold(tx, input.riskId);
  if (!present) throw notFound('RiskIdentification', risk.id);
  checkVersion('RiskIdentification', present.id, present.version, input.expectedVersion);
  await deleteIdentification(tx, present);
  tx.record('annex.risk.identification.changed.v1', {
    rows: [{ ...identificationEvent(present, []), version: present.version + 1, deleted: true }],
  });
  return { riskId: risk.id };
}

/**
 * Identifies a risk from a scenario template: what is not given comes from there.
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, STATE_CONFLICT in a retired ISMS
 */
export async function createRiskFromTemplate(
  tx: WriteTx<RiskDatabase>,
  input: CreateRiskFromTemplateInput,
): Promise<{ id: string; version: number; riskId: string }> {
  const { templateId, assetIds, interestedPartyId, title, description, affects, ...rated } = input;
  const template = scenarioTemplates.get(templateId);
  if (!template) throw badInput('input.templateId', templateId, 'must be a scenario template of the library');
  const byAssets = template.approach === 'ASSET_BASED';
  if (!byAssets && assetIds?.length)
    throw badInput('input.assetIds', assetIds.length, `must be left out: ${templateId} is event-based`);
  if (byAssets && !assetIds?.length)
    throw badInput('input.assetIds', 0, `must name the assets that it is about: ${templateId} is asset-based`);
  if (byAssets && interestedPartyId)
    throw badInput('input.interestedPartyId', interestedPartyId, `must be left out: ${templateId} is asset-based`);
  const ismsId = await ismsOf(tx, input.ismsId);
  await holdActiveIsms(tx, ismsId);
  const { id, version } = await createRisk(tx, {
    ...rated,
    ismsId,
    title: title ?? template.title,
    description: description ?? `${template.scenario}\n\n${template.consequence}`,
    affects: affects ?? template.affects,
  });
  const filled = filledBy(template, { assetIds: assetIds ?? [], interestedPartyId: interestedPartyId ?? null });
  await identify(tx, { id, ismsId }, undefined, filled, { templateId, assetsAt: 'input.assetIds' });
  return { id, version, riskId: id };
}

/** Tells every identification again. */
export async function announceIdentifications(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of everyRow(tx, 'identification')) {
    const assets = await assetIdsOf(
      tx,
      rows.map((row) => row.riskId),
    );
    tx.record('annex.risk.identification.changed.v1', {
      rows: rows.map((row) => identificationEvent(row, assets.get(row.riskId) ?? [])),
    });
  }
}
