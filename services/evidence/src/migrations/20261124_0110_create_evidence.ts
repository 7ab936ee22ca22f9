import type { Migration } from '@annex/service';

export const createEvidence: Migration = {
  name: '20261124_0110_create_evidence',
  async up(tables) {
    await tables.entity('evidence', {
      columns: {
        title: 'text not null',
        description: 'text not null',
        file_name: 'text not null',
        media_type: 'text not null',
        sha256: 'text not null',
        bytes: 'bigint not null',
        valid_from: 'timestamptz not null',
        valid_until: 'timestamptz check (valid_until > valid_from)',
        // What was announced last; reads compute it from the dates.
        validity: 'text not null',
        measure_id: 'uuid',
      },
      indexes: [['isms_id', 'created_at'], ['measure_id']],
    });
    await tables.entity('evidence_link', {
      columns: { evidence_id: 'uuid not null', implementation_id: 'uuid not null' },
      indexes: [['implementation_id', 'evidence_id']],
      unique: [['evidence_id', 'implementation_id']],
    });
  },
};
