import { badInput } from '@annex/schema';
import type { Tx, WriteTx } from '@annex/service';
import { controlOf } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { frameworkOf, knownFrameworks, publishedRelations, relationsBy } from '../mapping/mapping.ts';
import { mappingsOfFramework } from '../mapping/own.store.ts';
import { type EditionRow, editionControls, editionsOf, holdEditions } from './edition.store.ts';
import {
  type EditionControl,
  lineage,
  overruled,
  type Step,
  stepsAlong,
  stepsBack,
  stepsBetween,
  stepsBy,
} from './edition.ts';
import { compareEditions, type EditionChange } from './upgrade.ts';

/** Two editions between which an ISMS is upgraded. */
export interface EditionPair {
  /** What they are called: `iso27001:2013`, `acme:2026`. */
  readonly from: string;
  readonly to: string;
  /** Their controls: an implementation is of controls, never of a clause. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly change: EditionChange;
}

const relations = relationsBy(publishedRelations);

/** Only what can be implemented can be upgraded: of the frameworks that are mapped but not loaded there are no controls to link to. */
const published = new Map(
  knownFrameworks.flatMap((framework) => {
    const controlIds = framework.places.map((place) => place.id).filter((id) => controlOf(id));
    return controlIds.length > 0 ? [[framework.id, controlIds] as const] : [];
  }),
);

const keyOf = (framework: string) => framework.split(':', 1)[0] ?? '';

/**
 * What lies between two editions, of a standard or of an own catalogue.
 * @throws AnnexError BAD_INPUT naming the field
 */
export async function editionPair(
  tx: Tx<ControlsDatabase>,
  { from, to }: { readonly from: string; readonly to: string },
  at: '' | 'input.',
): Promise<EditionPair> {
  if (from === to) throw badInput(`${at}to`, to, 'must be another edition than the one that is left');
  const [key, left] = [keyOf(from), published.get(from)];
  const own = left ? [] : await editionsOf(tx, key);
  const present = left ? [...published.keys()].filter((id) => keyOf(id) === key) : own.map(nameOf);
  if (!present.includes(from)) {
    const known = [...published.keys()].join(', ');
    throw badInput(
      `${at}from`,
      from,
      `must be an edition whose controls can be implemented: ${known}, or key and edition of an own catalogue`,
    );
  }
  if (!present.includes(to)) {
    const others = present.filter((id) => id !== from);
    const which = others.length > 0 ? others.slice(0, 20).join(', ') : 'and there is none yet';
    throw badInput(`${at}to`, to, `must be another edition of ${key}: ${which}`);
  }
  const right = published.get(to);
  if (left && right) {
    const change = compareEditions(left, { id: to, controlIds: right }, relations);
    return { from, to, sources: left, targets: right, change };
  }
  return ownPair(tx, own, from, to);
}

/** The same, with what it rests on held until the transaction ends. @throws AnnexError BAD_INPUT naming the field */
export async function holdEditionPair(
  tx: WriteTx<ControlsDatabase>,
  named: { readonly from: string; readonly to: string },
): Promise<EditionPair> {
  if (!published.has(named.from)) await holdEditions(tx, keyOf(named.from));
  return editionPair(tx, named, 'input.');
}

const nameOf = ({ key, edition }: EditionRow) => `${key}:${edition}`;

async function ownPair(
  tx: Tx<ControlsDatabase>,
  editions: readonly EditionRow[],
  from: string,
  to: string,
): Promise<EditionPair> {
  const named = (name: string) => editions.filter((one) => nameOf(one) === name);
  const [[left], [right]] = [named(from), named(to)];
  if (!left || !right) throw new Error('An edition that was there is not');
  const path = lineage(editions, left.edition, right.edition) ?? lineage(editions, right.edition, left.edition);
  const loaded: (readonly EditionControl[])[] = [];
  for (const { id } of path ?? [left, right]) {
    const controls = await editionControls(tx, id);
    // Editions of which neither goes back to the other say nothing of each other: there are the numbers alone.
    loaded.push(path ? controls : controls.map((one) => ({ ...one, replaces: null })));
  }
  const runs = loaded.slice(1).map((after, index) => stepsBetween(loaded[index] ?? [], after));
  const along = runs.reduce(stepsAlong);
  const ahead = !path || path[0] === left;
  const [sources = [], targets = []] = ahead ? [loaded[0], loaded.at(-1)] : [loaded.at(-1), loaded[0]];
  const said = await ownSteps(tx, from, to);
  const steps = overruled(ahead ? along : stepsBack(along), said);
  const asked = targets.filter((one) => !one.withdrawn).map((one) => one.id);
  const reading = new Map([...sources, ...targets].map((one) => [one.id, one.reading]));
  return {
    ...{ from, to, targets: asked },
    sources: sources.map((one) => one.id),
    change: compareEditions(
      sources.map((one) => one.id),
      { id: to, controlIds: asked },
      stepsBy(steps),
      {
        differs: (source, target) => reading.get(source) !== reading.get(target),
        ended: new Set(sources.filter((one) => one.withdrawn).map((one) => one.id)),
      },
    ),
  };
}

/** What the tenant's own mappings say of the two editions, seen from the one that is left. */
async function ownSteps(tx: Tx<ControlsDatabase>, from: string, to: string): Promise<Step[]> {
  const found = await mappingsOfFramework(tx, from).execute();
  return found.flatMap(({ sourceId, targetId, relationship }) => {
    const step = { from: sourceId, to: targetId, relationship };
    if (frameworkOf(sourceId) === from && frameworkOf(targetId) === to) return [step];
    return frameworkOf(targetId) === from && frameworkOf(sourceId) === to ? stepsBack([step]) : [];
  });
}
