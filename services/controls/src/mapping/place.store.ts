import type { Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { namesInCatalogue } from '../library/library.store.ts';
import { type CatalogueName, tokenOf } from '../library/library.ts';
import type { NamedPlace } from './collection.ts';
import { knownFrameworks, numberOf } from './mapping.ts';

/** The places of a framework with their names in documents; undefined where there is no such framework. */
export async function namedPlaces(
  tx: Tx<ControlsDatabase>,
  framework: string,
  own: { readonly id: string } | undefined,
): Promise<NamedPlace[] | undefined> {
  const known = knownFrameworks.find((one) => one.id === framework);
  if (!known && !own) return undefined;
  const items = own ? await namesInCatalogue(tx, own.id) : [];
  const places = new Map<string, NamedPlace>(
    (known?.places ?? []).map(({ id }) => [id, { id, names: [numberOf(id)] }]),
  );
  for (const { id, number, oscalId } of items)
    places.set(id, { id, names: [oscalId ?? tokenOf('CONTROL', number), number] });
  return [...places.values()];
}

/** Key and edition of an own catalogue that a framework of this id would be. */
export const catalogueNameOf = (framework: string): CatalogueName => {
  const [key = '', ...edition] = framework.split(':');
  return { key, edition: edition.join(':') };
};
