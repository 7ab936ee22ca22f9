import type { Migration } from '@annex/service';

/** By what the register that a risk was imported from knows it. */
export const addExternalKey: Migration = {
  name: '20261126_1400_add_external_key',
  async up(tables) {
    await tables.addColumn('risk', 'external_key', 'text');
    await tables.sql(
      'create unique index risk_external_key_unique on risk (tenant_id, isms_id, external_key) where external_key is not null',
    );
  },
};
