import { clauses as clausesOf } from '@annex/catalogues';

/** Clauses and sub-clauses 4 to 10 of ISO/IEC 27001:2022, in its order. */
export const clauses = clausesOf('2022');
