import type { Migration } from '@annex/service';

export const createOwnMapping: Migration = {
  name: '20261126_0110_create_own_mapping',
  async up(tables) {
    await tables.entity('own_mapping', {
      isms: false,
      columns: {
        source_id: 'text not null',
        source_framework: 'text not null',
        target_id: 'text not null',
        target_framework: 'text not null',
        // Both ends in one order: a mapping is seen from both, so that the other way round is the same pair.
        pair: 'text not null',
        relationship: `text not null check (relationship in ('EQUAL', 'SUBSET', 'SUPERSET', 'INTERSECT'))`,
        rationale: 'text not null',
        provenance: 'text not null',
        strength: 'double precision check (strength between 0 and 1)',
        collection_id: 'uuid',
        // Where it stands in its collection: mapping/map/source/target, counted from 0.
        origin: 'text',
      },
      unique: [['pair']],
      indexes: [
        ['source_id', 'target_id', 'id'],
        ['target_id'],
        ['source_framework', 'target_framework'],
        ['target_framework'],
        ['collection_id'],
      ],
    });
    await tables.entity('mapping_collection', {
      isms: false,
      columns: {
        title: 'text not null',
        sha256: 'text not null',
        size: 'integer not null',
        // The OSCAL collection, all but its mappings, and these as they came: what Annex does not read of them goes out again.
        head: 'jsonb not null',
        mappings: 'jsonb not null',
        // Between which frameworks each of the mappings is: `csf:2.0 iso27001:2022`.
        frameworks: 'text[] not null',
      },
      indexes: [['created_at', 'id']],
    });
  },
};
