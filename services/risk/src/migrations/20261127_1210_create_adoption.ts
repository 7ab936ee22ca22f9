import { type Migration, rolesOf } from '@annex/service';

/**
 * What was observed of a risk and made its quantification: the window, the incidents in it, and how many losses each form is worth since. Such
 * rows are added and never changed; one holds while the quantification has the version that it made.
 */
export const createAdoption: Migration = {
  name: '20261127_1210_create_adoption',
  async up(tables) {
    await tables.log('adoption', {
      columns: {
        isms_id: 'uuid not null',
        risk_id: 'uuid not null',
        quantification_id: 'uuid not null',
        quantification_version: 'integer not null',
        window_from: 'timestamptz not null',
        window_until: 'timestamptz not null',
        incident_ids: 'uuid[] not null',
        weights: 'jsonb not null',
        adopted_at: 'timestamptz not null',
        adopted_by: 'text not null',
      },
      time: 'adopted_at',
      unique: [['quantification_id', 'quantification_version']],
      indexes: [['risk_id', 'adopted_at']],
    });
    await tables.sql(`revoke update, delete on adoption from ${rolesOf(tables.service).login}`);
  },
};
