/** Whether an issue lies within the organisation or outside it (27001, 4.1). */
export type IssueKind = 'INTERNAL' | 'EXTERNAL';

/** A closed issue is kept as a record and may be opened again. */
export type IssueStatus = 'OPEN' | 'CLOSED';

export type ClimateRelevance = 'RELEVANT' | 'NOT_RELEVANT';
