import type { OscalWarning } from '../error.ts';
import type { JsonObject } from '../json/structure.ts';
import type { OscalBackMatter, OscalLink, OscalMetadata, OscalProp } from '../metadata.ts';

/** A value that who uses the control fills in: either given `values`, or a `select` to choose from. */
export interface OscalParam extends JsonObject {
  id: string;
  class?: string;
  label?: string;
  usage?: string;
  props?: OscalProp[];
  links?: OscalLink[];
  constraints?: JsonObject[];
  guidelines?: JsonObject[];
  values?: string[];
  select?: { 'how-many'?: 'one' | 'one-or-more'; choice?: string[]; [name: string]: unknown };
}

/** A statement, guidance, objective and the like; parts hold parts. */
export interface OscalPart extends JsonObject {
  name: string;
  id?: string;
  ns?: string;
  class?: string;
  title?: string;
  prose?: string;
  props?: OscalProp[];
  links?: OscalLink[];
  parts?: OscalPart[];
}

/** A group or control without its id and without what is nested in it. Unknown members are kept. */
export interface OscalContent extends JsonObject {
  title: string;
  class?: string;
  params?: OscalParam[];
  props?: OscalProp[];
  links?: OscalLink[];
  parts?: OscalPart[];
}

/** The catalog itself. `extra` holds members that OSCAL does not know, where there are any. */
export interface CatalogDocument {
  kind: 'document';
  uuid: string;
  metadata: OscalMetadata;
  params?: OscalParam[];
  extra?: JsonObject;
}

export interface CatalogBackMatter {
  kind: 'back-matter';
  backMatter: OscalBackMatter;
}

export interface CatalogGroup {
  kind: 'group';
  /** Unique in the catalog: the id, or for a group without one its JSON pointer, which no id can look like. */
  key: string;
  id: string | null;
  /** The key of the group that it stands in. */
  parent: string | null;
  /** Among the groups of its parent, from 0. */
  position: number;
  content: OscalContent;
}

export interface CatalogControl {
  kind: 'control';
  id: string;
  /** `id` is the key of a group, the id of a control, or null in the catalog itself. */
  parent: { kind: 'group' | 'control' | 'catalog'; id: string | null };
  /** Among the controls of its parent, from 0. */
  position: number;
  content: OscalContent;
}

/** The last part: the catalog was read to its end. */
export interface CatalogEnd {
  kind: 'end';
  groups: number;
  controls: number;
  warnings: OscalWarning[];
}

/** What `readCatalog` answers with: the document first, parents before children, the end last. */
export type CatalogPart = CatalogDocument | CatalogBackMatter | CatalogGroup | CatalogControl | CatalogEnd;

/** A whole catalog in memory, as a profile is resolved from and to. */
export interface Catalog {
  document: CatalogDocument;
  /** Parents before children; back matter may be among them. */
  parts: CatalogPart[];
}
