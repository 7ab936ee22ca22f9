import type { Relationship } from '@annex/catalogues';
import { AnnexError, badInput, type EventRow } from '@annex/schema';
import { type Changed, checkVersion, entityFields, newId, type WriteTx } from '@annex/service';
import { currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { fraction, text } from '../input.ts';
import { holdCataloguesOf } from '../library/library.store.ts';
import { frameworkOf, publishedPlaces } from './mapping.ts';
import {
  deleteOwnMappingRows,
  insertOwnMappings,
  lockOwnMapping,
  mappingsOfFramework,
  type OwnMappingRow,
  ownMappings,
  pairsTaken,
  updateOwnMappingRow,
} from './own.store.ts';
import { longest, pairOf } from './own.ts';

export interface CreateOwnMappingInput {
  readonly sourceId: string;
  readonly targetId: string;
  readonly relationship: Relationship;
  readonly rationale: string;
  readonly provenance: string;
  readonly strength?: number | null;
}

export interface UpdateOwnMappingInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly relationship?: Relationship | null;
  readonly rationale?: string | null;
  readonly provenance?: string | null;
  readonly strength?: number | null;
}

export interface DeleteOwnMappingInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

/** Who says so and why stay in the house; the texts of people may name others. */
export function ownMappingEvent(row: OwnMappingRow): EventRow<'annex.controls.mapping.changed.v1'> {
  const { id, version, sourceId, targetId, relationship, strength, collectionId } = row;
  return { id, version, sourceId, targetId, relationship, strength, collectionId };
}

/** The full ids of the places, those of own catalogues held. @throws AnnexError BAD_INPUT naming every place that there is not */
async function knownPlaces<Field extends string>(
  tx: WriteTx<ControlsDatabase>,
  given: Readonly<Record<Field, string>>,
): Promise<Record<Field, string>> {
  const entries = (Object.entries(given) as [Field, string][]).map(
    ([field, id]) => [field, currentId(id.trim())] as const,
  );
  const unpublished = entries.map(([, id]) => id).filter((id) => !publishedPlaces.has(id));
  const own = unpublished.length > 0 ? await holdCataloguesOf(tx, unpublished) : [];
  const controls = new Set(own.filter((one) => one.kind === 'CONTROL').map((one) => one.id));
  const faults = entries
    .filter(([, id]) => !publishedPlaces.has(id) && !controls.has(id))
    .map(([field]) => ({
      field: `input.${field}`,
      given: given[field],
      allowed:
        'must be a place of a framework that Annex knows or a control of an own catalogue, such as iso27001:2022:A.8.28',
    }));
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return Object.fromEntries(entries) as Record<Field, string>;
}

/** Rows that are new. Of two who map the same pair at once the unique index refuses one. @throws AnnexError ALREADY_EXISTS */
export async function keepNewMappings(tx: WriteTx<ControlsDatabase>, rows: readonly OwnMappingRow[]): Promise<void> {
  try {
    await insertOwnMappings(tx, rows);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw new AnnexError('ALREADY_EXISTS', 'Somebody has mapped one of the pairs just now', { cause: error });
  }
  if (rows.length > 0) tx.record('annex.controls.mapping.changed.v1', { rows: rows.map(ownMappingEvent) });
}

/**
 * Says how two places relate. A pair is mapped once, whichever end is named first.
 * @throws AnnexError BAD_INPUT, ALREADY_EXISTS
 */
export async function createOwnMapping(tx: WriteTx<ControlsDatabase>, input: CreateOwnMappingInput): Promise<Changed> {
  const { sourceId, targetId } = await knownPlaces(tx, { sourceId: input.sourceId, targetId: input.targetId });
  if (sourceId === targetId) throw badInput('input.targetId', input.targetId, 'must be another place than the source');
  const pair = pairOf(sourceId, targetId);
  const row: OwnMappingRow = {
    ...entityFields(tx),
    ...{ id: newId(), version: 1, sourceId, targetId, pair, relationship: input.relationship },
    sourceFramework: frameworkOf(sourceId),
    targetFramework: frameworkOf(targetId),
    rationale: text('input.rationale', input.rationale, longest.rationale, 'required'),
    provenance: oneLine('input.provenance', input.provenance),
    strength: strengthGiven(input.strength, null),
    collectionId: null,
    origin: null,
  };
  const taken = (await pairsTaken(tx, [pair])).get(pair);
  if (taken) {
    throw new AnnexError('ALREADY_EXISTS', `${sourceId} and ${targetId} are mapped already; change that mapping`, {
      faults: [
        { field: 'input.targetId', given: input.targetId, allowed: 'a place that is not mapped to the source yet' },
      ],
      details: { kind: 'OwnMapping', id: taken },
    });
  }
  await keepNewMappings(tx, [row]);
  return { id: row.id, version: row.version };
}

/** Who says so is a line, as OSCAL has it. */
const oneLine = (field: string, given: string) =>
  text(field, given.replace(/\s+/g, ' '), longest.provenance, 'required');

const strengthGiven = (given: number | null | undefined, before: number | null): number | null => {
  if (given === undefined) return before;
  return given === null ? null : fraction('input.strength', given);
};

/**
 * Changes what is given and leaves the rest; what leads where stays, as that would be another mapping.
 * @throws AnnexError BAD_INPUT, NOT_FOUND, VERSION_CONFLICT
 */
export async function updateOwnMapping(tx: WriteTx<ControlsDatabase>, input: UpdateOwnMappingInput): Promise<Changed> {
  const row = await lockOwnMapping(tx, input.id);
  checkVersion('OwnMapping', row.id, row.version, input.expectedVersion);
  const changed: OwnMappingRow = {
    ...row,
    version: row.version + 1,
    relationship: input.relationship ?? row.relationship,
    rationale: text('input.rationale', input.rationale ?? row.rationale, longest.rationale, 'required'),
    provenance: oneLine('input.provenance', input.provenance ?? row.provenance),
    strength: strengthGiven(input.strength, row.strength),
  };
  const fields = ['relationship', 'rationale', 'provenance', 'strength'] as const;
  if (fields.every((field) => row[field] === changed[field])) return { id: row.id, version: row.version };
  await updateOwnMappingRow(tx, changed);
  tx.record('annex.controls.mapping.changed.v1', { rows: [ownMappingEvent(changed)] });
  return { id: row.id, version: changed.version };
}

async function remove(tx: WriteTx<ControlsDatabase>, rows: readonly OwnMappingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await deleteOwnMappingRows(
    tx,
    rows.map((row) => row.id),
  );
  tx.record('annex.controls.mapping.changed.v1', {
    rows: rows.map((row) => ({ ...ownMappingEvent(row), version: row.version + 1, deleted: true })),
  });
}

/** @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function deleteOwnMapping(tx: WriteTx<ControlsDatabase>, input: DeleteOwnMappingInput): Promise<Changed> {
  const row = await lockOwnMapping(tx, input.id);
  checkVersion('OwnMapping', row.id, row.version, input.expectedVersion);
  await remove(tx, [row]);
  return { id: row.id, version: row.version + 1 };
}

/** Takes away the mappings from and to what only an own catalogue has that is taken away; nobody can add one meanwhile. */
export async function removeMappingsOf(tx: WriteTx<ControlsDatabase>, framework: string): Promise<void> {
  const gone = (id: string) => frameworkOf(id) === framework && !publishedPlaces.has(id);
  const rows = await mappingsOfFramework(tx, framework).forUpdate().execute();
  await remove(
    tx,
    rows.filter((row) => gone(row.sourceId) || gone(row.targetId)),
  );
}

/** Takes away the mappings that came with a collection. */
export async function removeMappingsOfCollection(tx: WriteTx<ControlsDatabase>, collectionId: string): Promise<void> {
  await remove(tx, await ownMappings(tx, { collectionId }).orderBy('id').forUpdate().execute());
}
