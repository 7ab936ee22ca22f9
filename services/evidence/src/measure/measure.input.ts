import { AnnexError, type FieldFault } from '@annex/schema';
import { parseDuration } from './duration.ts';
import type { MeasureRow } from './measure.store.ts';
import type { Collector } from './measure.ts';

/** What people set of a measure; what an update leaves out stays. */
export interface MeasureInput {
  readonly title?: string | null;
  readonly informationNeed?: string | null;
  readonly unit?: string | null;
  readonly target?: number | null;
  readonly worst?: number | null;
  readonly frequency?: string | null;
  readonly grace?: string | null;
  readonly collector?: Collector | null;
  readonly sources?: readonly string[] | null;
}

export type MeasureContent = Pick<
  MeasureRow,
  'title' | 'informationNeed' | 'unit' | 'target' | 'worst' | 'frequency' | 'grace' | 'collector' | 'sources'
>;

export const sourcePattern = /^[A-Za-z0-9._-]{1,100}$/;
export const sourceRule = 'must be 1 to 100 characters of A-Z, a-z, 0-9, dot, underscore and hyphen';

const mostSources = 100;
const durationRule = 'must be a duration of ISO 8601 such as P1D, P1W, P1M or P1Y';

/**
 * The content of a measure as it is to be.
 * @param present what an update starts from
 * @throws AnnexError BAD_INPUT naming every faulty field
 */
export function checkMeasure(input: MeasureInput, present?: MeasureContent): MeasureContent {
  const faults: FieldFault[] = [];
  const text = (name: 'title' | 'informationNeed' | 'unit', longest: number, required: boolean) => {
    const given = input[name]?.trim() ?? present?.[name] ?? '';
    if (required && given === '') faults.push({ field: `input.${name}`, given, allowed: 'must not be empty' });
    if (given.length > longest || given.includes('\u0000')) {
      const allowed = `must have at most ${longest} characters, none of them NUL`;
      faults.push({ field: `input.${name}`, given: `${given.slice(0, 60)}…`, allowed });
    }
    return given;
  };
  const number = (name: 'target' | 'worst') => {
    const given = input[name] ?? present?.[name];
    if (given === undefined || !Number.isFinite(given)) {
      faults.push({ field: `input.${name}`, given, allowed: 'must be a number' });
    }
    return given ?? 0;
  };
  const content: MeasureContent = {
    title: text('title', 200, true),
    informationNeed: text('informationNeed', 4000, false),
    unit: text('unit', 60, true),
    target: number('target'),
    worst: number('worst'),
    frequency: input.frequency ?? present?.frequency ?? '',
    grace: input.grace === undefined ? (present?.grace ?? null) : input.grace,
    collector: present?.collector ?? input.collector ?? 'MANUAL',
    sources: [...new Set(input.sources ?? present?.sources ?? [])],
  };
  const { target, worst, frequency, grace, collector, sources } = content;
  if (faults.length === 0 && target === worst) {
    faults.push({ field: 'input.worst', given: worst, allowed: 'must differ from the target' });
  }
  if (!parseDuration(frequency)) faults.push({ field: 'input.frequency', given: frequency, allowed: durationRule });
  if (grace !== null && !parseDuration(grace)) {
    faults.push({ field: 'input.grace', given: grace, allowed: durationRule });
  }
  if (sources.length > mostSources) {
    faults.push({ field: 'input.sources', given: sources.length, allowed: `must be at most ${mostSources}` });
  }
  sources.forEach((source, index) => {
    if (!sourcePattern.test(source)) {
      faults.push({ field: `input.sources.${index}`, given: source.slice(0, 120), allowed: sourceRule });
    }
  });
  if (collector === 'MANUAL' && sources.length > 0) {
    faults.push({ field: 'input.sources', given: sources, allowed: 'must be empty for a measure that people take' });
  }
  if (faults.length > 0) {
    throw new AnnexError('BAD_INPUT', faults.map((fault) => `${fault.field} ${fault.allowed}`).join('; '), { faults });
  }
  return content;
}
