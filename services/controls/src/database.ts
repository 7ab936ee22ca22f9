import type { DesignAssessmentTable } from './design/design.store.ts';
import type { ImplementationTables } from './implementation/implementation.store.ts';
import type { IsmsTable } from './isms/isms.store.ts';
import type { LibraryTables } from './library/library.store.ts';
import type { MeasureLinkTable } from './link/link.store.ts';
import type { MeasureTables } from './measure/measure.store.ts';
import type { RiskNeedTable } from './need/need.store.ts';
import type { SoaTables } from './soa/soa.store.ts';
import type { StrengthTable } from './strength/strength.store.ts';
import type { UpgradeTable } from './upgrade/upgrade.store.ts';

/** The tables of the service, as its modules declare them. */
export type ControlsDatabase = IsmsTable &
  LibraryTables &
  ImplementationTables &
  DesignAssessmentTable &
  MeasureTables &
  MeasureLinkTable &
  StrengthTable &
  UpgradeTable &
  RiskNeedTable &
  SoaTables;
