import type { AcceptanceTables } from './acceptance/acceptance.store.ts';
import type { AssessmentTables } from './assessment/assessment.store.ts';
import type { AssetTables } from './asset/asset.store.ts';
import type { ConsultationTables } from './consultation/consultation.store.ts';
import type { CriteriaTables } from './criteria/criteria.store.ts';
import type { CycleTables } from './cycle/cycle.store.ts';
import type { SecurityEventTables } from './event/event.store.ts';
import type { IdentificationTables } from './identification/identification.store.ts';
import type { IncidentTables } from './incident/incident.store.ts';
import type { IndicatorTables } from './indicator/indicator.store.ts';
import type { MeasureTables } from './indicator/measure.store.ts';
import type { LearningTables } from './learning/learning.store.ts';
import type { PersonTables } from './person/person.store.ts';
import type { ProjectionTables } from './projection/projection.store.ts';
import type { ProposalTables } from './proposal/proposal.store.ts';
import type { QuantificationTables } from './quantification/quantification.store.ts';
import type { RiskTables } from './risk/risk.store.ts';
import type { SimulationTables } from './simulation/simulation.store.ts';
import type { TreatmentTables } from './treatment/treatment.store.ts';
import type { TriggerTables } from './trigger/trigger.store.ts';

/** The tables of the service, an intersection of its modules'. */
export type RiskDatabase = ProjectionTables &
  PersonTables &
  CriteriaTables &
  ProposalTables &
  RiskTables &
  AssessmentTables &
  AcceptanceTables &
  QuantificationTables &
  SimulationTables &
  AssetTables &
  IdentificationTables &
  TreatmentTables &
  SecurityEventTables &
  IncidentTables &
  LearningTables &
  CycleTables &
  ConsultationTables &
  TriggerTables &
  MeasureTables &
  IndicatorTables;
