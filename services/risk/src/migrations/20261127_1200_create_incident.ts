import { type Migration, rolesOf } from '@annex/service';

/**
 * Security events as they are reported and assessed; incidents with the risks and assets that they are about; and their timelines, whose
 * entries are added and never changed. `source` and `source_id` name the record of another system that an incident was imported from, and
 * `record` keeps that record as it came.
 */
export const createIncident: Migration = {
  name: '20261127_1200_create_incident',
  async up(tables) {
    const occurred = {
      occurred_from: 'timestamptz',
      occurred_until: 'timestamptz',
      occurred_precision: `text check (occurred_precision in ('YEAR', 'MONTH', 'DAY', 'INSTANT'))`,
      detected_at: 'timestamptz',
    };
    await tables.entity('security_event', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        title: 'text not null',
        description: 'text not null',
        ...occurred,
        reported_at: 'timestamptz not null',
        reporter_id: 'uuid',
        affects: 'text[] not null',
        asset_ids: 'uuid[] not null',
        status: `text not null check (status in ('REPORTED', 'INCIDENT', 'NOT_AN_INCIDENT'))`,
        reason: 'text not null',
        assessed_by: 'text',
        assessed_at: 'timestamptz',
        incident_id: 'uuid',
      },
      indexes: [
        ['isms_id', 'number', 'id'],
        ['incident_id', 'number'],
      ],
      unique: [['isms_id', 'reference']],
    });
    await tables.entity('incident', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        title: 'text not null',
        description: 'text not null',
        status: `text not null check (status in ('REPORTED', 'TRIAGED', 'RESPONDING', 'RESOLVED', 'LEARNED'))`,
        confirmation: `text not null check (confirmation in ('CONFIRMED', 'SUSPECTED', 'NEAR_MISS', 'FALSE_POSITIVE'))`,
        severity: `text check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL'))`,
        categories: 'text[] not null',
        handler_id: 'uuid',
        affects: 'text[] not null',
        ...occurred,
        reported_at: 'timestamptz',
        triaged_at: 'timestamptz',
        contained_at: 'timestamptz',
        resolved_at: 'timestamptz',
        learned_at: 'timestamptz',
        recurrence_of_id: 'uuid',
        finding_ids: 'uuid[] not null',
        evidence_ids: 'uuid[] not null',
        losses: 'jsonb not null',
        currency: 'text',
        lessons: 'text not null',
        risk_review: `text check (risk_review in ('DONE', 'TO_BE_DONE', 'NOT_NEEDED'))`,
        source: 'text',
        source_id: 'text',
        record: 'jsonb',
      },
      indexes: [
        ['isms_id', 'number', 'id'],
        ['isms_id', 'status'],
        ['recurrence_of_id', 'number'],
      ],
      unique: [
        ['isms_id', 'reference'],
        ['isms_id', 'source', 'source_id'],
      ],
    });
    await tables.entity('incident_risk', {
      columns: { incident_id: 'uuid not null', risk_id: 'uuid not null' },
      indexes: [['risk_id', 'incident_id']],
      unique: [['incident_id', 'risk_id']],
    });
    await tables.entity('incident_asset', {
      columns: { incident_id: 'uuid not null', asset_id: 'uuid not null' },
      indexes: [['asset_id', 'incident_id']],
      unique: [['incident_id', 'asset_id']],
    });
    await tables.log('incident_entry', {
      columns: {
        isms_id: 'uuid not null',
        incident_id: 'uuid not null',
        phase: 'text not null',
        text: 'text not null',
        happened_at: 'timestamptz not null',
        written_at: 'timestamptz not null',
        written_by: 'text not null',
        corrects_id: 'uuid',
      },
      time: 'written_at',
      indexes: [['incident_id', 'happened_at', 'id']],
    });
    await tables.sql(`revoke update, delete on incident_entry from ${rolesOf(tables.service).login}`);
  },
};
