import type { Migration } from '@annex/service';

export const createLicensedText: Migration = {
  name: '20261126_0100_create_licensed_text',
  async up(tables) {
    await tables.entity('licensed_text', {
      isms: false,
      columns: {
        place_id: 'text not null',
        language: 'text not null',
        sha256: 'text not null',
        content_id: 'uuid not null',
        licensed_by: 'text not null',
        licence_reference: 'text not null',
        licensed_until: 'timestamptz',
      },
      unique: [['place_id', 'language']],
    });
    // The words themselves have no history: a text that is taken away is gone, also as of moments at which it was there. Each holds the end
    // of the licence as it is agreed now, because the right to show a text is judged now, whatever moment is looked at.
    await tables.log('licensed_content', {
      columns: {
        licensed_text_id: 'uuid not null',
        text: 'text not null',
        licensed_until: 'timestamptz',
        kept_at: 'timestamptz not null',
      },
      time: 'kept_at',
      indexes: [['licensed_text_id']],
    });
  },
};
