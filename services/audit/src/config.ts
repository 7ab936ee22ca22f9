import type { EnvironmentReader } from '@annex/service';

export interface AuditConfig {
  /** How old a gap in the trail may grow before its events are asked for again, in seconds of business time. */
  readonly trailGapSeconds: number;
}

/** What the audit service is told beside what every process is. */
export function auditConfig(read: EnvironmentReader): AuditConfig {
  return { trailGapSeconds: read.integer('ANNEX_TRAIL_GAP_SECONDS', 10, { min: 1, max: 86_400 }) };
}
