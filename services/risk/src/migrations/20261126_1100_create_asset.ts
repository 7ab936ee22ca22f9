import type { Migration } from '@annex/service';

/** Assets of an ISMS and which of them depend on which. */
export const createAsset: Migration = {
  name: '20261126_1100_create_asset',
  async up(tables) {
    await tables.entity('asset', {
      columns: {
        reference: 'text not null',
        number: 'integer not null',
        name: 'text not null',
        kind: 'text not null',
        category: 'text not null',
        status: 'text not null',
        owner_id: 'uuid',
        classification: 'text',
        confidentiality: 'integer check (confidentiality between 0 and 4)',
        integrity: 'integer check (integrity between 0 and 4)',
        availability: 'integer check (availability between 0 and 4)',
        description: 'text not null',
        external_key: 'text',
      },
      indexes: [['isms_id', 'number', 'id'], ['owner_id']],
      unique: [
        ['isms_id', 'reference'],
        ['isms_id', 'external_key'],
      ],
    });
    await tables.entity('asset_dependency', {
      columns: { asset_id: 'uuid not null', needed_id: 'uuid not null' },
      indexes: [['needed_id', 'asset_id']],
      unique: [['asset_id', 'needed_id']],
    });
  },
};
