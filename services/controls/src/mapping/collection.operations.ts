import { assembleMappingCollection, type OscalMapping, type OscalWarning, readMappingCollection } from '@annex/oscal';
import { AnnexError, badInput, type EventRow, type FieldFault } from '@annex/schema';
import { checkVersion, entityFields, newId, type Tx, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { oscalRefusal } from '../library/library.read.ts';
import { holdCatalogue } from '../library/library.store.ts';
import {
  countCollections,
  deleteCollectionRow,
  insertCollection,
  lockCollection,
  type MappingCollectionRow,
} from './collection.store.ts';
import {
  type Between,
  type CollectionHead,
  type FoundPair,
  frameworkNamed,
  pairsOf,
  placeFinder,
  wayOf,
} from './collection.ts';
import { knownFrameworks } from './mapping.ts';
import { keepNewMappings, removeMappingsOfCollection } from './own.operations.ts';
import { type OwnMappingRow, pairsTaken } from './own.store.ts';
import { pairOf } from './own.ts';
import { catalogueNameOf, namedPlaces } from './place.store.ts';

/** Pairs of one collection, collections of one tenant: what is read as a whole stays small enough for it. */
const mostPairs = 20_000;
const mostCollections = 200;
const mostWarnings = 100;

/** A collection that was read, with the frameworks that its mappings are between. */
export interface ReadCollection {
  readonly head: CollectionHead;
  readonly mappings: readonly OscalMapping[];
  readonly between: readonly Between[];
  readonly warnings: readonly OscalWarning[];
}

/** What an import answers with. */
export interface ImportedMappings {
  readonly id: string;
  readonly title: string;
  readonly counts: { readonly maps: number; readonly mappings: number };
  readonly sha256: string;
  readonly warnings: readonly { readonly place: string; readonly message: string }[];
}

/** @throws AnnexError INVALID_OSCAL listing the faults, if there are some */
function refuse(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (!first) return;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  throw new AnnexError('INVALID_OSCAL', `${first.field}: ${first.allowed}${more}`, {
    faults,
    details: { pointer: first.field, faults: faults.length },
  });
}

/**
 * The frameworks that the mappings are between: those that the caller names, otherwise those that references of ours name. A name given
 * stands for one reference, not for several.
 */
function frameworksOf(mappings: readonly OscalMapping[], named: Partial<Between>): Between[] {
  const faults: FieldFault[] = [];
  const side = (name: 'source' | 'target') => {
    let first: string | undefined;
    return mappings.map((mapping, index) => {
      const { href } = mapping[`${name}-resource`];
      const own = frameworkNamed(href);
      if (own !== null) return own;
      first ??= href;
      const field = `/mapping-collection/mappings/${index}/${name}-resource/href`;
      if (!named[name])
        faults.push({
          field,
          given: href,
          allowed: `must be urn:annex:framework: with the id of a framework, or query.${name} must name it`,
        });
      else if (href !== first)
        faults.push({ field, given: href, allowed: `must be ${first} as before; query.${name} names one framework` });
      return named[name] ?? '';
    });
  };
  const [sources, targets] = [side('source'), side('target')];
  refuse(faults);
  return sources.map((source, index) => ({ source, target: targets[index] ?? '' }));
}

/** Reads a mapping collection. @throws AnnexError INVALID_OSCAL */
export function readCollection(json: unknown, named: Partial<Between>): ReadCollection {
  try {
    const { collection, warnings } = readMappingCollection(json);
    // Kept as 1.2.1 has it, so that what goes out is what was kept.
    const { mappings, ...head } = assembleMappingCollection(collection)['mapping-collection'];
    const size = mappings.reduce(
      (sum, { maps }) => maps.reduce((all, map) => all + map.sources.length * map.targets.length, sum),
      0,
    );
    if (size > mostPairs)
      refuse([
        { field: '/mapping-collection/mappings', given: size, allowed: `must relate at most ${mostPairs} pairs` },
      ]);
    return { head: head as CollectionHead, mappings, between: frameworksOf(mappings, named), warnings };
  } catch (error) {
    throw oscalRefusal(error);
  }
}

/** What finds places in the frameworks of a collection; own catalogues are held. @throws AnnexError BAD_INPUT, INVALID_OSCAL */
async function findersOf(
  tx: WriteTx<ControlsDatabase>,
  { between, mappings }: ReadCollection,
  named: Partial<Between>,
) {
  const finders = new Map<string, (reference: string) => string | undefined>();
  // In one order, as catalogues are held by others, too.
  for (const framework of [...new Set(between.flatMap(({ source, target }) => [source, target]))].sort()) {
    const places = await namedPlaces(tx, framework, await holdCatalogue(tx, catalogueNameOf(framework)));
    if (places) finders.set(framework, placeFinder(places));
  }
  const allowed = `must be a framework: ${knownFrameworks.map((one) => one.id).join(', ')}, or key and edition of an own catalogue`;
  const faults: FieldFault[] = [];
  for (const side of ['source', 'target'] as const) {
    between.forEach((one, index) => {
      if (finders.has(one[side])) return;
      if (one[side] === named[side]) throw badInput(`query.${side}`, one[side], allowed);
      const { href } = (mappings[index] as OscalMapping)[`${side}-resource`];
      faults.push({ field: `/mapping-collection/mappings/${index}/${side}-resource/href`, given: href, allowed });
    });
  }
  refuse(faults);
  return (framework: string, reference: string) => finders.get(framework)?.(reference);
}

/** @throws AnnexError ALREADY_EXISTS naming the maps whose pairs the tenant has mapped already */
async function refuseTaken(tx: Tx<ControlsDatabase>, pairs: readonly FoundPair[]): Promise<void> {
  const named = pairs.map((pair) => ({ ...pair, pair: pairOf(pair.sourceId, pair.targetId) }));
  const taken = await pairsTaken(
    tx,
    named.map((one) => one.pair),
  );
  const faults = named
    .filter((one) => taken.has(one.pair))
    .map((one) => ({ field: one.pointer, given: one.pair, allowed: 'a pair that is not mapped yet' }));
  if (faults.length === 0) return;
  throw new AnnexError('ALREADY_EXISTS', `${faults.length} of ${pairs.length} pairs are mapped already`, {
    faults,
    details: { pairs: faults.length },
  });
}

export function collectionEvent(row: MappingCollectionRow): EventRow<'annex.controls.mapping-collection.changed.v1'> {
  const { id, version, title, sha256, size, frameworks } = row;
  return { id, version, title, sha256, mappings: size, frameworks };
}

/**
 * Keeps a collection and each of its pairs as a mapping of the tenant's own; all or nothing.
 * @throws AnnexError INVALID_OSCAL naming each reference at fault, BAD_INPUT, ALREADY_EXISTS, STATE_CONFLICT where there are too many
 */
export async function importCollection(
  tx: WriteTx<ControlsDatabase>,
  read: ReadCollection,
  asked: Partial<Between> & { readonly sha256: string },
): Promise<ImportedMappings> {
  if ((await countCollections(tx)) >= mostCollections) {
    throw new AnnexError(
      'STATE_CONFLICT',
      `There are ${mostCollections} mapping collections already; delete one first`,
      {
        details: { kind: 'MappingCollection', most: mostCollections },
      },
    );
  }
  const find = await findersOf(tx, read, asked);
  const { pairs, faults, warnings } = pairsOf(read.head, read.mappings, read.between, find);
  refuse(faults);
  await refuseTaken(tx, pairs);
  const row: MappingCollectionRow = {
    ...entityFields(tx),
    ...{ id: newId(), version: 1, sha256: asked.sha256, size: pairs.length },
    title: String(read.head.metadata.title).slice(0, 300).toWellFormed(),
    frameworks: read.between.map(wayOf),
  };
  await insertCollection(tx, row, read);
  tx.record('annex.controls.mapping-collection.changed.v1', { rows: [collectionEvent(row)] });
  await keepNewMappings(
    tx,
    pairs.map(({ pointer: _, ...pair }): OwnMappingRow => {
      const between = read.between[Number(pair.origin.split('/')[0])] as Between;
      return {
        ...entityFields(tx),
        ...pair,
        ...{ id: newId(), version: 1, collectionId: row.id, pair: pairOf(pair.sourceId, pair.targetId) },
        ...{ sourceFramework: between.source, targetFramework: between.target },
      };
    }),
  );
  return {
    ...{ id: row.id, title: row.title, sha256: row.sha256 },
    counts: { maps: read.mappings.reduce((sum, { maps }) => sum + maps.length, 0), mappings: pairs.length },
    warnings: [...read.warnings.map(({ pointer, message }) => ({ place: pointer, message })), ...warnings].slice(
      0,
      mostWarnings,
    ),
  };
}

/** Takes a collection away with the mappings that came with it. @throws AnnexError NOT_FOUND, VERSION_CONFLICT */
export async function deleteMappingCollection(
  tx: WriteTx<ControlsDatabase>,
  input: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<{ id: string; version: number }> {
  const row = await lockCollection(tx, input.id);
  checkVersion('MappingCollection', row.id, row.version, input.expectedVersion);
  await removeMappingsOfCollection(tx, row.id);
  await deleteCollectionRow(tx, row.id);
  tx.record('annex.controls.mapping-collection.changed.v1', {
    rows: [{ ...collectionEvent(row), version: row.version + 1, deleted: true }],
  });
  return { id: row.id, version: row.version + 1 };
}
