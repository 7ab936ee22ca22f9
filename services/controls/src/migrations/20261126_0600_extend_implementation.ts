import type { Migration } from '@annex/service';

export const extendImplementation: Migration = {
  name: '20261126_0600_extend_implementation',
  async up(tables) {
    await tables.addColumn('implementation', 'cost_currency', 'text');
    // Minor units of the currency.
    await tables.addColumn('implementation', 'cost_once', 'bigint check (cost_once >= 0)');
    await tables.addColumn('implementation', 'cost_yearly', 'bigint check (cost_yearly >= 0)');
    await tables.addColumn(
      'implementation',
      'effort_hours_yearly',
      'double precision check (effort_hours_yearly >= 0)',
    );
    await tables.addColumn('implementation', 'review_date', 'timestamptz');
  },
};
