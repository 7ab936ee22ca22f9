import type { Catalog, OscalParam } from '../catalog/model.ts';
import { partsOf, type Tree, treeOf } from '../catalog/tree.ts';
import { below, OscalError, type OscalWarning } from '../error.ts';
import { type OscalMetadata, type OscalResource, oscalVersion } from '../metadata.ts';
import { Warnings } from '../references.ts';
import { nameUuid } from '../uuids.ts';
import { keptParams, keptResources } from './kept.ts';
import { combine, groupParams, structured } from './merge.ts';
import type { OscalProfile } from './model.ts';
import { modify } from './modify.ts';
import { keepControls, selectedIds } from './select.ts';

/** What an import names. Nothing of it is opened here: it is for the caller to know or not to know. */
export interface ImportReference {
  /** As the profile has it; `#uuid` names a resource of its back matter. */
  readonly href: string;
  /** The uuid of that resource. */
  readonly resource?: string;
  /** The href, or where the resource says that it can be had. */
  readonly candidates: readonly { readonly href: string; readonly mediaType?: string }[];
}

/** A catalog or profile that the caller knows. */
export type ImportSource = ({ kind: 'catalog' } & Catalog) | { kind: 'profile'; profile: OscalProfile };

/** Answers with what is known under a reference of the profile, or undefined. */
export type ImportLookup = (
  reference: ImportReference,
  profile: OscalProfile,
) => ImportSource | undefined | Promise<ImportSource | undefined>;

export interface ResolveOptions {
  /** Of the catalog that results. Without it, one that is the same whenever the same is resolved. */
  readonly uuid?: string;
  /** RFC 3339; the profile's own without it. */
  readonly lastModified?: string;
  /** What the `source-profile` link points at; `urn:uuid:` and the profile's uuid without it. */
  readonly profileHref?: string;
}

/** A catalog with what was odd on the way to it. */
export interface ResolvedCatalog extends Catalog {
  warnings: OscalWarning[];
}

interface Resolved {
  tree: Tree;
  params: OscalParam[];
  resources: OscalResource[];
  /** UUIDs of what went in, in the order of the imports. */
  sources: string[];
}

function referenceOf(profile: OscalProfile, href: string, pointer: string): ImportReference {
  if (!href.startsWith('#')) return { href, candidates: [{ href }] };
  const uuid = href.slice(1).toLowerCase();
  const resource = profile['back-matter']?.resources?.find((entry) => entry.uuid.toLowerCase() === uuid);
  if (!resource) throw new OscalError(pointer, href, 'must be the uuid of a resource in the back matter');
  const candidates = (resource.rlinks ?? []).map(({ href: target, 'media-type': mediaType }) =>
    mediaType === undefined ? { href: target } : { href: target, mediaType },
  );
  return { href, resource: resource.uuid, candidates };
}

/** Resolves one profile after another, deepest first. */
class Resolver {
  readonly #lookup: ImportLookup;
  readonly #warnings: Warnings;

  constructor(lookup: ImportLookup, warnings: Warnings) {
    this.#lookup = lookup;
    this.#warnings = warnings;
  }

  async profile(profile: OscalProfile, path: readonly string[]): Promise<Resolved> {
    const imported: Resolved[] = [];
    for (const index of profile.imports.keys()) imported.push(await this.#import(profile, index, path));
    const combined = combine(
      imported.map(({ tree }) => tree),
      profile,
      this.#warnings,
    );
    const asIs = profile.merge?.['as-is'] === true;
    const loose = imported.flatMap(({ params }) => params).concat(asIs ? [] : groupParams(combined));
    const tree = structured(combined, profile.merge);
    const params = modify(tree, loose, profile.modify, this.#warnings);
    const own = profile['back-matter']?.resources ?? [];
    const resources = [...own, ...imported.flatMap((entry) => entry.resources)];
    const sources = [profile.uuid, ...imported.flatMap((entry) => entry.sources)];
    return { tree, params: keptParams(params, tree), resources, sources };
  }

  async #import(profile: OscalProfile, index: number, path: readonly string[]): Promise<Resolved> {
    const pointer = below('/profile/imports', index);
    const selecting = profile.imports[index] as OscalProfile['imports'][number];
    const place = below(pointer, 'href');
    const source = await this.#lookup(referenceOf(profile, selecting.href, place), profile);
    if (!source) throw new OscalError(place, selecting.href, 'must name a catalog or profile that is known here');
    const whole = source.kind === 'catalog' ? fromCatalog(source) : await this.#nested(source.profile, path, place);
    return { ...whole, tree: keepControls(whole.tree, selectedIds(selecting, whole.tree, pointer)) };
  }

  async #nested(profile: OscalProfile, path: readonly string[], pointer: string): Promise<Resolved> {
    const further = [...path, profile.uuid];
    if (path.includes(profile.uuid)) {
      const cycle = further.slice(path.indexOf(profile.uuid)).join(' → ');
      throw new OscalError(pointer, profile.uuid, `must not come back to a profile on the way: ${cycle}`);
    }
    try {
      return await this.profile(profile, further);
    } catch (error) {
      if (!(error instanceof OscalError) || error.allowed.endsWith(')')) throw error;
      throw new OscalError(error.pointer, error.given, `${error.allowed} (in the imported profile ${profile.uuid})`);
    }
  }
}

function fromCatalog({ document, parts }: Catalog): Resolved {
  const backMatter = parts.find((part) => part.kind === 'back-matter');
  return {
    tree: treeOf(parts),
    params: document.params ?? [],
    resources: backMatter?.backMatter.resources ?? [],
    sources: [document.uuid],
  };
}

/** What a profile and its sources are, whenever the same is resolved. */
const uuidOf = (sources: readonly string[]): string => nameUuid(`annex-oscal-resolved:${sources.join(',')}`);

function metadataOf({ uuid, metadata }: OscalProfile, options: ResolveOptions): OscalMetadata {
  const props = (metadata.props ?? []).filter(({ name }) => name !== 'resolution-tool');
  const links = (metadata.links ?? []).filter(({ rel }) => rel !== 'source-profile');
  return {
    ...metadata,
    'last-modified': options.lastModified ?? metadata['last-modified'],
    'oscal-version': oscalVersion,
    props: [...props, { name: 'resolution-tool', value: 'Annex OSCAL profile resolver' }],
    links: [...links, { href: options.profileHref ?? `urn:uuid:${uuid}`, rel: 'source-profile' }],
  };
}

/**
 * Resolves a profile to the catalog that it stands for: imports, then merge, then modify (NIST, OSCAL Profile
 * Resolution). Nothing is opened: what an import means is `lookup`'s to say.
 * @throws OscalError at an import that lookup does not know, that comes back to a profile on the way, that includes a
 * control which is not there, or that brings a control again with other content while nothing says how to combine them
 */
export async function resolveProfile(
  profile: OscalProfile,
  lookup: ImportLookup,
  options: ResolveOptions = {},
): Promise<ResolvedCatalog> {
  const warnings = new Warnings();
  const { tree, params, resources, sources } = await new Resolver(lookup, warnings).profile(profile, [profile.uuid]);
  const metadata = metadataOf(profile, options);
  const kept = keptResources(resources, [metadata, params], tree);
  const uuid = options.uuid ?? uuidOf([...sources, metadata['last-modified']]);
  return {
    document: { kind: 'document', uuid, metadata, ...(params.length > 0 ? { params } : {}) },
    parts: [
      ...partsOf(tree),
      ...(kept.length > 0 ? [{ kind: 'back-matter' as const, backMatter: { resources: kept } }] : []),
    ],
    warnings: warnings.list(),
  };
}
