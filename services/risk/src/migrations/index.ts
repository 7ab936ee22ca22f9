import type { Migration } from '@annex/service';
import { createProjections } from './20261124_0100_create_projections.ts';
import { createCriteria } from './20261124_0110_create_criteria.ts';
import { createRisk } from './20261124_0120_create_risk.ts';
import { createAssessmentAndAcceptance } from './20261124_0130_create_assessment_and_acceptance.ts';
import { createQuantification } from './20261126_1000_create_quantification.ts';
import { createSimulation } from './20261126_1010_create_simulation.ts';
import { createAsset } from './20261126_1100_create_asset.ts';
import { createTreatment } from './20261126_1100_create_treatment.ts';
import { createIdentification } from './20261126_1110_create_identification.ts';
import { addExternalKey } from './20261126_1400_add_external_key.ts';
import { addAssessmentPeriod } from './20261127_1000_add_assessment_period.ts';
import { addConsequenceCategories } from './20261127_1100_add_consequence_categories.ts';
import { createCriteriaProposal } from './20261127_1110_create_criteria_proposal.ts';
import { createIncident } from './20261127_1200_create_incident.ts';
import { createAdoption } from './20261127_1210_create_adoption.ts';
import { createAssessmentCycle } from './20261127_1300_create_assessment_cycle.ts';
import { createReassessmentTrigger } from './20261127_1310_create_reassessment_trigger.ts';
import { createConsultation } from './20261127_1320_create_consultation.ts';
import { createIndicator } from './20261127_1330_create_indicator.ts';
import { indexRegisterByNumber } from './20261127_1400_index_register_by_number.ts';
import { createPerson } from './20261127_1500_create_person.ts';

export const migrations: readonly Migration[] = [
  createProjections,
  createCriteria,
  createRisk,
  createAssessmentAndAcceptance,
  createQuantification,
  createSimulation,
  createAsset,
  createIdentification,
  createTreatment,
  addExternalKey,
  addAssessmentPeriod,
  addConsequenceCategories,
  createCriteriaProposal,
  createIncident,
  createAdoption,
  createAssessmentCycle,
  createReassessmentTrigger,
  createConsultation,
  createIndicator,
  indexRegisterByNumber,
  createPerson,
];
