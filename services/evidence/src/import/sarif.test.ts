import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AnnexError } from '@annex/schema';
import fc from 'fast-check';
import { jsonLimits } from './json.ts';
import { mostFindings, parseSarif } from './sarif.ts';

const inputs = resolve(import.meta.dirname, '../../../../../shared/inputs/sarif');
const real = (name: string) => readFileSync(resolve(inputs, name));
const itWith = (name: string) => (existsSync(resolve(inputs, name)) ? it : it.skip);

const driver = (rules: unknown[] = []) => ({ driver: { name: 'Scan', rules } });
const log = (...runs: unknown[]) => Buffer.from(JSON.stringify({ version: '2.1.0', runs }));
const result = (more: object = {}) => ({ ruleId: 'R1', message: { text: 'found' }, ...more });
const run = (results: unknown, more: object = {}) => ({ tool: driver(), results, ...more });

function refusal(body: Buffer | string): AnnexError {
  try {
    parseSarif(Buffer.from(body));
  } catch (error) {
    if (error instanceof AnnexError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('real logs (skipped where ../shared/inputs/sarif is not beside the repository)', () => {
  itWith('codeql-2.5.4.sarif')('counts all 72 CodeQL results though 55 fingerprints cover them', () => {
    const read = parseSarif(real('codeql-2.5.4.sarif'));
    expect(read).toMatchObject({ tools: ['CodeQL'], outcome: 'COMPLETE', results: 72, open: 72 });
    expect(read.checks).toHaveLength(149);
    expect(read.byLevel.error + read.byLevel.warning + read.byLevel.note).toBe(72);
    expect(read.byLevel.note).toBeGreaterThan(0);
  });
  itWith('semgrep-oss-1.69.0.sarif')(
    'takes a Semgrep run with syntax errors and timeouts for partial, not complete',
    () => {
      const read = parseSarif(real('semgrep-oss-1.69.0.sarif'));
      expect(read).toMatchObject({ tools: ['Semgrep OSS'], outcome: 'PARTIAL', results: 77, open: 77 });
      expect(read.reasons[0]).toContain('31 problems');
      expect(read.checks).toHaveLength(17);
      expect(read.findings.every((finding) => finding.message.length <= 500)).toBe(true);
    },
  );
  itWith('trivy-alpine310.sarif')('reads Trivy, whose four findings lie at one place', () => {
    const read = parseSarif(real('trivy-alpine310.sarif'));
    expect(read).toMatchObject({ tools: ['Trivy'], outcome: 'COMPLETE', results: 4, open: 4, byLevel: { warning: 4 } });
    expect(read.checks.map((check) => check.open)).toEqual([2, 2]);
  });
  itWith('no-runs.sarif')('refuses a log without runs', () => {
    expect(refusal(real('no-runs.sarif'))).toMatchObject({ code: 'INVALID_SARIF', details: { pointer: '/runs' } });
  });
});

describe('what counts as a finding', () => {
  it.each([
    ['a plain result', {}, 1],
    ['kind fail', { kind: 'fail' }, 1],
    ['kind pass', { kind: 'pass' }, 0],
    ['kind notApplicable', { kind: 'notApplicable' }, 0],
    ['gone from the baseline', { baselineState: 'absent' }, 0],
    ['unchanged since the baseline', { baselineState: 'unchanged' }, 1],
    ['suppressed', { suppressions: [{ kind: 'inSource' }] }, 0],
    ['an empty list of suppressions', { suppressions: [] }, 1],
    ['a rejected suppression', { suppressions: [{ kind: 'external', status: 'rejected' }] }, 1],
    [
      'one suppression accepted, one under review',
      { suppressions: [{ kind: 'external' }, { kind: 'external', status: 'underReview' }] },
      1,
    ],
    ['no message', { message: undefined }, 1],
    ['no rule', { ruleId: undefined }, 1],
  ])('%s', (_, more, open) => {
    expect(parseSarif(log(run([result(more)])))).toMatchObject({ results: 1, open });
  });

  it('takes the level from the result, else the rule, else warning', () => {
    const rules = [{ id: 'R1', defaultConfiguration: { level: 'note' } }, { id: 'R2' }];
    const read = parseSarif(
      log({ tool: driver(rules), results: [result(), result({ level: 'error' }), result({ ruleId: 'R2' })] }),
    );
    expect(read.byLevel).toEqual({ none: 0, note: 1, warning: 1, error: 1 });
    expect(read.checks).toMatchObject([
      { ruleId: 'R1', outcome: 'FAIL', open: 2, worstLevel: 'error' },
      { ruleId: 'R2', outcome: 'FAIL', open: 1, worstLevel: 'warning' },
    ]);
  });

  it('finds a rule in the extension that a result points at', () => {
    const tool = {
      driver: { name: 'Scan' },
      extensions: [{ name: 'pack', rules: [{ id: 'X', defaultConfiguration: { level: 'error' } }] }],
    };
    const pointed = { message: { text: 'm' }, rule: { index: 0, toolComponent: { index: 0 } } };
    expect(parseSarif(log({ tool, results: [pointed] })).checks).toMatchObject([{ ruleId: 'X', worstLevel: 'error' }]);
  });

  it('takes a hierarchical id for its rule', () => {
    const read = parseSarif(
      log({
        tool: driver([{ id: 'CA1', defaultConfiguration: { level: 'error' } }]),
        results: [result({ ruleId: 'CA1/2' })],
      }),
    );
    expect(read.checks).toMatchObject([{ ruleId: 'CA1', open: 1, worstLevel: 'error' }]);
  });

  it('keeps 1,000 findings, errors first, and counts all', () => {
    const results = Array.from({ length: 1500 }, (_, at) => result({ level: at < 600 ? 'note' : 'error' }));
    const read = parseSarif(log(run(results)));
    expect(read).toMatchObject({ results: 1500, open: 1500, byLevel: { note: 600, error: 900 } });
    expect(read.findings).toHaveLength(mostFindings);
    expect(read.findings.filter((finding) => finding.level === 'error')).toHaveLength(900);
  });

  it('makes text storable: no NUL, no half characters, cut at 500', () => {
    const read = parseSarif(
      log(run([result({ message: { text: `${'a'.repeat(499)}😀\u0000` }, ruleId: 'a\u0000b' })])),
    );
    expect(read.findings[0]).toMatchObject({ message: 'a'.repeat(499), ruleId: 'a\uFFFDb' });
  });
});

describe('whether a run is complete', () => {
  const clean = (more: object) => parseSarif(log(run([], more)));
  it.each([
    ['says nothing about its execution', {}, 'COMPLETE'],
    ['was successful', { invocations: [{ executionSuccessful: true }] }, 'COMPLETE'],
    ['failed', { invocations: [{ executionSuccessful: true }, { executionSuccessful: false }] }, 'FAILED'],
    [
      'tells of an error',
      { invocations: [{ executionSuccessful: true, toolExecutionNotifications: [{ level: 'error', message: {} }] }] },
      'PARTIAL',
    ],
    [
      'tells of a wrong configuration',
      { invocations: [{ executionSuccessful: true, toolConfigurationNotifications: [{ level: 'error' }] }] },
      'PARTIAL',
    ],
    [
      'warns about its configuration',
      { invocations: [{ executionSuccessful: true, toolConfigurationNotifications: [{ level: 'warning' }] }] },
      'COMPLETE',
    ],
    [
      'notes something',
      { invocations: [{ executionSuccessful: true, toolExecutionNotifications: [{ level: 'note' }] }] },
      'COMPLETE',
    ],
    ['does not say how its execution ended', { invocations: [{}] }, 'PARTIAL'],
  ])('one that %s', (_, more, outcome) => {
    expect(clean(more).outcome).toBe(outcome);
  });

  it('one without results was not scanned', () => {
    expect(parseSarif(log({ tool: driver() })).outcome).toBe('FAILED');
  });

  it('the worst of several runs decides, and their findings add up', () => {
    const read = parseSarif(log(run([result()]), run([result()], { invocations: [{ executionSuccessful: false }] })));
    expect(read).toMatchObject({ outcome: 'FAILED', open: 2, tools: ['Scan'] });
    expect(read.checks).toMatchObject([{ open: 2 }]);
  });

  it('a rule that found nothing in an incomplete run is unknown, not passed', () => {
    const read = parseSarif(
      log({
        tool: driver([{ id: 'R1' }, { id: 'R2' }]),
        results: [result()],
        invocations: [{ executionSuccessful: false }],
      }),
    );
    expect(read.checks.map((check) => check.outcome)).toEqual(['FAIL', 'UNKNOWN']);
  });
});

describe('what is refused, with its place', () => {
  const whole = log(run([result()])).toString();
  it.each([
    ['nothing at all', '', 'MALFORMED_JSON', { line: 1, column: 1, byte: 0 }],
    ['a cut log', whole.slice(0, 40), 'MALFORMED_JSON', { byte: 40 }],
    ['trailing garbage', `${whole}\nx`, 'MALFORMED_JSON', { line: 2, column: 1 }],
    ['two logs', whole + whole, 'MALFORMED_JSON', {}],
    ['a byte order mark', `\uFEFF${whole}`, 'MALFORMED_JSON', { line: 1, column: 1, byte: 0 }],
    ['what is not UTF-8', Buffer.from([0x7b, 0xff]), 'MALFORMED_JSON', { byte: 1 }],
    ['another version', '{"version":"2.0.0","runs":[]}', 'INVALID_SARIF', { pointer: '/version' }],
    ['an array', '[]', 'INVALID_SARIF', { pointer: '' }],
    ['null', 'null', 'INVALID_SARIF', { pointer: '' }],
    ['no runs member', '{"version":"2.1.0"}', 'INVALID_SARIF', { pointer: '/runs' }],
    ['runs that are no array', '{"version":"2.1.0","runs":{}}', 'INVALID_SARIF', { pointer: '/runs' }],
    ['a null run', log(null), 'INVALID_SARIF', { pointer: '/runs/0' }],
    ['a run without a tool', log({ results: [] }), 'INVALID_SARIF', { pointer: '/runs/0/tool' }],
    [
      'a tool without a name',
      log({ tool: { driver: {} }, results: [] }),
      'INVALID_SARIF',
      { pointer: '/runs/0/tool/driver/name' },
    ],
    ['null results', log(run(null)), 'INVALID_SARIF', { pointer: '/runs/0/results' }],
    ['a null result', log(run([result(), null])), 'INVALID_SARIF', { pointer: '/runs/0/results/1' }],
    [
      'a number for a rule id',
      log(run([result({ ruleId: 7 })])),
      'INVALID_SARIF',
      { pointer: '/runs/0/results/0/ruleId' },
    ],
    [
      'an unknown level',
      log(run([result({ level: 'fatal' })])),
      'INVALID_SARIF',
      { pointer: '/runs/0/results/0/level' },
    ],
    [
      'text for a message',
      log(run([result({ message: 'm' })])),
      'INVALID_SARIF',
      { pointer: '/runs/0/results/0/message' },
    ],
    [
      'a null message',
      log(run([result({ message: null })])),
      'INVALID_SARIF',
      { pointer: '/runs/0/results/0/message' },
    ],
    [
      'success as text',
      log(run([], { invocations: [{ executionSuccessful: 'yes' }] })),
      'INVALID_SARIF',
      { pointer: '/runs/0/invocations/0/executionSuccessful' },
    ],
    [
      'a rule id longer than any',
      log(run([result({ ruleId: 'r'.repeat(401) })])),
      'INVALID_SARIF',
      { pointer: '/runs/0/results/0/ruleId' },
    ],
    [
      'ten megabytes of string',
      log(run([result({ message: { text: 'x'.repeat(10_000_000) } })])),
      'INVALID_SARIF',
      { limit: jsonLimits.stringBytes },
    ],
    ['deep nesting', `${'['.repeat(1_000_000)}`, 'INVALID_SARIF', { limit: jsonLimits.depth, byte: jsonLimits.depth }],
  ])('%s', (_, body, code, details) => {
    expect(refusal(body as Buffer)).toMatchObject({ code, details });
  });

  it('says what was found and what is expected', () => {
    expect(refusal(log(run([result({ kind: 'maybe' })]))).faults).toEqual([
      {
        field: '/runs/0/results/0/kind',
        given: 'maybe',
        allowed: 'must be one of notApplicable, pass, fail, review, open, informational',
      },
    ]);
  });

  it('takes a key that comes twice', () => {
    expect(parseSarif(Buffer.from(`{"version":"2.0.0",${whole.slice(1)}`)).open).toBe(1);
  });
});

describe('mutated real logs (skipped where ../shared/inputs/sarif is not beside the repository)', () => {
  const names = ['codeql-2.5.4.sarif', 'semgrep-oss-1.69.0.sarif', 'trivy-alpine310.sarif'].filter((name) =>
    existsSync(resolve(inputs, name)),
  );
  const itWithReal = names.length > 0 ? it : it.skip;

  itWithReal('are read or refused by name, whatever bytes are changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names.slice(-1)),
        fc.array(fc.tuple(fc.nat(11_000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        (name, changes) => {
          const body = Buffer.from(real(name));
          for (const [at, byte] of changes) body[at % body.length] = byte;
          try {
            expect(parseSarif(body).open).toBeLessThanOrEqual(4);
          } catch (error) {
            expect(error).toBeInstanceOf(AnnexError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  itWithReal('are read or refused by name, whatever value is put anywhere', () => {
    const trees = names.map((name) => JSON.parse(real(name).toString()) as object);
    fc.assert(
      fc.property(
        fc.constantFrom(...trees),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(null, 1, -1, 0.5, 'x', '', true, [], {}, [null], { text: null }),
        (tree, path, value) => {
          const changed = structuredClone(tree) as Record<string, unknown>;
          let at: Record<string, unknown> = changed;
          for (const step of path) {
            const names = Object.keys(at);
            const name = names[step % Math.max(names.length, 1)];
            if (name === undefined) break;
            const next = at[name];
            if (typeof next !== 'object' || next === null || step === path.at(-1)) {
              at[name] = value;
              break;
            }
            at = next as Record<string, unknown>;
          }
          try {
            const read = parseSarif(Buffer.from(JSON.stringify(changed)));
            expect(read.open).toBe(read.checks.reduce((sum, check) => sum + check.open, 0));
          } catch (error) {
            expect(error).toBeInstanceOf(AnnexError);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
