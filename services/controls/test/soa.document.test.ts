import { createHash } from 'node:crypto';
import { controls } from '@annex/catalogues';
import { faults, itWithSchemas } from '@annex/oscal/testing';
import { readTable } from '@annex/spreadsheet';
import fc from 'fast-check';
import type { SoaDocument } from '../src/soa/soa.document.ts';
import { soaPdf } from '../src/soa/soa.pdf.ts';
import { soaSsp } from '../src/soa/soa.ssp.ts';
import type { SoaRow } from '../src/soa/soa.ts';
import { soaXlsx } from '../src/soa/soa.xlsx.ts';

const row = (controlId: string, number: string, title: string, more: Partial<SoaRow> = {}): SoaRow => ({
  ...{
    controlId,
    number,
    title,
    decision: 'NECESSARY',
    justification: 'Our customers expect it.',
    reasons: [],
    risks: [],
  },
  ...{
    obligations: [],
    status: 'NOT_STARTED',
    implementations: [],
    decidedBy: 'person:0190aaaa-0000-7000-8000-00000000000a',
  },
  decidedAt: '2026-03-01T09:00:00.000Z',
  ...more,
});

const documentOf = (rows: readonly SoaRow[], more: Partial<SoaDocument> = {}): SoaDocument => ({
  content: {
    format: 'annex-soa-1',
    isms: { id: '0190aaaa-0000-7000-8000-000000000001', name: 'Häuser & Λιμάνι, Київ', scope: 'The office in Graz.' },
    ...{ number: 3, comparedWith: 'iso27001:2022', submittedBy: 'person:0190aaaa-0000-7000-8000-00000000000a' },
    submittedAt: '2026-03-02T09:00:00.000Z',
    rows,
  },
  contentHash: createHash('sha256').update(JSON.stringify(rows)).digest('hex'),
  status: 'APPROVED',
  approvals: [
    {
      ...{ personId: '0190aaaa-0000-7000-8000-00000000000b', role: 'top management', decision: 'APPROVED' },
      ...{ decidedAt: '2026-03-03T09:00:00.000Z', note: 'Read and agreed.' },
    },
  ],
  approvedAt: '2026-03-03T09:00:00.000Z',
  ...more,
});

const whole = documentOf(
  controls('2022').map(({ id, number, title }, index) =>
    row(id, number, title, {
      ...(index % 9 === 4
        ? { decision: 'NOT_NECESSARY' as const, justification: 'We have no premises of our own.' }
        : {}),
      ...(index % 3 === 0
        ? {
            status: 'PARTIAL' as const,
            risks: [
              { id: '0190aaaa-0000-7000-8000-0000000000a1', reference: 'R-0003', title: 'Customer records leak' },
            ],
            implementations: [
              {
                ...{ id: `0190aaaa-0000-7000-8000-${String(index).padStart(12, '0')}`, reference: `C-${index}` },
                ...{ title: 'Reviewed and scanned code', status: 'PARTIAL' as const, share: 0.5, ownerId: null },
                ...{ verified: 0.45, claimed: 0.5, verification: 'VERIFIED' as const },
              },
            ],
          }
        : {}),
    }),
  ),
);

describe('a version as a workbook', () => {
  it('has a line a control that a spreadsheet reads as text, never as a formula', async () => {
    const bytes = await soaXlsx(
      documentOf([row('own:1:A', '=1+1', '=HYPERLINK("x")', { justification: '@cmd' }), ...whole.content.rows]),
    );
    const table = await readTable(bytes, 'xlsx');
    expect(table.rows).toHaveLength(94);
    expect(table.rows[0]?.cells).toMatchObject({
      Control: '=1+1',
      Title: '=HYPERLINK("x")',
      Justification: '@cmd',
      Necessary: 'yes',
    });
    expect(table.rows[5]?.cells).toMatchObject({
      Control: 'A.5.5',
      Necessary: 'no',
      Justification: 'We have no premises of our own.',
    });
  });

  it('is the same bytes whenever it is made, and takes the longest texts', async () => {
    const long = documentOf([
      row('own:1:A', 'A', 'x', {
        reasons: Array.from({ length: 50 }, () => ({ kind: 'LEGAL', text: 'ö'.repeat(1000) })),
      }),
    ]);
    expect(Buffer.from(await soaXlsx(long)).equals(Buffer.from(await soaXlsx(long)))).toBe(true);
  });
});

describe('a version as a PDF', () => {
  it('is the same bytes whenever it is made', async () => {
    const [one, two] = [await soaPdf(whole), await soaPdf(whole)];
    expect(Buffer.from(one).subarray(0, 5).toString()).toBe('%PDF-');
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
  });

  it('takes empty statements, control characters and texts that are longer than a page', async () => {
    const odd = row('own:1:\u0007', '\u0001', 'T\u0000itle\t\u007f', {
      justification: 'word '.repeat(4000),
      decision: 'UNDECIDED',
    });
    for (const document of [documentOf([]), documentOf([odd, odd])])
      expect((await soaPdf(document)).length).toBeGreaterThan(1000);
  });
});

describe('a version as a system security plan', () => {
  itWithSchemas('is valid by NIST’s schema of OSCAL 1.2.1', async () => {
    expect(faults('ssp', soaSsp(whole))).toEqual([]);
    expect(faults('ssp', soaSsp(documentOf([row('x:1:1', '1', 'One')], { approvals: [] })))).toEqual([]);
  });

  it('says of what is left out that it does not apply, with the justification', () => {
    const plan = JSON.parse(JSON.stringify(soaSsp(whole)))['system-security-plan'];
    const requirements = plan['control-implementation']['implemented-requirements'];
    expect(requirements).toHaveLength(93);
    expect(requirements[4]).toMatchObject({
      'control-id': 'A.5.5',
      remarks: 'We have no premises of our own.',
      'by-components': [{ 'implementation-status': { state: 'not-applicable' } }],
    });
    expect(requirements[0]['by-components'][0]).toMatchObject({ 'implementation-status': { state: 'partial' } });
  });

  itWithSchemas('is valid whatever people write', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const anyRow = fc
      .record({
        number: text,
        title: text,
        justification: text,
        reason: text,
        decision: fc.constantFrom('NECESSARY', 'NOT_NECESSARY', 'UNDECIDED'),
      })
      .map(({ number, title, justification, reason, decision }) =>
        row(`own:1:${number}`, number, title, {
          justification,
          decision: decision as SoaRow['decision'],
          reasons: [{ kind: 'LEGAL', text: reason }],
        }),
      );
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 8 }), text, text, (rows, role, scope) => {
        const made = documentOf(rows);
        const { content, approvals } = made;
        const changed = {
          ...made,
          content: { ...content, isms: { ...content.isms, name: scope, scope } },
          approvals: approvals.map((one) => ({ ...one, role })),
        };
        expect(faults('ssp', soaSsp(changed))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
