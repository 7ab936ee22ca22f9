import type { Migration } from '@annex/service';

export const createCatalogue: Migration = {
  name: '20261125_0100_create_catalogue',
  async up(tables) {
    await tables.entity('catalogue', {
      isms: false,
      columns: {
        key: 'text not null',
        edition: 'text not null',
        title: 'text not null',
        format: `text not null check (format in ('OSCAL', 'OSCAL_PROFILE', 'TABLE', 'LIST'))`,
        size: 'integer not null',
        sha256: 'text not null',
        document: 'jsonb',
      },
      indexes: [['created_at', 'id']],
      unique: [['key', 'edition']],
    });
    await tables.entity('catalogue_item', {
      isms: false,
      id: 'text',
      columns: {
        catalogue_id: 'uuid not null',
        position: 'integer not null',
        number: 'text not null',
        kind: `text not null check (kind in ('GROUP', 'CONTROL'))`,
        parent_id: 'text',
        title: 'text not null',
        text: 'text not null',
        content: 'jsonb',
      },
      indexes: [['catalogue_id', 'position']],
    });
  },
};
