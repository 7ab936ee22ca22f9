import type { Rule, Tx } from '@annex/service';
import type { RiskDatabase } from '../database.ts';
import { type CriteriaRow, criteriaOfIsms } from './criteria.store.ts';

/** The criteria of an ISMS, read once for all rules that look at them. */
const criteriaOf = async (tx: Tx<RiskDatabase>, ismsId: string): Promise<CriteriaRow | undefined> =>
  (await criteriaOfIsms(tx, [ismsId])).get(ismsId);

const criteriaExist: Rule<RiskDatabase> = {
  id: 'risk.criteria-exist',
  clause: '6.1.2',
  letter: 'a',
  basis: 'REQUIREMENT',
  question: 'Are there risk criteria to assess and accept risks by?',
  async judge(_tx, _ismsId, shared) {
    const criteria = await shared(criteriaOf);
    return criteria
      ? {
          verdict: 'NO_GAP_FOUND',
          reason: `The criteria “${criteria.name}” are set.`,
          next: '',
          facts: { examined: 1, total: 1, failing: 0 },
          links: [{ kind: 'RiskCriteria', id: criteria.id, reference: criteria.name }],
        }
      : {
          verdict: 'CRITICAL_GAP',
          reason: 'There are no risk criteria, so no risk can be assessed.',
          next: 'Set the risk criteria of this ISMS.',
          facts: { examined: 0, total: 1, failing: 1 },
          links: [],
        };
  },
};

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
  async judge(_tx, _ismsId, shared) {
    const criteria = await shared(criteriaOf);
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

/** Whether there are criteria, and what they document beside scales and matrix (27001, 6.1.2 and 6.1.3). */
export const criteriaRules: readonly Rule<RiskDatabase>[] = [
  criteriaExist,
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
