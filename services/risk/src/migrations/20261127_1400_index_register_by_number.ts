import type { Migration } from '@annex/service';

/** The register of a tenant with several ISMS is paged by number, too. */
export const indexRegisterByNumber: Migration = {
  name: '20261127_1400_index_register_by_number',
  async up(tables) {
    await tables.sql('create index risk_number_id_index on risk (tenant_id, number, id)');
  },
};
