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
import { pdfText } from './pdf-text.ts';

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

const sentBack = [
  {
    ...{ personId: '0190aaaa-0000-7000-8000-00000000000c', role: 'head of IT', decision: 'SENT_BACK' as const },
    ...{ decidedAt: '2026-03-04T09:00:00.000Z', note: 'A.5.7 is missing.' },
  },
];

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

  it('is the same bytes whenever it is made, and has every reason whole, however many there are', async () => {
    const long = documentOf([
      row('own:1:A', 'A\u0000', 'x', {
        justification: 'ä'.repeat(20_000),
        reasons: Array.from({ length: 50 }, (_, index) => ({ kind: 'LEGAL', text: `${index} ${'ö'.repeat(1000)}` })),
      }),
    ]);
    const bytes = Buffer.from(await soaXlsx(long));
    expect(bytes.equals(Buffer.from(await soaXlsx(long)))).toBe(true);
    const [line] = (await readTable(bytes, 'xlsx')).rows;
    expect(line?.cells.Control).toBe('A\ufffd');
    expect(line?.cells.Justification).toHaveLength(20_000);
    expect(line?.cells.Reasons).toMatch(/… see Reasons$/);
    const reasons = (await readTable(bytes, 'xlsx', { sheet: 'Reasons' })).rows;
    expect(reasons.map(({ cells }) => cells.Reason)).toEqual(long.content.rows[0]?.reasons.map(({ text }) => text));
  });

  it('says who approved, and how strong each implementation is', async () => {
    const bytes = await soaXlsx(whole);
    const version = (await readTable(bytes, 'xlsx', { sheet: 'Version' })).rows.map(({ cells }) => cells);
    expect(version).toContainEqual({
      What: 'SHA-256 of the content',
      Value: whole.contentHash,
      Person: '',
      When: '',
      Note: '',
    });
    expect(version.at(-1)).toEqual({
      ...{ What: 'Approval: top management', Value: 'approved', Person: '0190aaaa-0000-7000-8000-00000000000b' },
      ...{ When: '2026-03-03 09:00 UTC', Note: 'Read and agreed.' },
    });
    const implementations = (await readTable(bytes, 'xlsx', { sheet: 'Implementations' })).rows;
    expect(implementations).toHaveLength(31);
    expect(implementations[0]?.cells).toMatchObject({
      Control: 'A.5.1',
      Reference: 'C-0',
      'Verified strength': '0.45',
    });
  });
});

describe('a version as a PDF', () => {
  it('is the same bytes whenever it is made', async () => {
    const [one, two] = [await soaPdf(whole), await soaPdf(whole)];
    expect(Buffer.from(one).subarray(0, 5).toString()).toBe('%PDF-');
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
  });

  it('has every control with its title, the table’s head on every page, and the count of pages', async () => {
    const pages = pdfText(await soaPdf(whole));
    const [first = ''] = pages;
    expect(first).toContain('Häuser & Λιμάνι, Київ');
    expect(first).toContain('Version 3. Approved: this version was in force when it was printed.');
    expect(first).toContain(whole.contentHash);
    expect(first).toContain('top management\n0190aaaa-0000-7000-8000-00000000000b\napproved\n2026-03-03 09:00 UTC');
    expect(first).toContain('not an audit opinion');
    const all = pages.join('\n');
    for (const { number } of whole.content.rows) expect(all).toContain(`\n${number}\n`);
    expect(all.split('No: left out')).toHaveLength(11);
    pages.forEach((page, index) => {
      expect(page).toContain('Control\nTitle\nNecessary');
      expect(page.endsWith(`\n${index + 1} of ${pages.length}`)).toBe(true);
    });
  });

  it('says first of what is not approved that it is not', async () => {
    const [review = ''] = pdfText(await soaPdf({ ...whole, status: 'IN_REVIEW', approvedAt: null }));
    expect(review).toContain('Version 3. Under review: this version is not approved.');
    expect(review).not.toContain('Approved');
  });

  it('shows texts whole that are longer than a page, and takes empty statements and control characters', async () => {
    const words = Array.from({ length: 4000 }, (_, index) => `w${index}`).join(' ');
    const odd = row('own:1:\u0007', '\u0001', 'T\u0000itle\t\u007f 客', {
      ...{ justification: words, decision: 'UNDECIDED', decidedAt: null },
    });
    const pages = pdfText(await soaPdf(documentOf([odd, odd])));
    const shown = pages.join('\n').match(/\bw\d+/g) ?? [];
    expect(shown).toEqual([...words.split(' '), ...words.split(' ')]);
    expect(pages.join('\n')).toContain('continued');
    expect(pages.join('\n')).toContain('T itle   \ufffd');
    expect(pages.at(-1)).toContain('\ufffd stands for signs that this typeface lacks');
    expect(pdfText(await soaPdf(documentOf([])))[0]).toContain('0 controls');
  });

  it('tells people apart whose ids begin alike, by as much of their ids as it takes', async () => {
    const person = (last: string) => ({ ...whole.approvals[0], personId: `0190aaaa-0000-7000-8000-${last}` }) as never;
    const approvals = [person('10000000000b'), person('20000000000b')];
    const content = { ...whole.content, submittedBy: 'person:0290aaaa-0000-7000-8000-000000000000', rows: [] };
    const [page = ''] = pdfText(await soaPdf({ ...whole, content, approvals }));
    expect(page).toContain('\n0190aaaa-0000-7000-8000-1\n');
    expect(page).toContain('\n0190aaaa-0000-7000-8000-2\n');
    const [alone = ''] = pdfText(await soaPdf({ ...whole, content, approvals: approvals.slice(1) }));
    expect(alone).toContain('\n0190aaaa\n');
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
    expect(requirements[0]['by-components'][0]).toMatchObject({
      'implementation-status': { state: 'partial', remarks: 'Done: 50 %.' },
    });
    expect(requirements[1]['by-components'][0]).toMatchObject({ 'implementation-status': { state: 'not-started' } });
  });

  it('has approvals as actions of people in their roles, and who asked for changes', () => {
    const plan = soaSsp(documentOf([], { approvals: [...whole.approvals, ...sentBack], status: 'SENT_BACK' }));
    const { metadata } = plan['system-security-plan'];
    expect(metadata).toMatchObject({
      'last-modified': '2026-03-04T09:00:00.000Z',
      actions: [
        { type: 'approval', date: '2026-03-03T09:00:00.000Z', remarks: 'Read and agreed.' },
        { type: 'request-changes', date: '2026-03-04T09:00:00.000Z', remarks: 'A.5.7 is missing.' },
      ],
      'responsible-parties': [
        { 'role-id': 'prepared-by' },
        { 'role-id': 'approver-top_management' },
        { 'role-id': 'approver-head_of_IT' },
      ],
    });
  });

  it('keeps controls of several catalogues apart that have the same number', () => {
    const same = [
      row('iso27001:2022:A.5.1', 'A.5.1', 'x'),
      row('acme:1:A.5.1', 'A.5.1', 'y'),
      row('acme:1:1 2', '1 2', 'z'),
      row('acme:1:1_2', '1_2', 'z'),
    ];
    const plan = soaSsp(documentOf(same))['system-security-plan'];
    const requirements = plan['control-implementation']['implemented-requirements'];
    expect(requirements.map((one) => one['control-id'])).toEqual([
      'A.5.1',
      'acme_1_A.5.1',
      'acme_1_1_2',
      'acme_1_1_2_2',
    ]);
    const hrefs = plan['back-matter']?.resources?.map(({ rlinks }) => rlinks?.[0]?.href);
    expect(hrefs).toEqual(['urn:annex:framework:iso27001:2022', 'urn:annex:framework:acme:1']);
    expect(requirements[1]?.links).toEqual([
      { href: `#${plan['back-matter']?.resources?.[1]?.uuid}`, rel: 'reference' },
    ]);
    expect(requirements[0]).not.toHaveProperty('links');
  });

  itWithSchemas('is valid and names nothing that is not there, whatever people write', async () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 20 }));
    const date = fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((one) => one.toISOString());
    const id = fc.uuid({ version: 7 });
    const source = fc.record({ id, reference: text, title: text });
    const implementation = fc.record({
      ...{
        id,
        reference: text,
        title: text,
        share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        ownerId: fc.option(id),
      },
      status: fc.constantFrom('NOT_STARTED', 'PLANNED', 'PARTIAL', 'IMPLEMENTED'),
      verified: fc.double({ min: 0, max: 1, noNaN: true }),
      claimed: fc.double({ min: 0, max: 1, noNaN: true }),
      verification: fc.constantFrom('VERIFIED', 'PARTLY_VERIFIED', 'NOT_VERIFIED'),
    });
    const anyRow = fc.record({
      ...{ controlId: text.map((one) => `own:1:${one}`), number: text, title: text, justification: text },
      decision: fc.constantFrom('NECESSARY', 'NOT_NECESSARY', 'UNDECIDED'),
      reasons: fc.array(fc.record({ kind: fc.constantFrom('LEGAL', 'CONTRACTUAL', 'BUSINESS'), text }), {
        maxLength: 2,
      }),
      ...{ risks: fc.array(source, { maxLength: 2 }), obligations: fc.array(source, { maxLength: 2 }) },
      status: fc.constantFrom('NOT_STARTED', 'PLANNED', 'PARTIAL', 'IMPLEMENTED'),
      implementations: fc.array(implementation, { maxLength: 3 }),
      ...{ decidedBy: fc.option(id), decidedAt: fc.option(date) },
    });
    const approval = fc.record({
      ...{ personId: id, role: text, note: text, decidedAt: fc.option(date) },
      decision: fc.constantFrom('PENDING', 'APPROVED', 'SENT_BACK'),
    });
    const rows = fc.uniqueArray(anyRow, { minLength: 1, maxLength: 6, selector: (one) => one.controlId });
    fc.assert(
      fc.property(rows, fc.array(approval, { maxLength: 3 }), text, (some, approvals, scope) => {
        const made = documentOf(some as SoaRow[], { approvals: approvals as SoaDocument['approvals'] });
        const isms = { ...made.content.isms, name: scope, scope };
        const plan = soaSsp({ ...made, content: { ...made.content, isms } });
        expect(faults('ssp', plan)).toEqual([]);
        const written = JSON.stringify(plan);
        const uuids = [...written.matchAll(/"uuid":"([^"]*)"/g)].map(([, uuid]) => uuid);
        expect(new Set(uuids).size).toBe(uuids.length);
        const named = [...written.matchAll(/"component-uuid":"([^"]*)"|"href":"#([^"]*)"/g)].map(([, a, b]) => a ?? b);
        for (const uuid of named) expect(uuids).toContain(uuid);
        const ids = plan['system-security-plan']['control-implementation']['implemented-requirements'];
        expect(new Set(ids.map((one) => one['control-id'])).size).toBe(some.length);
      }),
      { numRuns: 100 },
    );
  });
});
