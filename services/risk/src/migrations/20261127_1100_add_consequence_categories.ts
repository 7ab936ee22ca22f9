import type { Migration } from '@annex/service';

/** Consequences other than money (27005, 6.4), the methods that may confirm a level, and the documented processes (27001, 6.1.2 and 6.1.3). */
export const addConsequenceCategories: Migration = {
  name: '20261127_1100_add_consequence_categories',
  async up(tables) {
    await tables.addColumn('criteria', 'money_name', `text not null default 'Money'`);
    await tables.addColumn('criteria', 'money_appetite', `text not null default ''`);
    await tables.addColumn('criteria', 'categories', `jsonb not null default '[]'`);
    await tables.addColumn('criteria', 'confirming_methods', `text[] not null default '{PERSON}'`);
    await tables.addColumn('criteria', 'assessment_process', 'jsonb');
    await tables.addColumn('criteria', 'treatment_process', 'jsonb');
    // Null for a risk that is rated in money alone, which most are: it costs them nothing.
    await tables.addColumn('risk', 'consequences', 'jsonb');
    await tables.addColumn('risk', 'assessed_consequences', 'jsonb');
    for (const judged of ['assessment', 'acceptance']) {
      await tables.addColumn(judged, 'consequences', `jsonb not null default '[]'`);
    }
    await tables.addColumn('assessment', 'method', `text not null default 'PERSON'`);
  },
};
