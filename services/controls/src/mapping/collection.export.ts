import type { OscalMapping } from '@annex/oscal';
import type { Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { catalogueNamed } from '../library/library.store.ts';
import { headsBetween, mappingsOfCollection } from './collection.store.ts';
import { type Between, wayOf } from './collection.ts';
import { headOf, mappingOf, mapsNow, revised, standingAlone } from './collection.write.ts';
import { numberOf } from './mapping.ts';
import { ownMappings } from './own.store.ts';
import { catalogueNameOf, namedPlaces } from './place.store.ts';

/** The name of a place in an OSCAL document: the id that its catalogue is exported with. */
async function namesOf(tx: Tx<ControlsDatabase>, { source, target }: Between) {
  const names = new Map<string, string>();
  for (const framework of new Set([source, target])) {
    const own = await catalogueNamed(tx, catalogueNameOf(framework));
    for (const { id, names: known } of (own && (await namedPlaces(tx, framework, own))) ?? [])
      names.set(id, known[0] ?? '');
  }
  return (id: string) => names.get(id) ?? numberOf(id);
}

/**
 * The tenant's own mappings from one framework to another as an OSCAL 1.2.1 mapping collection, in pieces of JSON: one mapping after the
 * other, and the head last, since it depends on whether anything was altered. Nothing where there are none.
 */
export async function* collectionText(tx: Tx<ControlsDatabase>, between: Between): AsyncGenerator<string> {
  const kept = await headsBetween(tx, wayOf(between));
  const own = await ownMappings(tx, between).where('collectionId', 'is', null).orderBy('id').execute();
  const [only] = own.length === 0 && kept.length === 1 ? kept : [];
  let separator = '{"mapping-collection":{"mappings":[';
  const piece = (mapping: OscalMapping) => {
    const text = `${separator}${JSON.stringify(mapping)}`;
    separator = ',';
    return text;
  };
  let altered = false;
  for (const { id, head, frameworks } of kept) {
    const pairs = Map.groupBy(
      await ownMappings(tx, { ...between, collectionId: id })
        .orderBy('id')
        .execute(),
      (pair) => Number(pair.origin?.split('/')[0]),
    );
    for (const [index, mapping] of (await mappingsOfCollection(tx, id)).entries()) {
      const now = frameworks[index] === wayOf(between) ? mapsNow(mapping, head, pairs.get(index) ?? []) : undefined;
      altered ||= now?.altered ?? true;
      if (!now || now.maps.length === 0) continue;
      const present = { ...mapping, maps: now.maps };
      yield piece(only ? present : standingAlone(present, head));
    }
  }
  if (own.length > 0) yield piece(mappingOf(between, own, await namesOf(tx, between)));
  if (separator !== ',') return;
  const head = only
    ? altered
      ? revised(only.head, tx.now)
      : only.head
    : headOf(
        between,
        kept.map((one) => one.head),
        tx.now,
      );
  const members = Object.entries(head);
  yield `],${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}}`;
}
