import type { Rule } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { criteriaOfIsms } from './criteria.store.ts';

interface AboutProcess {
  readonly id: string;
  readonly clause: string;
  readonly field: 'assessmentProcess' | 'treatmentProcess';
  readonly name: string;
}

/** A process that the standard wants documented is documented in the criteria, as text or by the document that holds it. */
const processDocumented = ({ id, clause, field, name }: AboutProcess): Rule<RiskDatabase> => ({
  id,
  clause,
  basis: 'REQUIREMENT',
  question: `Is the information security risk ${name} process documented?`,
  async judge(tx, ismsId) {
    const criteria = (await criteriaOfIsms(tx, [ismsId])).get(ismsId);
    const links = criteria ? [{ kind: 'RiskCriteria', id: criteria.id, reference: criteria.name }] : [];
    const process = criteria?.[field];
    return process
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `The risk ${name} process is documented${process.text === '' ? ' in a document that the criteria name' : ' with the criteria'}.`,
          next: '',
          facts: { examined: 1, total: 1, failing: 0 },
          links,
        }
      : {
          verdict: 'GAP',
          reason: `Nothing documents the risk ${name} process.`,
          next: `Write down how risks are ${name === 'assessment' ? 'assessed' : 'treated'} in the risk criteria, or name the document that says so.`,
          facts: { examined: 1, total: 1, failing: 1 },
          links,
        };
  },
});

/** What the criteria document beside scales and matrix (27001, 6.1.2 and 6.1.3). */
export const criteriaRules: readonly Rule<RiskDatabase>[] = [
  processDocumented({
    id: 'risk.assessment-process-documented',
    clause: '6.1.2',
    field: 'assessmentProcess',
    name: 'assessment',
  }),
  processDocumented({
    id: 'risk.treatment-process-documented',
    clause: '6.1.3',
    field: 'treatmentProcess',
    name: 'treatment',
  }),
];
