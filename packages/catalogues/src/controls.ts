import type { Edition } from './clauses.ts';
import { readData } from './data.ts';

export type Theme = 'ORGANIZATIONAL' | 'PEOPLE' | 'PHYSICAL' | 'TECHNOLOGICAL';

/**
 * A control of Annex A, with the five attributes of ISO/IEC 27002:2022. The edition of 2013 has neither themes nor
 * attributes: its theme is null and its attributes are empty.
 */
export interface CatalogueControl {
  /** `iso27001:2022:A.8.28` */
  readonly id: string;
  /** As the standard prints it: `A.8.28`. */
  readonly number: string;
  readonly title: string;
  /** The heading that it stands under (`controlGroups`). */
  readonly groupId: string;
  readonly theme: Theme | null;
  /** PREVENTIVE, DETECTIVE, CORRECTIVE */
  readonly controlTypes: readonly string[];
  /** CONFIDENTIALITY, INTEGRITY, AVAILABILITY */
  readonly informationSecurityProperties: readonly string[];
  /** IDENTIFY, PROTECT, DETECT, RESPOND, RECOVER */
  readonly cybersecurityConcepts: readonly string[];
  /** Fifteen values such as IDENTITY_AND_ACCESS_MANAGEMENT */
  readonly operationalCapabilities: readonly string[];
  /** GOVERNANCE_AND_ECOSYSTEM, PROTECTION, DEFENCE, RESILIENCE */
  readonly securityDomains: readonly string[];
  /** Whether nothing in the edition of 2013 corresponds to it. */
  readonly newIn2022: boolean;
}

/** How a mapping's source relates to its target, as sets of what they ask for. */
export type Relationship = 'EQUAL' | 'SUBSET' | 'SUPERSET' | 'INTERSECT';

/** A clause or control of 2013 and one of 2022 that it corresponds to. */
export interface Mapping {
  readonly sourceId: string;
  readonly targetId: string;
  readonly relationship: Relationship;
}

const controlsByEdition = {
  '2013': readData<CatalogueControl>('iso27001-2013-controls.json'),
  '2022': readData<CatalogueControl>('iso27001-2022-controls.json'),
};

const mapping = readData<Mapping>('mapping-2013-2022.json');

/** The controls of Annex A of an edition, in the standard's order. */
export function controls(edition: Edition): readonly CatalogueControl[] {
  return controlsByEdition[edition];
}

/** Where each clause and control of ISO/IEC 27001:2013 went in the edition of 2022. */
export function mapping2013to2022(): readonly Mapping[] {
  return mapping;
}
