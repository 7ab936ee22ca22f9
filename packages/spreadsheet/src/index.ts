export { writeCsv } from './csv/write.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type ReadOptions, readTable, type TableFormat } from './read.ts';
export { SheetError } from './sheet-error.ts';
export type { Table, TableRow } from './table.ts';
export { type Sheet, writeXlsx } from './xlsx/write.ts';
