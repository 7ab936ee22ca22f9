import { type Migration, rolesOf, tenantSetting } from '@annex/service';

/**
 * The trail: the exact bytes of every event, contiguous for a source and a tenant, and what waits for a gap before it to close.
 */
export const createTrail: Migration = {
  name: '20261124_0120_create_trail',
  async up(tables) {
    const { login } = rolesOf(tables.service);
    // The id of a row is the id of its event. `recorded_at` never falls along a source, so that an as-of read sees no hole.
    await tables.log('trail', {
      columns: {
        source: 'text not null',
        sequence: 'bigint not null check (sequence >= 1)',
        type: 'text not null',
        bytes: 'bytea not null',
        leaf_hash: 'bytea not null check (octet_length(leaf_hash) = 32)',
        arrived_at: 'timestamptz not null',
        recorded_at: 'timestamptz not null',
      },
      time: 'recorded_at',
      indexes: [['source', 'recorded_at', 'sequence']],
      unique: [['source', 'sequence']],
    });
    // What is recorded stays: the service itself may add, and nothing else.
    await tables.sql(`
      revoke update, delete on trail from ${login};
      create index trail_was_parked on trail (tenant_id, source, recorded_at) where arrived_at < recorded_at`);

    await tables.log('trail_parked', {
      columns: {
        source: 'text not null',
        sequence: 'bigint not null check (sequence >= 1)',
        type: 'text not null',
        bytes: 'bytea not null',
        leaf_hash: 'bytea not null',
        arrived_at: 'timestamptz not null',
      },
      time: 'arrived_at',
      unique: [['source', 'sequence']],
    });
    // A parked row moves to the trail, so the past is read from both: what is parked still, and what was taken over since.
    await tables.sql(`
      drop view audit_asof.trail_parked;
      create view audit_asof.trail_parked with (security_invoker = true) as
        select tenant_id, id, source, sequence, arrived_at from audit.trail_parked
         where arrived_at <= (select nullif(current_setting('annex.now', true), '')::timestamptz)
        union all
        select tenant_id, id, source, sequence, arrived_at from audit.trail
         where arrived_at < recorded_at
           and recorded_at > (select nullif(current_setting('annex.now', true), '')::timestamptz)
           and arrived_at <= (select nullif(current_setting('annex.now', true), '')::timestamptz);
      grant select on audit_asof.trail_parked to ${login}`);

    await tables.sql(`
      create table trail_head (
        tenant_id uuid not null,
        source text not null,
        sequence bigint not null default 0,
        recorded_at timestamptz not null default '-infinity',
        gap_from bigint,
        tries integer not null default 0,
        primary key (tenant_id, source)
      ) with (fillfactor = 50);
      alter table trail_head enable row level security;
      alter table trail_head force row level security;
      create policy tenant_only on trail_head using (tenant_id = ${tenantSetting}) with check (tenant_id = ${tenantSetting});
      grant select, insert, update on trail_head to ${login};`);

    await tables.entity('trail_alarm', {
      isms: false,
      columns: {
        kind: `text not null check (kind in ('GAP', 'CONFLICT'))`,
        source: 'text not null',
        from_sequence: 'bigint not null',
        to_sequence: 'bigint not null',
        status: `text not null check (status in ('OPEN', 'RESOLVED'))`,
        reason: 'text not null',
        given_bytes: 'bytea',
        given_hash: 'bytea',
        opened_at: 'timestamptz not null',
        resolved_at: 'timestamptz',
      },
      indexes: [['status', 'opened_at']],
      unique: [['source', 'from_sequence', 'given_hash']],
    });
  },
};
