import type { FindingTables } from './finding/finding.store.ts';
import type { RiskTables } from './finding/risk.store.ts';
import type { IsmsTables } from './isms/isms.store.ts';
import type { ReadinessTables } from './readiness/readiness.store.ts';
import type { TrailTables } from './trail/trail.store.ts';

export type AuditDatabase = IsmsTables & ReadinessTables & RiskTables & FindingTables & TrailTables;
