import type { Migration } from '@annex/service';

export const createImport: Migration = {
  name: '20261124_0120_create_import',
  async up(tables) {
    await tables.log('tool_import', {
      columns: {
        isms_id: 'uuid not null',
        format: 'text not null',
        source: 'text not null',
        tool: 'text not null',
        tools: 'text[] not null',
        outcome: 'text not null',
        reasons: 'text[] not null',
        results: 'integer not null',
        open: 'integer not null',
        rules: 'integer not null',
        by_level: 'jsonb not null',
        sha256: 'text not null',
        bytes: 'bigint not null',
        same_as: 'uuid',
        imported_at: 'timestamptz not null',
        imported_by: 'text not null',
      },
      time: 'imported_at',
      indexes: [
        ['isms_id', 'imported_at'],
        ['isms_id', 'source', 'sha256'],
      ],
    });
    // The present of a source: the import that replaced all earlier ones. Its row is what imports of a source queue at.
    await tables.entity('check_source', {
      columns: {
        name: 'text not null',
        import_id: 'uuid not null',
        tool: 'text not null',
        outcome: 'text not null',
        open: 'integer not null',
        imported_at: 'timestamptz not null',
      },
      unique: [['isms_id', 'name']],
    });
    await tables.entity('check_series', {
      columns: {
        source: 'text not null',
        tool: 'text not null',
        rule_id: 'text not null',
        name: 'text not null',
        outcome: 'text not null',
        open: 'integer not null',
        worst_level: 'text',
      },
      unique: [['isms_id', 'source', 'tool', 'rule_id']],
    });
    await tables.log('check_result', {
      columns: {
        import_id: 'uuid not null',
        series_id: 'uuid not null',
        outcome: 'text not null',
        open: 'integer not null',
        worst_level: 'text',
        checked_at: 'timestamptz not null',
      },
      time: 'checked_at',
      indexes: [['import_id'], ['series_id', 'checked_at']],
    });
    await tables.log('check_finding', {
      columns: {
        import_id: 'uuid not null',
        position: 'integer not null',
        tool: 'text not null',
        rule_id: 'text not null',
        level: 'text not null',
        uri: 'text',
        line: 'integer',
        message: 'text not null',
        imported_at: 'timestamptz not null',
      },
      time: 'imported_at',
      unique: [['import_id', 'position']],
    });
  },
};
