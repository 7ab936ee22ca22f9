import { badInput } from '@annex/schema';
import { controlOf } from '../catalogue/catalogue.ts';
import { type Framework, knownFrameworks, publishedRelations, relationsBy } from '../mapping/mapping.ts';
import { compareEditions, type EditionChange } from './upgrade.ts';

/** Two editions between which an ISMS is upgraded. */
export interface EditionPair {
  readonly from: Framework;
  readonly to: Framework;
  /** Their controls: an implementation is of controls, never of a clause. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly change: EditionChange;
}

const relations = relationsBy(publishedRelations);

/** Only what can be implemented can be upgraded: of the frameworks that are mapped but not loaded there are no controls to link to. */
const editions = new Map(
  knownFrameworks.flatMap((framework) => {
    const controlIds = framework.places.map((place) => place.id).filter((id) => controlOf(id));
    return controlIds.length > 0 ? [[framework.id, { framework, controlIds }] as const] : [];
  }),
);

const places = new Map(knownFrameworks.flatMap(({ places: all }) => all).map((place) => [place.id, place]));

/** A place as it is shown; one that is in no catalogue any more is still told by its id. */
export const placeShown = (id: string) => places.get(id) ?? { id, title: null };

function edition(field: string, id: string) {
  const found = editions.get(id);
  if (found) return found;
  throw badInput(field, id, `must be an edition whose controls can be implemented: ${[...editions.keys()].join(', ')}`);
}

/** A kept upgrade's framework, also where it is in the catalogue no more. */
export const frameworkShown = (id: string): Framework => editions.get(id)?.framework ?? { id, title: id, places: [] };

/** @throws AnnexError BAD_INPUT naming the field */
export function editionPair(from: string, to: string, at: '' | 'input.'): EditionPair {
  const [left, right] = [edition(`${at}from`, from), edition(`${at}to`, to)];
  if (left === right) throw badInput(`${at}to`, to, 'must be another edition than the one that is left');
  return {
    from: left.framework,
    to: right.framework,
    sources: left.controlIds,
    targets: right.controlIds,
    change: compareEditions(left.controlIds, { id: to, controlIds: right.controlIds }, relations),
  };
}
