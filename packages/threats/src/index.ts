import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Property = 'CONFIDENTIALITY' | 'INTEGRITY' | 'AVAILABILITY';

/** Who or what is behind a threat. */
export type ThreatSource = 'ADVERSARY' | 'INSIDER' | 'HUMAN_ERROR' | 'TECHNICAL_FAILURE' | 'NATURE' | 'SUPPLIER';

/** The two ways of ISO/IEC 27005 to identify a risk. */
export type Approach = 'EVENT_BASED' | 'ASSET_BASED';

/** Where a neighbouring catalogue says more; only its identifier is named here. */
export interface Reference {
  readonly scheme: 'MITRE_ATTACK' | 'CWE' | 'BSI_ELEMENTARY_THREAT';
  /** `T1566`, `CWE-89`, `G 0.14` */
  readonly id: string;
}

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly affects: readonly Property[];
  /** Controls that typically help, as the catalogue names them: `iso27001:2022:A.8.7`. */
  readonly controlIds: readonly string[];
}

/** What may happen. */
export interface Threat extends Entry {
  readonly description: string;
  readonly sources: readonly ThreatSource[];
  readonly references: readonly Reference[];
}

/** What lets a threat happen: a state that can be looked for. */
export interface Weakness extends Entry {
  readonly description: string;
  readonly references: readonly Reference[];
}

/** A risk as it is met in many organisations, to begin from. */
export interface ScenarioTemplate extends Entry {
  readonly approach: Approach;
  /** What happens. */
  readonly scenario: string;
  readonly consequence: string;
  readonly threatId: string;
  readonly weaknessIds: readonly string[];
  /** Event-based: who or what starts it, what they want, and on which way they get there. */
  readonly riskSource: string | null;
  readonly desiredEndState: string | null;
  readonly path: string | null;
  /** Asset-based: the categories of assets that it is typically about. */
  readonly assetCategories: readonly string[];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

/** A data file, read once and frozen: every service in a process shares these objects. */
function readData<T extends { readonly id: string }>(file: string): ReadonlyMap<string, T> {
  const text = readFileSync(join(import.meta.dirname, '../data', file), 'utf8');
  return new Map(deepFreeze(JSON.parse(text) as T[]).map((entry) => [entry.id, entry]));
}

/** By id, in the order in which they are best read. */
export const threats = readData<Threat>('threats.json');
export const weaknesses = readData<Weakness>('weaknesses.json');
export const scenarioTemplates = readData<ScenarioTemplate>('scenarios.json');
