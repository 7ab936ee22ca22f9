import type { OscalParam, OscalPart } from '../catalog/model.ts';
import type { JsonObject } from '../json/structure.ts';
import type { OscalDocument, OscalLink, OscalProp } from '../metadata.ts';

/** Controls by id or by pattern, where `*` stands for any characters and `?` for one. */
export interface OscalSelection extends JsonObject {
  'with-ids'?: string[];
  matching?: { pattern?: string; [name: string]: unknown }[];
  'with-child-controls'?: 'yes' | 'no';
}

/** What is taken of a source; without either of the first two, all. */
export interface OscalSelecting extends JsonObject {
  'include-all'?: JsonObject;
  'include-controls'?: OscalSelection[];
  'exclude-controls'?: OscalSelection[];
}

export interface OscalImport extends OscalSelecting {
  href: string;
}

export interface OscalInsert extends OscalSelecting {
  order?: 'keep' | 'ascending' | 'descending';
}

export interface OscalCustomGroup extends JsonObject {
  title: string;
  id?: string;
  groups?: OscalCustomGroup[];
  'insert-controls'?: OscalInsert[];
}

export interface OscalMerge extends JsonObject {
  combine?: { method?: 'use-first' | 'merge' | 'keep'; [name: string]: unknown };
  flat?: JsonObject;
  'as-is'?: boolean;
  custom?: { groups?: OscalCustomGroup[]; 'insert-controls'?: OscalInsert[]; [name: string]: unknown };
}

export interface OscalSetParameter extends JsonObject {
  'param-id': string;
}

export interface OscalAdd extends JsonObject {
  position?: 'before' | 'after' | 'starting' | 'ending';
  'by-id'?: string;
  title?: string;
  params?: OscalParam[];
  props?: OscalProp[];
  links?: OscalLink[];
  parts?: OscalPart[];
}

export interface OscalRemove extends JsonObject {
  'by-name'?: string;
  'by-class'?: string;
  'by-id'?: string;
  'by-item-name'?: string;
  'by-ns'?: string;
}

export interface OscalAlter extends JsonObject {
  'control-id': string;
  removes?: OscalRemove[];
  adds?: OscalAdd[];
}

export interface OscalModify extends JsonObject {
  'set-parameters'?: OscalSetParameter[];
  alters?: OscalAlter[];
}

/** What an OSCAL profile holds: a selection of controls, their order, and changes to them. */
export interface OscalProfile extends OscalDocument {
  imports: OscalImport[];
  merge?: OscalMerge;
  modify?: OscalModify;
}
