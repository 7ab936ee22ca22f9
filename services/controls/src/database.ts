import type { ChangeTables } from './change/change.store.ts';
import type { CommunicationTable } from './communication/communication.store.ts';
import type { CompetenceTables } from './competence/competence.store.ts';
import type { ComponentTables } from './component/component.store.ts';
import type { ContextTables } from './context/context.store.ts';
import type { DesignAssessmentTable } from './design/design.store.ts';
import type { ExceptionTable } from './exception/exception.store.ts';
import type { ImplementationTables } from './implementation/implementation.store.ts';
import type { IsmsTable } from './isms/isms.store.ts';
import type { StrengthJudgementTable } from './judgement/judgement.store.ts';
import type { LeadershipTable } from './leadership/leadership.store.ts';
import type { LibraryTables } from './library/library.store.ts';
import type { CatalogueProfileTable } from './library/profile.store.ts';
import type { LicensedTables } from './licensed/licensed.store.ts';
import type { MeasureLinkTable } from './link/link.store.ts';
import type { MappingCollectionTable } from './mapping/collection.store.ts';
import type { OwnMappingTable } from './mapping/own.store.ts';
import type { MaturityTable } from './maturity/maturity.store.ts';
import type { MeasureTables } from './measure/measure.store.ts';
import type { NeedTables } from './need/need.store.ts';
import type { ObjectiveTable } from './objective/objective.store.ts';
import type { ObligationTable } from './obligation/obligation.store.ts';
import type { OpportunityTables } from './opportunity/opportunity.store.ts';
import type { PartyTables } from './party/party.store.ts';
import type { IsmsProcessTable } from './process/process.store.ts';
import type { CriterionTable } from './provision/criterion.store.ts';
import type { ProvisionTable } from './provision/provision.store.ts';
import type { ResourceTable } from './resource/resource.store.ts';
import type { ResponsibilityTable } from './responsibility/responsibility.store.ts';
import type { ScopeTable } from './scope/scope.store.ts';
import type { SiteTable } from './site/site.store.ts';
import type { SoaTables } from './soa/soa.store.ts';
import type { StrengthTable } from './strength/strength.store.ts';
import type { ImplementationTaskTable } from './task/task.store.ts';
import type { UpgradeTaskTable } from './upgrade/task.store.ts';
import type { UpgradeTable } from './upgrade/upgrade.store.ts';

/** The tables of the service, as its modules declare them. */
export type ControlsDatabase = IsmsTable &
  CriterionTable &
  ProvisionTable &
  ResourceTable &
  OpportunityTables &
  ChangeTables &
  CommunicationTable &
  CompetenceTables &
  LeadershipTable &
  ResponsibilityTable &
  ObjectiveTable &
  LibraryTables &
  CatalogueProfileTable &
  ComponentTables &
  LicensedTables &
  OwnMappingTable &
  MappingCollectionTable &
  ImplementationTables &
  DesignAssessmentTable &
  ExceptionTable &
  MaturityTable &
  StrengthJudgementTable &
  ImplementationTaskTable &
  MeasureTables &
  MeasureLinkTable &
  StrengthTable &
  UpgradeTable &
  UpgradeTaskTable &
  NeedTables &
  SoaTables &
  SiteTable &
  IsmsProcessTable &
  ScopeTable &
  ContextTables &
  PartyTables &
  ObligationTable;
