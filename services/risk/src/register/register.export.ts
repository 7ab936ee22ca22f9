import { AnnexError } from '@annex/schema';
import type { Tx } from '@annex/service';
import { type Sheet, writeCsv, writeXlsx } from '@annex/spreadsheet';
import { criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { factorsOf } from '../risk/link.store.ts';
import { registerPage } from './register.store.ts';
import { exportColumns, registerRow } from './register.table.ts';

const pageSize = 1000;

interface RegisterTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The register of an ISMS by reference, as of the moment of the transaction. @throws AnnexError NOT_FOUND */
export async function registerTableOf(tx: Tx<RiskDatabase>, ismsId: string): Promise<RegisterTable> {
  const criteria = (await criteriaOfIsms(tx, [ismsId])).get(ismsId);
  if (!criteria) throw new AnnexError('NOT_FOUND', `The ISMS ${ismsId} has no criteria yet`, { details: { ismsId } });
  const rows: string[][] = [];
  let after = 0;
  for (;;) {
    const page = await registerPage(tx, ismsId, after, pageSize);
    const factors = await factorsOf(
      tx,
      page.map(({ id }) => id),
    );
    for (const risk of page) {
      const links = factors.get(risk.id) ?? [];
      const implementations = links.map(({ reference, implementationId }) => reference || implementationId).sort();
      rows.push(registerRow(risk, criteria, implementations));
    }
    if (page.length < pageSize) return { columns: exportColumns(criteria), rows };
    after = page.at(-1)?.number ?? after;
  }
}

/** What no workbook holds: a NUL never comes from the database, half a character of UTF-16 might. */
const asSheet = ({ columns, rows }: RegisterTable): Sheet => ({
  name: 'Risk register',
  columns,
  rows: rows.map((row) => row.map((text) => text.toWellFormed())),
  wrap: true,
});

/** How the register is handed out: the same rows always make the same bytes, and nothing in them is a formula. */
export const registerFormats = {
  csv: {
    type: 'text/csv; charset=utf-8',
    make: async ({ columns, rows }: RegisterTable): Promise<string | Uint8Array> => writeCsv(columns, rows),
  },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    make: async (table: RegisterTable): Promise<string | Uint8Array> => writeXlsx([asSheet(table)]),
  },
} as const;
