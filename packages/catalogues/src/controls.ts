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

const controlsByEdition = {
  '2013': readData<CatalogueControl>('iso27001-2013-controls.json'),
  '2022': readData<CatalogueControl>('iso27001-2022-controls.json'),
};

/** The controls of Annex A of an edition, in the standard's order. */
export function controls(edition: Edition): readonly CatalogueControl[] {
  return controlsByEdition[edition];
}
