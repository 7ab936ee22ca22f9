import type { CatalogueControl } from '@annex/catalogues';
import { notFound } from '@annex/schema';
import type { CallContext } from '@annex/service';
import { controlOf } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { ownControls } from './library.store.ts';

/** A control of a catalogue of the tenant's own: without theme and attributes, which are those of 27002. */
export const ownControl = ({ id, number, title }: { id: string; number: string; title: string }): CatalogueControl => ({
  ...{ id, number, title, theme: null, newIn2022: false },
  groupId: id,
  controlTypes: [],
  informationSecurityProperties: [],
  cybersecurityConcepts: [],
  operationalCapabilities: [],
  securityDomains: [],
});

/** The control of an id, of Annex A or of a catalogue of the tenant's own. @throws AnnexError NOT_FOUND */
export async function loadControl(context: CallContext<ControlsDatabase>, id: string): Promise<CatalogueControl> {
  const published = controlOf(id);
  if (published) return published;
  return context
    .loader<string, CatalogueControl>('own controls', async (tx, ids) => {
      const own = new Map((await ownControls(tx, ids)).map((row) => [row.id, ownControl(row)]));
      return ids.map((one) => own.get(one) ?? notFound('Control', one));
    })
    .load(id);
}
