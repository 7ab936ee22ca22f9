import type { Migration } from '@annex/service';

/** How a risk was identified, one a risk, and the assets that it is about. */
export const createIdentification: Migration = {
  name: '20261126_1110_create_identification',
  async up(tables) {
    await tables.entity('identification', {
      columns: {
        risk_id: 'uuid not null',
        approach: 'text not null',
        risk_source: 'text',
        desired_end_state: 'text',
        strategic_scenario: 'text',
        interested_party_id: 'uuid',
        path: 'text',
        threat_id: 'text',
        threat: 'text',
        weakness_ids: 'text[] not null',
        weaknesses: 'text[] not null',
        operational_scenario: 'text',
        template_id: 'text',
      },
      unique: [['risk_id']],
    });
    await tables.entity('identification_asset', {
      columns: { risk_id: 'uuid not null', asset_id: 'uuid not null' },
      indexes: [['asset_id', 'risk_id']],
      unique: [['risk_id', 'asset_id']],
    });
  },
};
