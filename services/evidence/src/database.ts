import type { EvidenceTables } from './evidence/evidence.store.ts';
import type { ImportTables } from './import/import.store.ts';
import type { MeasureTables } from './measure/measure.store.ts';
import type { ProjectionTables } from './projection/projection.store.ts';

/** The tables of the service, an intersection of its modules'. */
export type EvidenceDatabase = ProjectionTables & EvidenceTables & ImportTables & MeasureTables;
