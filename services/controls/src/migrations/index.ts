import type { Migration } from '@annex/service';
import { createIsmsAndImplementation } from './20261124_0100_create_isms_and_implementation.ts';
import { createMeasureLinksAndStrength } from './20261124_0110_create_measure_links_and_strength.ts';
import { createCatalogue } from './20261125_0100_create_catalogue.ts';
import { createUpgrade } from './20261125_0200_create_upgrade.ts';
import { createSearch } from './20261125_0300_create_search.ts';
import { createLicensedText } from './20261126_0100_create_licensed_text.ts';
import { createOwnMapping } from './20261126_0110_create_own_mapping.ts';
import { createComponent } from './20261126_0200_create_component.ts';
import { createCatalogueProfile } from './20261126_0210_create_catalogue_profile.ts';
import { createUpgradeTask } from './20261126_0300_create_upgrade_task.ts';
import { addReplaces } from './20261126_0310_add_replaces.ts';
import { createScope } from './20261126_0400_create_scope.ts';
import { createContext } from './20261126_0410_create_context.ts';
import { createObligation } from './20261126_0420_create_obligation.ts';
import { createObjective } from './20261126_0500_create_objective.ts';
import { createLeadership } from './20261126_0510_create_leadership.ts';
import { createPeople } from './20261126_0520_create_people.ts';
import { createCommunicationAndChange } from './20261126_0530_create_communication_and_change.ts';
import { createOpportunity } from './20261126_0540_create_opportunity.ts';
import { createProvision } from './20261126_0550_create_provision.ts';
import { extendImplementation } from './20261126_0600_extend_implementation.ts';
import { createException } from './20261126_0610_create_exception.ts';
import { createMaturity } from './20261126_0620_create_maturity.ts';
import { createImplementationTask } from './20261126_0630_create_implementation_task.ts';
import { createStrengthJudgement } from './20261126_0640_create_strength_judgement.ts';
import { createSoa } from './20261126_0700_create_soa.ts';
import { createTreatmentNeed } from './20261126_0710_create_treatment_need.ts';
import { searchLibrary } from './20261127_1600_search_library.ts';

export const migrations: readonly Migration[] = [
  createIsmsAndImplementation,
  createMeasureLinksAndStrength,
  createCatalogue,
  createUpgrade,
  createSearch,
  createSoa,
  createLicensedText,
  createOwnMapping,
  createUpgradeTask,
  addReplaces,
  createScope,
  createContext,
  createObligation,
  createComponent,
  createCatalogueProfile,
  createObjective,
  createLeadership,
  createPeople,
  createCommunicationAndChange,
  createOpportunity,
  createProvision,
  extendImplementation,
  createException,
  createMaturity,
  createImplementationTask,
  createStrengthJudgement,
  createTreatmentNeed,
  searchLibrary,
];
