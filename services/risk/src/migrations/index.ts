import type { Migration } from '@annex/service';
import { createProjections } from './20261124_0100_create_projections.ts';
import { createCriteria } from './20261124_0110_create_criteria.ts';
import { createRisk } from './20261124_0120_create_risk.ts';
import { createAssessmentAndAcceptance } from './20261124_0130_create_assessment_and_acceptance.ts';

export const migrations: readonly Migration[] = [
  createProjections,
  createCriteria,
  createRisk,
  createAssessmentAndAcceptance,
];
