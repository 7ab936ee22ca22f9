export type ObligationKind = 'LEGAL' | 'REGULATORY' | 'CONTRACTUAL';

/** A repealed obligation is kept as a record and needs nothing any more. */
export type ObligationStatus = 'IN_FORCE' | 'REPEALED';
