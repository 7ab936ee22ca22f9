import { badInput, notFound } from '@annex/schema';
import type { CallContext, Tx } from '@annex/service';
import { currentId } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { catalogueNamed, controlsOfCatalogue, ownControls } from '../library/library.store.ts';
import { type Framework, knownFrameworks, publishedPlaces } from './mapping.ts';
import { catalogueNameOf } from './place.store.ts';

type Context = CallContext<ControlsDatabase>;

export interface Place {
  readonly id: string;
  readonly title: string | null;
}

const loadOwn = (context: Context, id: string): Promise<Place | null> =>
  context
    .loader<string, Place | null>('own places', async (tx, ids) => {
      const own = new Map((await ownControls(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => own.get(one) ?? null);
    })
    .load(id);

/** A place as it is shown: its title is known where its catalogue is loaded, by Annex or by the tenant. */
export function placeShown(context: Context, id: string): Place | Promise<Place> {
  const place = publishedPlaces.get(id);
  if (place && place.title !== null) return place;
  return loadOwn(context, id).then((own) => own ?? place ?? { id, title: null });
}

/** A place of a framework, or a control of an own catalogue. @throws AnnexError NOT_FOUND */
export async function placeOf(context: Context, given: string): Promise<Place> {
  const id = currentId(given);
  if (publishedPlaces.has(id)) return placeShown(context, id);
  const own = await loadOwn(context, id);
  if (!own) throw notFound('FrameworkPlace', given);
  return own;
}

/** A framework as the tenant has it: an own catalogue of its name knows all of its places, and their titles. @throws AnnexError BAD_INPUT */
export async function frameworkOfTenant(tx: Tx<ControlsDatabase>, id: string): Promise<Framework> {
  const own = await catalogueNamed(tx, catalogueNameOf(id));
  if (own) return { id, title: own.title, places: await controlsOfCatalogue(tx, own.id) };
  const framework = knownFrameworks.find((one) => one.id === id);
  if (framework) return framework;
  throw noFramework(id);
}

const noFramework = (id: string) =>
  badInput(
    'framework',
    id,
    `must be one of ${knownFrameworks.map((one) => one.id).join(', ')}, or key and edition of an own catalogue`,
  );

/** @throws AnnexError BAD_INPUT unless it is a framework that comes with Annex or an own catalogue */
export async function checkFramework(context: Context, id: string): Promise<void> {
  if (knownFrameworks.some((one) => one.id === id)) return;
  const own = await context.read((tx) => catalogueNamed(tx, catalogueNameOf(id)));
  if (!own) throw noFramework(id);
}
