import type {
  OscalBackMatter,
  OscalComponent,
  OscalComponentDefinition,
  OscalControlImplementation,
} from '@annex/oscal';
import { badInput } from '@annex/schema';
import { frameworkNamed } from '../mapping/collection.ts';

/** How much of a text is kept where it is listed and searched; the whole stands in the document. */
export const longest = { title: 300, type: 100, description: 20_000 } as const;

const keyPattern = /^[a-z][a-z0-9-]{1,39}$/;

/** What a definition is named by. @throws AnnexError BAD_INPUT */
export function definitionKey(given: unknown): string {
  if (typeof given === 'string' && keyPattern.test(given)) return given;
  throw badInput(
    'query.key',
    given ?? null,
    'must be 2 to 40 small letters, digits and hyphens, such as acme-database',
  );
}

/** A text cut to what is listed of it. */
export const cut = (text: string, most: number) => text.slice(0, most).toWellFormed();

/** A definition without its components. */
export type DefinitionHead = Omit<OscalComponentDefinition, 'components'>;

/** A control that a component says it implements. */
export interface NewClaim {
  /** The source as the definition writes it. */
  readonly source: string;
  /** What the source was taken for; null where nobody knows. */
  readonly framework: string | null;
  readonly controlId: string;
  readonly controlKey: string;
  readonly description: string;
  readonly statements: number;
}

/** Control ids are compared without regard to case; OSCAL writes the third enhancement of AC-2 as `ac-2.3`, NIST prints AC-2(3). */
export const controlKey = (id: string) => id.toLowerCase().replace(/\((\d+)\)/g, '.$1');

/** The claims of a component, in the document's order. */
export function claimsOf(
  component: Pick<OscalComponent, 'control-implementations'>,
  frameworkOf: (source: string) => string | null,
): NewClaim[] {
  return (component['control-implementations'] ?? []).flatMap((implementation) =>
    implementation['implemented-requirements'].map((requirement) => ({
      source: implementation.source,
      framework: frameworkOf(implementation.source),
      controlId: requirement['control-id'],
      controlKey: controlKey(requirement['control-id']),
      description: cut(requirement.description, longest.description),
      statements: requirement.statements?.length ?? 0,
    })),
  );
}

/** The sources of all components, each once, in the document's order. */
export function sourcesOf({ components = [] }: OscalComponentDefinition): string[] {
  const all = components.flatMap((one): OscalControlImplementation[] => one['control-implementations'] ?? []);
  return [...new Set(all.map((one) => one.source))];
}

/** What a source may be known by: itself, or what the resource of the document that it names says of itself. */
export function namesOf(source: string, backMatter: OscalBackMatter | undefined): string[] {
  if (!source.startsWith('#')) return [source];
  const uuid = source.slice(1).toLowerCase();
  const resource = backMatter?.resources?.find((one) => one.uuid.toLowerCase() === uuid);
  const identifiers = (resource?.['document-ids'] as { identifier?: string }[] | undefined) ?? [];
  return [
    ...(resource?.rlinks ?? []).map(({ href }) => href),
    ...identifiers.flatMap(({ identifier }) => identifier ?? []),
    uuid,
  ];
}

/** The files under which NIST publishes its catalogues and the profiles of them, whose controls have the same ids. */
const published: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)NIST_SP-800-53_rev5[._-][^/]*$/i, 'sp800-53:r5'],
  [/(^|\/)NIST_CSF_v2\.0[._-][^/]*$/i, 'csf:2.0'],
];

/** What people may know a source by. */
export function titleOf(source: string, backMatter: OscalBackMatter | undefined): string {
  const [first = source] = namesOf(source, backMatter);
  if (!source.startsWith('#')) return cut(first, longest.title);
  const resource = backMatter?.resources?.find((one) => one.uuid.toLowerCase() === source.slice(1).toLowerCase());
  return cut(resource?.title || resource?.description || first, longest.title);
}

/** The framework that a reference of ours among the names is to. */
export const frameworkReferred = (names: readonly string[]): string | null =>
  names.map(frameworkNamed).find((one) => one !== null) ?? null;

/** The framework that a file of NIST's among the names is of. */
export const frameworkPublished = (names: readonly string[]): string | null =>
  published.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? null;

const uuidPattern = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** UUIDs of documents among the names. */
export const uuidsAmong = (names: readonly string[]) =>
  names.flatMap((name) => uuidPattern.exec(name)?.[1]?.toLowerCase() ?? []);
