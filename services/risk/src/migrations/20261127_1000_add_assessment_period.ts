import type { Migration } from '@annex/service';

/** How often the whole register is to be assessed (27001, 8.2). */
export const addAssessmentPeriod: Migration = {
  name: '20261127_1000_add_assessment_period',
  async up(tables) {
    await tables.addColumn('criteria', 'assessment_period', `text not null default 'P1Y'`);
  },
};
