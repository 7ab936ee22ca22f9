/** Communication and consultation about risk (27005, 10.3; 31000, 6.2). Pure. */

export type ConsultationStep =
  | 'CONTEXT'
  | 'IDENTIFICATION'
  | 'ANALYSIS'
  | 'EVALUATION'
  | 'TREATMENT'
  | 'ACCEPTANCE'
  | 'MONITORING';
export type ConsultationDirection = 'CONSULTED' | 'INFORMED';
