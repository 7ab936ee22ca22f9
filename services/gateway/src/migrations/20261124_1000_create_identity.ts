import type { Migration } from '@annex/service';

export const createIdentity: Migration = {
  name: '20261124_1000_create_identity',
  async up(tables) {
    await tables.entity('tenant', {
      isms: false,
      columns: { slug: `text not null check (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$')`, name: 'text not null' },
    });
    // The row of a tenant is its own: id and tenant_id are the same, and a slug is taken once in an installation.
    await tables.sql(`
      alter table tenant add constraint tenant_is_itself check (id = tenant_id);
      create unique index tenant_slug_unique on tenant (slug);`);
    await tables.entity('person', {
      isms: false,
      columns: {
        name: 'text not null',
        email: 'text not null',
        status: `text not null check (status in ('ACTIVE', 'INACTIVE'))`,
        roles: 'text[] not null',
      },
      indexes: [['name']],
      unique: [['email']],
    });
    await tables.entity('api_key', {
      isms: false,
      columns: {
        title: 'text not null',
        secret_hash: 'bytea not null',
        person_id: 'uuid',
        permissions: 'text[]',
        expires_at: 'timestamptz',
        revoked_at: 'timestamptz',
      },
      indexes: [['person_id']],
    });
    // Apart from the key, so that using one makes no version of it.
    await tables.log('api_key_use', { columns: { used_at: 'timestamptz not null' }, time: 'used_at' });
  },
};
