import {
  type CatalogueControl,
  type Clause,
  clauses,
  controls,
  type Edition,
  type Standard,
  standard,
  standards,
} from '@annex/catalogues';
import { AnnexError, badInput, notFound } from '@annex/schema';

/** The edition that a short id such as `A.8.28` or `6.1.3` means. */
const currentEdition: Edition = '2022';
const editions: readonly Edition[] = ['2022', '2013'];
const annexA = new Map(editions.flatMap((edition) => controls(edition)).map((control) => [control.id, control]));
const places = new Map(editions.flatMap((edition) => clauses(edition)).map((clause) => [clause.id, clause]));
const order = new Map([...annexA.keys()].map((id, index) => [id, index]));

/** A full id; a short one, `A.8.28` or `6.1.3`, means the current edition of 27001. */
export const currentId = (id: string) => (id.includes(':') ? id : `iso27001:${currentEdition}:${id}`);

/** The control of a full id, or of a short one in the current edition. */
export function controlOf(id: string): CatalogueControl | undefined {
  return annexA.get(currentId(id));
}

/**
 * The full id of a control that a list is asked for. One of an own catalogue is taken as it comes: nothing is found by one that is not there.
 * @param example a control that somebody might ask for
 * @throws AnnexError BAD_INPUT
 */
export function controlAsked(given: string, example = 'A.8.28'): string {
  const id = controlOf(given)?.id ?? (given.includes(':') ? given : undefined);
  if (!id) throw badInput('controlId', given, `must be a control of a catalogue, such as ${example} or acme:2026:AC-1`);
  return id;
}

/** The clause of a full id, or of a short one in the current edition. */
export function clauseOf(id: string): Clause | undefined {
  return places.get(currentId(id));
}

/** How many controls Annex A of the current edition has. */
export const annexASize = controls(currentEdition).length;

/** Catalogue ids in the standard's order, in which A.5.9 comes before A.5.10; then those of own catalogues. */
export function inCatalogueOrder(ids: readonly string[]): string[] {
  const place = (id: string) => order.get(id) ?? order.size;
  return [...ids].sort((a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }));
}

/** Values that a control must have, each where given. */
export interface ControlFilter {
  readonly theme?: string | null;
  readonly controlType?: string | null;
  readonly informationSecurityProperty?: string | null;
  readonly cybersecurityConcept?: string | null;
  readonly operationalCapability?: string | null;
  readonly securityDomain?: string | null;
}

/** The controls of an edition that have all of the values asked for, in the standard's order. */
export function filterControls(edition: Edition, filter: ControlFilter): CatalogueControl[] {
  const has = (values: readonly string[], asked: string | null | undefined) => !asked || values.includes(asked);
  return controls(edition).filter(
    (control) =>
      (!filter.theme || control.theme === filter.theme) &&
      has(control.controlTypes, filter.controlType) &&
      has(control.informationSecurityProperties, filter.informationSecurityProperty) &&
      has(control.cybersecurityConcepts, filter.cybersecurityConcept) &&
      has(control.operationalCapabilities, filter.operationalCapability) &&
      has(control.securityDomains, filter.securityDomain),
  );
}

export interface StandardFilter {
  readonly certifiable?: string | null;
  readonly forCertification?: boolean | null;
  readonly addressee?: string | null;
  readonly kind?: string | null;
}

/** The standards of the register that meet all that is asked for. */
export function filterStandards({ certifiable, forCertification, addressee, kind }: StandardFilter): Standard[] {
  const wanted = forCertification ?? null;
  return standards().filter(
    (one) =>
      (!certifiable || one.certifiable === certifiable) &&
      (wanted === null || (one.certifiable !== 'NO') === wanted) &&
      (!addressee || one.addressee === addressee) &&
      (!kind || one.kind === kind),
  );
}

/** The clauses and controls of the current edition that a standard helps with, in the standard's order. */
export function guidedBy({ helpsWithClauses, helpsWithControls }: Standard) {
  const within = (number: string, places: readonly string[]) =>
    places.some((place) => number === place || number.startsWith(`${place}.`));
  return {
    clauses: clauses(currentEdition).filter(({ number }) => within(number, helpsWithClauses)),
    controls: controls(currentEdition).filter(({ number }) => within(number, helpsWithControls)),
  };
}

/** Why no certificate against this standard alone is to be had; null where one is. */
export function whyNotCertifiable(one: Standard): string | null {
  return one.certifiable === 'STAND_ALONE' ? null : one.certifiableReason;
}

/**
 * The standard, if an organisation can be certified against it, alone or as an extension of another.
 * @throws AnnexError NOT_FOUND, or STANDARD_NOT_CERTIFIABLE saying why and which standard to use instead
 */
export function certifiableStandard(id: string): Standard {
  const found = standard(id);
  if (!found) throw notFound('Standard', id);
  if (found.certifiable !== 'NO') return found;
  throw new AnnexError('STANDARD_NOT_CERTIFIABLE', found.certifiableReason, {
    details: {
      standard: found.id,
      kind: found.kind,
      addressee: found.addressee,
      reason: found.certifiableReason,
      useInstead: found.useInsteadId,
    },
  });
}

interface Page<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

const cursorOf = (id: string) => Buffer.from(id).toString('base64url');

/**
 * A page of a list that is held in memory: the catalogue is the installation's and fits.
 * @throws AnnexError BAD_INPUT for a size out of 1..200 or a cursor that is none of this list
 */
export function pageOf<T extends { readonly id: string }>(
  list: readonly T[],
  first: number | null | undefined,
  after: string | null | undefined,
): Page<T> {
  const size = first ?? 50;
  if (!(size >= 1 && size <= 200)) throw badInput('first', first, 'must be a whole number from 1 to 200');
  let start = 0;
  if (after) {
    start = list.findIndex((entry) => cursorOf(entry.id) === after) + 1;
    if (start === 0) throw badInput('after', after.slice(0, 200), 'must be a cursor of this list');
  }
  const nodes = list.slice(start, start + size);
  const edges = nodes.map((node) => ({ node, cursor: cursorOf(node.id) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: start + size < list.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: list.length,
  };
}
