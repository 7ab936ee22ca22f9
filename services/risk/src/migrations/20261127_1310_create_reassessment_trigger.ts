import type { Migration } from '@annex/service';

/** Why risks are to be assessed again. That a level rose is no row: it follows from the risk. */
export const createReassessmentTrigger: Migration = {
  name: '20261127_1310_create_reassessment_trigger',
  async up(tables) {
    await tables.entity('reassessment_trigger', {
      columns: {
        risk_id: 'uuid not null',
        kind: `text not null check (kind in ('ASSET_CHANGED', 'NEW_THREAT', 'INDICATOR_RED', 'CRITERIA_CHANGED', 'INCIDENT', 'MANUAL'))`,
        cause: 'text not null',
        reason: 'text not null',
        link_kind: 'text',
        link_id: 'text',
        status: `text not null check (status in ('OPEN', 'CLOSED'))`,
        raised_at: 'timestamptz not null',
        raised_by: 'text not null',
        closed_at: 'timestamptz',
        closed_by: 'text',
        assessment_id: 'uuid',
      },
      indexes: [
        ['isms_id', 'status', 'raised_at', 'id'],
        ['risk_id', 'raised_at', 'id'],
      ],
    });
    await tables.sql(
      `create unique index reassessment_trigger_open on reassessment_trigger (tenant_id, risk_id, kind, cause) where status = 'OPEN'`,
    );
  },
};
