import { AnnexError, badInput, type FieldFault, isUuid, notFound } from '@annex/schema';
import {
  checkVersion,
  entityFields,
  ismsOf,
  judge,
  newId,
  nextReference,
  numberOf,
  runsOf,
  type WriteTx,
} from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { faultsOfOwner } from '../person/person.store.ts';
import { holdActiveIsms } from '../projection/projection.store.ts';
import { raiseForAssets } from '../trigger/trigger.operations.ts';
import { assetRules } from './asset.rules.ts';
import {
  type AssetRow,
  assetEvent,
  assetsAfter,
  assetsByKey,
  findAssets,
  holdAsset,
  holdStructure,
  insertAsset,
  inUseAbove,
  needsOf,
  needsReached,
  setNeeds,
  updateAssetRow,
} from './asset.store.ts';
import {
  type AssetCategory,
  type AssetFacts,
  type AssetKind,
  type AssetStep,
  afterStep,
  type Classification,
  cycleThrough,
  faultsOfAsset,
  refuse,
} from './asset.ts';

interface Changeable {
  readonly ownerId?: string | null;
  readonly classification?: Classification | null;
  readonly confidentiality?: number | null;
  readonly integrity?: number | null;
  readonly availability?: number | null;
  readonly description?: string | null;
  readonly externalKey?: string | null;
  readonly dependsOn?: readonly string[] | null;
}

export interface CreateAssetInput extends Changeable {
  readonly ismsId?: string | null;
  readonly name: string;
  readonly kind: AssetKind;
  readonly category: AssetCategory;
}

export interface UpdateAssetInput extends Changeable {
  readonly id: string;
  readonly expectedVersion: number;
  readonly name?: string | null;
  readonly kind?: AssetKind | null;
  readonly category?: AssetCategory | null;
}

export interface AssetStepInput {
  readonly id: string;
  readonly expectedVersion: number;
}

interface Saved {
  readonly id: string;
  readonly version: number;
}

/** So many assets one may be made to depend on by hand. */
const mostNeeds = 1000;

const input = (field: string) => `input.${field}`;

/** Takes over what is given; null takes away what may be absent. */
function changed(present: AssetFacts, given: Partial<UpdateAssetInput>): AssetFacts {
  const kept = <K extends keyof Changeable & keyof AssetFacts>(field: K): AssetFacts[K] =>
    given[field] === undefined ? present[field] : (given[field] as AssetFacts[K]);
  return {
    name: (given.name ?? present.name).trim(),
    kind: given.kind ?? present.kind,
    category: given.category ?? present.category,
    ownerId: kept('ownerId'),
    classification: kept('classification'),
    confidentiality: kept('confidentiality'),
    integrity: kept('integrity'),
    availability: kept('availability'),
    description: (given.description === undefined ? present.description : (given.description ?? '')).trim(),
    externalKey: given.externalKey === undefined ? present.externalKey : given.externalKey?.trim() || null,
  };
}

/**
 * What an asset may depend on: other assets in use of the same ISMS that do not lead back to it. The structure is held.
 * @throws AnnexError BAD_INPUT naming each that is unknown, or the way that leads back
 */
async function checkedNeeds(
  tx: WriteTx<RiskDatabase>,
  asset: { readonly id: string; readonly ismsId: string; readonly name: string; readonly reference: string },
  given: readonly string[],
  present: readonly string[],
): Promise<string[]> {
  const field = input('dependsOn');
  if (given.length > mostNeeds) throw badInput(field, given.length, `must name at most ${mostNeeds} assets`);
  const needed = [...new Set(given)];
  const found = new Map((await findAssets(tx, needed.filter(isUuid))).map((row) => [row.id, row]));
  refuse(
    given.flatMap((id, index): FieldFault[] => {
      const row = found.get(id);
      // One that is there already may have been retired since; it may stay.
      const right =
        id === asset.id || present.includes(id) || (row?.ismsId === asset.ismsId && row.status === 'IN_USE');
      return right
        ? []
        : [{ field: `${field}.${index}`, given: id, allowed: 'must be an asset in use of the same ISMS' }];
    }),
  );
  const reached = await needsReached(tx, needed);
  const way = cycleThrough(asset.id, (id) => (id === asset.id ? needed : (reached.get(id) ?? [])));
  if (!way) return needed;
  const names = new Map((await findAssets(tx, way)).map((row) => [row.id, `${row.reference} ${row.name}`]));
  names.set(asset.id, `${asset.reference} ${asset.name}`);
  throw badInput(
    `${field}.${given.indexOf(way[1] ?? asset.id)}`,
    way[1],
    `must not lead back to the asset itself: ${way.map((id) => names.get(id)).join(' → ')}`,
  );
}

/** @throws AnnexError ALREADY_EXISTS naming the asset that has the key */
async function checkKey(tx: WriteTx<RiskDatabase>, ismsId: string, key: string | null, own: string): Promise<void> {
  if (key === null) return;
  const other = (await assetsByKey(tx, ismsId, [key])).get(key);
  if (!other || other.id === own) return;
  throw new AnnexError('ALREADY_EXISTS', `${other.reference} ${other.name} has the external key ${key}`, {
    faults: [{ field: input('externalKey'), given: key, allowed: 'a key that no other asset of the ISMS has' }],
    details: { kind: 'Asset', id: other.id },
  });
}

async function tell(tx: WriteTx<RiskDatabase>, row: AssetRow): Promise<Saved> {
  const needs = (await needsOf(tx, [row.id])).get(row.id) ?? [];
  tx.record('annex.risk.asset.changed.v1', { rows: [assetEvent(row, needs)] });
  await judge(tx, 'risk', [row.ismsId], assetRules);
  return { id: row.id, version: row.version };
}

/**
 * Records an asset with what it depends on (27001, 6.1.2 c; 27005, 7.2).
 * @throws AnnexError BAD_INPUT with every fault, ALREADY_EXISTS for a key that is taken, STATE_CONFLICT in a retired ISMS
 */
export async function createAsset(tx: WriteTx<RiskDatabase>, given: CreateAssetInput): Promise<Saved> {
  const ismsId = await ismsOf(tx, given.ismsId);
  await holdActiveIsms(tx, ismsId);
  const { name, kind, category } = given;
  const nothing = { ownerId: null, classification: null, confidentiality: null, integrity: null, availability: null };
  const facts = changed({ name, kind, category, ...nothing, description: '', externalKey: null }, given);
  refuse([...faultsOfAsset(facts, input), ...(await faultsOfOwner(tx, facts.ownerId, null))]);
  await holdStructure(tx, ismsId);
  const id = newId();
  await checkKey(tx, ismsId, facts.externalKey, id);
  const reference = await nextReference(tx, ismsId, 'AS');
  const needs = await checkedNeeds(tx, { id, ismsId, reference, name: facts.name }, given.dependsOn ?? [], []);
  const number = numberOf(reference);
  const row: AssetRow = { ...entityFields(tx), id, ismsId, version: 1, reference, number, status: 'IN_USE', ...facts };
  await insertAsset(tx, row);
  await setNeeds(tx, ismsId, new Map([[id, needs]]));
  return tell(tx, row);
}

/** The asset, locked with the structure that it stands in. @throws AnnexError NOT_FOUND, VERSION_CONFLICT, STATE_CONFLICT */
async function take(tx: WriteTx<RiskDatabase>, { id, expectedVersion }: AssetStepInput): Promise<AssetRow> {
  const [seen] = await findAssets(tx, [id]);
  if (!seen) throw notFound('Asset', id);
  await holdActiveIsms(tx, seen.ismsId);
  await holdStructure(tx, seen.ismsId);
  const row = await holdAsset(tx, id);
  if (!row) throw notFound('Asset', id);
  checkVersion('Asset', row.id, row.version, expectedVersion);
  return row;
}

/**
 * Changes what is given and leaves the rest; null takes away what may be absent. A change that changes nothing makes no version.
 * @throws AnnexError BAD_INPUT with every fault, NOT_FOUND, VERSION_CONFLICT, ALREADY_EXISTS, STATE_CONFLICT
 */
export async function updateAsset(tx: WriteTx<RiskDatabase>, given: UpdateAssetInput): Promise<Saved> {
  const row = await take(tx, given);
  const facts = changed(row, given);
  if (given.dependsOn === null) throw badInput(input('dependsOn'), null, 'must name assets, or none, or be left out');
  refuse([...faultsOfAsset(facts, input), ...(await faultsOfOwner(tx, facts.ownerId, row.ownerId))]);
  await checkKey(tx, row.ismsId, facts.externalKey, row.id);
  const present = (await needsOf(tx, [row.id])).get(row.id) ?? [];
  const needs = given.dependsOn
    ? (await checkedNeeds(tx, { ...row, name: facts.name }, given.dependsOn, present)).sort()
    : present;
  const sameFacts = (Object.keys(facts) as (keyof AssetFacts)[]).every((field) => facts[field] === row[field]);
  if (sameFacts && needs.join() === present.join()) return { id: row.id, version: row.version };
  await setNeeds(tx, row.ismsId, new Map([[row.id, needs]]));
  const saved = await updateAssetRow(tx, row, facts);
  await raiseForAssets(tx, [{ before: row, after: saved }]);
  return tell(tx, saved);
}

/**
 * Retires an asset that is no longer in use, or takes it back into use.
 * @throws AnnexError STATE_CONFLICT by its status, or while assets in use depend on it; NOT_FOUND, VERSION_CONFLICT
 */
export async function stepAsset(tx: WriteTx<RiskDatabase>, step: AssetStep, given: AssetStepInput): Promise<Saved> {
  const row = await take(tx, given);
  const status = afterStep(row.reference, row.status, step);
  const above = step === 'retire' ? await inUseAbove(tx, row.id, 20) : [];
  if (above.length > 0) {
    const names = above.map((one) => `${one.reference} ${one.name}`).join(', ');
    throw new AnnexError('STATE_CONFLICT', `${row.reference} stays in use while others depend on it: ${names}`, {
      details: { kind: 'Asset', id: row.id, neededBy: above.map((one) => one.id) },
    });
  }
  return tell(tx, await updateAssetRow(tx, row, { status }));
}

/** Tells every asset again. */
export async function announceAssets(tx: WriteTx<RiskDatabase>): Promise<void> {
  for await (const rows of runsOf((after) => assetsAfter(tx, after, 1000))) {
    const needs = await needsOf(
      tx,
      rows.map((row) => row.id),
    );
    tx.record('annex.risk.asset.changed.v1', { rows: rows.map((row) => assetEvent(row, needs.get(row.id) ?? [])) });
  }
}
