import {
  assembleComponentDefinition,
  type OscalComponentDefinition,
  type OscalWarning,
  readComponentDefinition,
} from '@annex/oscal';
import { AnnexError, badInput, type EventRow } from '@annex/schema';
import { checkVersion, entityFields, newId, type Tx, type WriteTx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { oscalRefusal } from '../library/library.read.ts';
import { catalogueNamed } from '../library/library.store.ts';
import { knownFrameworks } from '../mapping/mapping.ts';
import { catalogueNameOf } from '../mapping/place.store.ts';
import { indexDocuments, removeDocuments, type SearchDocument } from '../search/search.store.ts';
import { cataloguesOfDocuments, nameOf, placesNamed } from './claim.store.ts';
import {
  type ComponentClaimRow,
  type ComponentDefinitionRow,
  type ComponentRow,
  definitionOfKey,
  deleteDefinitionRows,
  filteredComponents,
  type KnownSource,
  lockDefinition,
} from './component.store.ts';
import {
  claimsOf,
  cut,
  frameworkPublished,
  frameworkReferred,
  longest,
  namesOf,
  sourcesOf,
  titleOf,
  uuidsAmong,
} from './component.ts';
import { insertClaims, insertComponents, insertDefinition } from './document.store.ts';

/** Claims of one definition; warnings of one answer. */
const mostClaims = 20_000;
const mostWarnings = 100;

/** A definition that was read, as 1.2.1 has it. */
export interface ReadDefinition {
  readonly definition: OscalComponentDefinition;
  /** The version of OSCAL that it was written in. */
  readonly oscalVersion: string;
  readonly warnings: readonly OscalWarning[];
}

/** What an import answers with. */
export interface ImportedComponents {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  /** `known`: claims of controls that the library or an own catalogue has. */
  readonly counts: {
    readonly components: number;
    readonly capabilities: number;
    readonly claims: number;
    readonly known: number;
  };
  readonly sources: readonly (KnownSource & { readonly claims: number; readonly known: number })[];
  readonly sha256: string;
  readonly warnings: readonly { readonly place: string; readonly message: string }[];
}

/** Reads a component definition. @throws AnnexError INVALID_OSCAL */
export function readDefinition(json: unknown): ReadDefinition {
  try {
    const { definition, warnings } = readComponentDefinition(json);
    return {
      definition: assembleComponentDefinition(definition)['component-definition'],
      oscalVersion: definition.metadata['oscal-version'],
      warnings,
    };
  } catch (error) {
    throw oscalRefusal(error);
  }
}

export function definitionEvent(
  row: ComponentDefinitionRow,
): EventRow<'annex.controls.component-definition.changed.v1'> {
  const { id, version, key, title, documentVersion, sha256, components, claims } = row;
  return { id, version, key, title, documentVersion, sha256, components, claims };
}

export function componentEvent(row: ComponentRow): EventRow<'annex.controls.component.changed.v1'> {
  const { id, version, definitionId, oscalUuid, type, title, claims } = row;
  return { id, version, definitionId, oscalUuid, type, title, claims };
}

/** The components of a definition are a framework of the search. */
const searchFramework = (key: string) => `component:${key}`;

function searchDocument({ id, title, type, description, purpose }: ComponentRow, key: string): SearchDocument {
  return {
    ...({ id: `component:${id}`, kind: 'COMPONENT', framework: searchFramework(key), number: '', title } as const),
    ...{ body: purpose === null ? description : `${description}\n${purpose}`, facets: [`componentType=${type}`] },
  };
}

/** What the sources of a definition are: what they name themselves, or the document that came as one of ours, otherwise what the caller says. */
async function knownSources(
  tx: Tx<ControlsDatabase>,
  definition: OscalComponentDefinition,
  told: string | undefined,
): Promise<KnownSource[]> {
  const backMatter = definition['back-matter'];
  const sources = sourcesOf(definition).map((href) => ({ href, names: namesOf(href, backMatter) }));
  const documents = await cataloguesOfDocuments(
    tx,
    sources.flatMap(({ names }) => uuidsAmong(names)),
  );
  return sources.map(({ href, names }) => {
    const imported = uuidsAmong(names).flatMap((uuid) => documents.get(uuid) ?? []);
    const framework = frameworkReferred(names) ?? imported[0] ?? told ?? frameworkPublished(names);
    return { href, title: titleOf(href, backMatter), framework };
  });
}

/** @throws AnnexError BAD_INPUT unless it is a framework that comes with Annex or an own catalogue */
async function checkTold(tx: Tx<ControlsDatabase>, framework: string | undefined): Promise<void> {
  if (framework === undefined || knownFrameworks.some((one) => one.id === framework)) return;
  if (await catalogueNamed(tx, catalogueNameOf(framework))) return;
  const known = knownFrameworks.map((one) => one.id).join(', ');
  throw badInput('query.source', framework, `must be a framework: ${known}, or key and edition of an own catalogue`);
}

function keyTaken(key: string, present?: ComponentDefinitionRow, cause?: unknown): AnnexError {
  return new AnnexError('ALREADY_EXISTS', `There is a component definition ${key} already`, {
    faults: [{ field: 'query.key', given: key, allowed: 'a key that is not there yet; delete the other first' }],
    details: { kind: 'ComponentDefinition', key, ...(present ? { id: present.id } : {}) },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The rows that a definition becomes. @throws AnnexError INVALID_OSCAL where it claims too much */
function rowsOf(
  tx: WriteTx<ControlsDatabase>,
  { definition, oscalVersion }: ReadDefinition,
  asked: { readonly key: string; readonly sha256: string },
  sources: KnownSource[],
) {
  const frameworks = new Map(sources.map((one) => [one.href, one.framework]));
  const entity = { ...entityFields(tx), version: 1 };
  const id = newId();
  const components = (definition.components ?? []).map((content, position) => {
    const claims = claimsOf(content, (source) => frameworks.get(source) ?? null);
    const row: ComponentRow = {
      ...{ ...entity, id: newId(), definitionId: id, position, oscalUuid: content.uuid, claims: claims.length },
      type: cut(content.type, longest.type),
      title: cut(content.title, longest.title),
      description: cut(content.description, longest.description),
      purpose: typeof content.purpose === 'string' ? cut(content.purpose, longest.description) : null,
    };
    return { row, content, claims };
  });
  const claims = components.flatMap(({ row, claims: own }) =>
    own.map(
      (claim, position): ComponentClaimRow => ({
        ...{ ...entity, ...claim, id: newId(), definitionId: id, componentId: row.id, position },
      }),
    ),
  );
  if (claims.length > mostClaims) {
    const allowed = `must claim at most ${mostClaims} controls`;
    throw new AnnexError('INVALID_OSCAL', `/component-definition/components: ${allowed}`, {
      faults: [{ field: '/component-definition/components', given: claims.length, allowed }],
      details: { pointer: '/component-definition/components' },
    });
  }
  const row: ComponentDefinitionRow = {
    ...{ ...entity, id, key: asked.key, sha256: asked.sha256, oscalVersion, oscalUuid: definition.uuid, sources },
    title: cut(String(definition.metadata.title), longest.title),
    documentVersion: cut(String(definition.metadata.version), longest.type),
    components: components.length,
    capabilities: definition.capabilities?.length ?? 0,
    claims: claims.length,
  };
  return { row, components, claims };
}

/**
 * Keeps a component definition with its components and what they claim; all or nothing.
 * @throws AnnexError ALREADY_EXISTS, BAD_INPUT, INVALID_OSCAL
 */
export async function importDefinition(
  tx: WriteTx<ControlsDatabase>,
  read: ReadDefinition,
  asked: { readonly key: string; readonly source?: string | undefined; readonly sha256: string },
): Promise<ImportedComponents> {
  const present = await definitionOfKey(tx, asked.key);
  if (present) throw keyTaken(asked.key, present);
  await checkTold(tx, asked.source);
  const { components: _, ...head } = read.definition;
  const sources = await knownSources(tx, read.definition, asked.source);
  const { row, components, claims } = rowsOf(tx, read, asked, sources);
  try {
    await insertDefinition(tx, row, head);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    throw keyTaken(asked.key, undefined, error);
  }
  await insertComponents(
    tx,
    components.map((one) => ({ ...one.row, content: one.content })),
  );
  await insertClaims(tx, claims);
  await indexDocuments(
    tx,
    components.map((one) => searchDocument(one.row, row.key)),
  );
  tx.record('annex.controls.component-definition.changed.v1', { rows: [definitionEvent(row)] });
  if (components.length > 0)
    tx.record('annex.controls.component.changed.v1', { rows: components.map((one) => componentEvent(one.row)) });
  const places = await placesNamed(tx, claims);
  const known = claims.filter((claim) => places.has(nameOf(claim)));
  const countOf = (list: readonly ComponentClaimRow[], href: string) =>
    list.filter((claim) => claim.source === href).length;
  return {
    ...{ id: row.id, key: row.key, title: row.title, sha256: row.sha256 },
    counts: {
      ...{ components: row.components, capabilities: row.capabilities },
      ...{ claims: claims.length, known: known.length },
    },
    sources: sources.map((one) => ({ ...one, claims: countOf(claims, one.href), known: countOf(known, one.href) })),
    warnings: read.warnings.slice(0, mostWarnings).map(({ pointer, message }) => ({ place: pointer, message })),
  };
}

/**
 * Takes a definition away with its components. What implementations came from it keep what they remember of it.
 * @throws AnnexError NOT_FOUND, VERSION_CONFLICT
 */
export async function deleteComponentDefinition(
  tx: WriteTx<ControlsDatabase>,
  input: { readonly id: string; readonly expectedVersion?: number | null },
): Promise<{ id: string; version: number }> {
  const row = await lockDefinition(tx, input.id);
  checkVersion('ComponentDefinition', row.id, row.version, input.expectedVersion);
  const components = await filteredComponents(tx, { definitionId: row.id }).orderBy('position').execute();
  await deleteDefinitionRows(tx, row.id);
  await removeDocuments(tx, searchFramework(row.key));
  const gone = <Event extends { version: number }>(event: Event) => ({
    ...event,
    ...({ version: event.version + 1, deleted: true } as const),
  });
  if (components.length > 0)
    tx.record('annex.controls.component.changed.v1', { rows: components.map((one) => gone(componentEvent(one))) });
  tx.record('annex.controls.component-definition.changed.v1', { rows: [gone(definitionEvent(row))] });
  return { id: row.id, version: row.version + 1 };
}
