import { readData } from './data.ts';

/** The languages that guidance is written in: a folder of `data` each, named by BCP 47. */
export type Locale = 'en';

/** A measure that would show whether a control works (ISO/IEC 27004), as the evidence service takes it. */
export interface SuggestedMeasure {
  readonly title: string;
  readonly informationNeed: string;
  /** How the value comes about. */
  readonly method: string;
  readonly unit: string;
  /** The value that meets the aim, and the one that wholly misses it; either may be the larger. */
  readonly target: number;
  readonly worst: number;
  /** ISO 8601: P1D, P1W, P1M, P3M, P6M, P1Y. */
  readonly frequency: string;
}

/** Guidance on a control, written for Annex from practice; not the standard's text. */
export interface ControlGuidance {
  /** The control's id. */
  readonly id: string;
  readonly purpose: string;
  /** 4 to 8 of them, each beginning with what to do. */
  readonly steps: readonly string[];
  readonly evidence: readonly string[];
  readonly measure: SuggestedMeasure;
  readonly auditQuestions: readonly string[];
  readonly scaling: { readonly smallTeam: string; readonly enterprise: string };
}

/** What a clause or a lettered item of ISO/IEC 27001:2022 demands, said plainly and in our words. */
export interface Requirement {
  /** The clause's id, with the letter behind a further dot: `iso27001:2022:6.1.3`, `iso27001:2022:6.1.3.d`. */
  readonly id: string;
  readonly demand: string;
  /** The documented information that this very place demands; empty where it demands none. */
  readonly documentedInformation: readonly string[];
  readonly owner: string;
  readonly evidence: readonly string[];
  readonly auditQuestions: readonly string[];
  readonly mistakes: readonly string[];
}

interface Texts {
  readonly guidance: ReadonlyMap<string, ControlGuidance>;
  readonly requirements: ReadonlyMap<string, Requirement>;
}

const byId = <T extends { readonly id: string }>(entries: readonly T[]) =>
  new Map(entries.map((entry) => [entry.id, entry]));

const textsOf = (locale: Locale): Texts => ({
  guidance: byId(readData<ControlGuidance>(`${locale}/controls-2022.json`)),
  requirements: byId(readData<Requirement>(`${locale}/requirements-2022.json`)),
});

const texts: Readonly<Record<Locale, Texts>> = { en: textsOf('en') };

/** The guidance on a control of 27001:2022; the edition of 2013 has none of its own. */
export function controlGuidance(id: string, locale: Locale = 'en'): ControlGuidance | undefined {
  return texts[locale].guidance.get(id);
}

/** Everything that clauses 4 to 10 of 27001:2022 demand, each clause before its letters, in the standard's order. */
export function requirements(locale: Locale = 'en'): readonly Requirement[] {
  return [...texts[locale].requirements.values()];
}

/** What a clause or a lettered item of it demands. */
export function requirement(id: string, locale: Locale = 'en'): Requirement | undefined {
  return texts[locale].requirements.get(id);
}
