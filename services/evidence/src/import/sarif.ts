import { parseLogJson } from './json.ts';
import { cut, invalid, Node } from './sarif.reader.ts';
import { type Level, levels, RuleBook, type SarifRule } from './sarif.rules.ts';

export type { Level } from './sarif.rules.ts';

/** Worst last: the outcome of a log is the worst of its runs. */
export const outcomes = ['COMPLETE', 'PARTIAL', 'FAILED'] as const;
/** How far a run got: it looked at everything, at a part, or it failed. Only a complete one can be clean. */
export type Outcome = (typeof outcomes)[number];
export type CheckOutcome = 'PASS' | 'FAIL' | 'UNKNOWN';

/** A rule as a check: what the log says of it. */
export interface CheckCount {
  readonly tool: string;
  readonly ruleId: string;
  readonly name: string;
  outcome: CheckOutcome;
  open: number;
  worstLevel: Level | null;
}

export interface SarifFinding {
  readonly tool: string;
  readonly ruleId: string;
  readonly level: Level;
  readonly uri: string | null;
  readonly line: number | null;
  readonly message: string;
}

/** What is taken from a log. */
export interface SarifLog {
  readonly tools: readonly string[];
  readonly outcome: Outcome;
  /** Why it is not COMPLETE, a sentence each; empty where it is. */
  readonly reasons: readonly string[];
  readonly results: number;
  readonly open: number;
  readonly byLevel: { readonly [L in Level]: number };
  readonly checks: readonly CheckCount[];
  /** The worst first, at most 1,000; `open` counts all. */
  readonly findings: readonly SarifFinding[];
}

export const mostFindings = 1000;
const longestMessage = 500;
const longestUri = 1000;
const largestLine = 2_147_483_647;

const kinds = ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'] as const;
const baselineStates = ['new', 'unchanged', 'updated', 'absent'] as const;
const suppressionStates = ['accepted', 'underReview', 'rejected'] as const;

const worse = <T extends string>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) >= order.indexOf(b) ? a : b);

/**
 * Whether the run says that it looked at everything. Notifications of level warning mean by SARIF's own definition (3.58.6) that the
 * analysis may be incomplete, so those from the execution count; those about the configuration only as errors.
 */
function outcomeOf(run: Node): { outcome: Outcome; reason?: string } {
  const where = run.pointer.slice('/runs/'.length);
  const invocations = run.list('invocations').map((invocation) => {
    const count = (name: string, counted: readonly Level[]) =>
      invocation.list(name).filter((one) => counted.includes(one.oneOf('level', levels) ?? 'warning')).length;
    return {
      successful: invocation.boolean('executionSuccessful'),
      notes:
        count('toolExecutionNotifications', ['warning', 'error']) + count('toolConfigurationNotifications', ['error']),
    };
  });
  if (invocations.some((one) => one.successful === false)) {
    return { outcome: 'FAILED', reason: `Run ${where} says that its execution was not successful.` };
  }
  if (!run.has('results')) return { outcome: 'FAILED', reason: `Run ${where} has no results: nothing was scanned.` };
  const notes = invocations.reduce((sum, one) => sum + one.notes, 0);
  if (notes > 0) {
    const what = notes === 1 ? '1 problem' : `${notes} problems`;
    return {
      outcome: 'PARTIAL',
      reason: `Run ${where} tells of ${what} during its execution: not everything was scanned.`,
    };
  }
  if (invocations.some((one) => one.successful === undefined)) {
    return { outcome: 'PARTIAL', reason: `Run ${where} does not say whether its execution was successful.` };
  }
  return { outcome: 'COMPLETE' };
}

/** A result is suppressed when it has suppressions and none of them is still in question (SARIF 2.1.0, 3.27.23). */
function isSuppressed(result: Node): boolean {
  const states = result.list('suppressions').map((one) => one.oneOf('status', suppressionStates) ?? 'accepted');
  return states.length > 0 && states.every((state) => state === 'accepted');
}

function findingOf(result: Node, tool: string, rule: SarifRule, level: Level): SarifFinding {
  const message = result.object('message');
  const [location] = result.list('locations');
  const physical = location?.object('physicalLocation');
  const uri = physical?.object('artifactLocation')?.text('uri');
  const line = physical?.object('region')?.integer('startLine');
  return {
    tool,
    ruleId: rule.ruleId,
    level,
    uri: uri === undefined ? null : cut(uri, longestUri),
    line: line === undefined || line < 1 || line > largestLine ? null : line,
    message: cut(message?.text('text') ?? message?.text('markdown') ?? message?.text('id') ?? '', longestMessage),
  };
}

/** Gathers what the runs of a log say, adding up. */
class Tally {
  readonly checks = new Map<string, CheckCount>();
  readonly byLevel = { none: 0, note: 0, warning: 0, error: 0 };
  readonly #kept: { readonly [L in Level]: SarifFinding[] } = { none: [], note: [], warning: [], error: [] };
  results = 0;

  check(tool: string, rule: SarifRule): CheckCount {
    const key = `${tool}\n${rule.ruleId}`;
    let check = this.checks.get(key);
    if (!check) {
      check = { tool, ruleId: rule.ruleId, name: rule.name, outcome: 'PASS', open: 0, worstLevel: null };
      this.checks.set(key, check);
    }
    return check;
  }

  /** @returns the check that the result belongs to */
  result(result: Node, book: RuleBook): CheckCount {
    this.results++;
    const kind = result.oneOf('kind', kinds) ?? 'fail';
    const stated = result.oneOf('level', levels);
    const baseline = result.oneOf('baselineState', baselineStates);
    const rule = book.ruleOf(result);
    const finding = findingOf(result, book.tool, rule, stated ?? rule.defaultLevel);
    const check = this.check(book.tool, rule);
    if (isSuppressed(result) || baseline === 'absent') return check;
    // Neither passed nor failed: the tool leaves it to a person.
    if ((kind === 'open' || kind === 'review') && check.outcome === 'PASS') check.outcome = 'UNKNOWN';
    if (kind !== 'fail') return check;
    const { level } = finding;
    check.outcome = 'FAIL';
    check.open++;
    check.worstLevel = worse(levels, level, check.worstLevel ?? 'none');
    this.byLevel[level]++;
    if (this.#kept[level].length < mostFindings) this.#kept[level].push(finding);
    return check;
  }

  get open(): number {
    return levels.reduce((sum, level) => sum + this.byLevel[level], 0);
  }

  get findings(): SarifFinding[] {
    return levels
      .toReversed()
      .flatMap((level) => this.#kept[level])
      .slice(0, mostFindings);
  }
}

function readRun(run: Node, tally: Tally): { tool: string; outcome: Outcome; reason?: string } {
  const book = new RuleBook(run);
  const said = outcomeOf(run);
  const own = new Set([...book.rules()].map((rule) => tally.check(book.tool, rule)));
  for (const result of run.list('results')) own.add(tally.result(result, book));
  if (said.outcome !== 'COMPLETE') {
    for (const check of own) if (check.outcome === 'PASS') check.outcome = 'UNKNOWN';
  }
  return { tool: book.tool, ...said };
}

/**
 * Reads a SARIF 2.1.0 log (OASIS standard). Findings are the results that failed, are not suppressed and not gone from the
 * baseline; none is taken for another one because of equal fingerprints, which tools reuse.
 * @throws AnnexError MALFORMED_JSON with line, column and byte; INVALID_SARIF with a JSON pointer, or the place of what passes a limit
 */
export function parseSarif(body: Buffer): SarifLog {
  const log = Node.of(parseLogJson(body), '');
  if (log.get('version') !== '2.1.0') invalid('/version', log.get('version'), 'must be 2.1.0');
  if (!Array.isArray(log.get('runs'))) invalid('/runs', log.get('runs'), 'must be an array');
  const runs = log.list('runs');
  if (runs.length === 0) invalid('/runs', log.get('runs'), 'must hold at least one run');
  const tally = new Tally();
  const read = runs.map((run) => readRun(run, tally));
  return {
    tools: [...new Set(read.map((run) => run.tool))],
    outcome: read.reduce<Outcome>((worst, run) => worse(outcomes, run.outcome, worst), 'COMPLETE'),
    reasons: read.flatMap((run) => run.reason ?? []).slice(0, 100),
    results: tally.results,
    open: tally.open,
    byLevel: tally.byLevel,
    checks: [...tally.checks.values()],
    findings: tally.findings,
  };
}
