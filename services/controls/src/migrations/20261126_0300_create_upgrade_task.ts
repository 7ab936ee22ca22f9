import type { Migration } from '@annex/service';

export const createUpgradeTask: Migration = {
  name: '20261126_0300_create_upgrade_task',
  async up(tables) {
    await tables.entity('upgrade_task', {
      columns: {
        upgrade_id: 'uuid not null',
        kind: `text not null check (kind in ('INTERSECTS_ONLY', 'SPLIT', 'REMOVED', 'CHANGED', 'MERGED', 'NEW_CONTROL'))`,
        sentence: 'text not null',
        source_ids: 'text[] not null',
        target_ids: 'text[] not null',
        implementation_ids: 'uuid[] not null',
        status: `text not null check (status in ('OPEN', 'DONE', 'DISMISSED', 'WITHDRAWN'))`,
        note: `text not null default ''`,
        settled_by: 'text',
        settled_at: 'timestamptz',
      },
      indexes: [
        ['upgrade_id', 'id'],
        ['isms_id', 'id'],
      ],
    });
    await carryOverOpenPoints(tables.sql);
    await tables.dropColumn('upgrade', 'open_points');
  },
};

/**
 * What earlier upgrades left to people was kept with them; each point becomes a task that is still open, or withdrawn where the upgrade was
 * undone. The owner sees the rows of all tenants only while row-level security does not hold for it. Their events come with the next resync.
 */
async function carryOverOpenPoints(sql: (text: string) => Promise<void>): Promise<void> {
  const tables = ['upgrade', 'upgrade_task'];
  const forced = (how: string) =>
    sql(tables.map((table) => `alter table ${table} ${how} row level security;`).join('\n'));
  await forced('no force');
  // They were there all along: as of a moment since the upgrade they are shown too, which the triggers would say of this moment.
  await sql('alter table upgrade_task disable trigger user');
  // Identifiers in the order of upgrades and points, as those that the application makes (UUIDv7: milliseconds, a counter, chance).
  await sql(`
    insert into upgrade_task (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, upgrade_id, kind, sentence,
        source_ids, target_ids, implementation_ids, status, recorded_from)
    select u.tenant_id,
        (lpad(to_hex(floor(extract(epoch from u.created_at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(p.place % 4096), 3, '0') ||
          '8' || substr(md5(u.id::text || p.place::text), 1, 15))::uuid,
        u.isms_id, 1, u.created_at, u.created_by, coalesce(u.undone_at, u.created_at), coalesce(u.undone_by, u.created_by), u.id,
        p.point ->> 'kind', p.point ->> 'sentence',
        array(select jsonb_array_elements_text(p.point -> 'sources')), array(select jsonb_array_elements_text(p.point -> 'targets')),
        array(select jsonb_array_elements_text(p.point -> 'implementationIds')::uuid),
        case u.status when 'APPLIED' then 'OPEN' else 'WITHDRAWN' end,
        coalesce(u.undone_at, u.created_at)
      from upgrade u cross join lateral jsonb_array_elements(u.open_points) with ordinality as p(point, place)`);
  await sql('alter table upgrade_task enable trigger user');
  await forced('force');
}
