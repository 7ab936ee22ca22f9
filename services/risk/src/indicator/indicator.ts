import { AnnexError, type FieldFault } from '@annex/schema';

/** Key risk indicators (27005, 10.5: monitoring of factors that influence risk): what they read, and what the value means. Pure. */

export type Figure = 'RISKS_ABOVE_CRITERIA' | 'SHARE_NOT_ASSESSED' | 'EXPECTED_ANNUAL_LOSS' | 'OVERDUE_ACTIONS';
export type Direction = 'HIGHER_IS_WORSE' | 'LOWER_IS_WORSE';
export type IndicatorStatus = 'ACTIVE' | 'RETIRED';
export type IndicatorState = 'GREEN' | 'AMBER' | 'RED' | 'UNKNOWN';

export interface Limits {
  readonly direction: Direction;
  readonly warning: number;
  readonly critical: number;
}

/** What an indicator reads: a value in words, and why it cannot be relied on where it cannot. */
export interface Reading {
  readonly value: number | null;
  readonly valuedAt: Date | null;
  readonly unit: string;
  /** The value as the beginning of a sentence; where it cannot be relied on, the whole sentence without its full stop. */
  readonly says: string;
  readonly reliable: boolean;
}

/** What an indicator says. */
export interface Said {
  readonly value: number | null;
  readonly valuedAt: Date | null;
  readonly unit: string;
  readonly state: IndicatorState;
  readonly explanation: string;
}

/** A number as people read it: at most three decimals, none of them empty. */
export const shown = (value: number): string => String(Math.round(value * 1000) / 1000);

/** Whether a value has come to a limit; the limit itself counts. */
const reaches = (value: number, limit: number, direction: Direction) =>
  direction === 'HIGHER_IS_WORSE' ? value >= limit : value <= limit;

/** Every fault of limits; both are finite, and the warning comes no later than the critical one. */
export function faultsOfLimits({ direction, warning, critical }: Limits): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [field, given] of [
    ['input.warning', warning],
    ['input.critical', critical],
  ] as const)
    if (!Number.isFinite(given)) faults.push({ field, given: String(given), allowed: 'must be a finite number' });
  if (faults.length === 0 && !reaches(critical, warning, direction)) {
    const side = direction === 'HIGHER_IS_WORSE' ? 'above' : 'below';
    faults.push({
      field: 'input.warning',
      given: warning,
      allowed: `must not lie ${side} the critical limit of ${shown(critical)} where ${direction}`,
    });
  }
  return faults;
}

/** What a reading means by the limits of an indicator. One that cannot be relied on is UNKNOWN, whatever its value. */
export function judgeReading(limits: Limits, { reliable, says, ...read }: Reading): Said {
  const { value, valuedAt, unit } = read;
  const said = { value, valuedAt, unit };
  if (!reliable || value === null) return { ...said, state: 'UNKNOWN', explanation: `${says}.` };
  const { direction, warning, critical } = limits;
  if (reaches(value, critical, direction))
    return {
      ...said,
      state: 'RED',
      explanation: `${says}, which has reached the critical limit of ${shown(critical)}.`,
    };
  if (reaches(value, warning, direction))
    return {
      ...said,
      state: 'AMBER',
      explanation: `${says}, which has reached the warning limit of ${shown(warning)} and not the critical one of ${shown(critical)}.`,
    };
  return { ...said, state: 'GREEN', explanation: `${says}, short of the warning limit of ${shown(warning)}.` };
}

/** What evidence told of a measure. */
export interface MeasureFacts {
  readonly reference: string;
  readonly title: string;
  readonly unit: string | null;
  readonly deleted: boolean;
  readonly state: 'NEVER_MEASURED' | 'FRESH' | 'LATE' | 'STALE' | 'UNKNOWN' | null;
  readonly value: number | null;
  readonly measuredAt: Date | null;
  readonly validUntil: Date | null;
}

const day = (moment: Date) => moment.toISOString().slice(0, 10);

/** Reads a measure. A late measurement counts until it is stale; the last value of a stale one is shown and judged by nothing. */
export function readMeasure(measure: MeasureFacts): Reading {
  const { reference, title, unit, state, value, measuredAt, validUntil } = measure;
  const named = `${reference} ${title}`;
  const read = { value, valuedAt: measuredAt, unit: unit ?? '' };
  const cannot = (says: string): Reading => ({ ...read, says, reliable: false });
  if (measure.deleted) return cannot(`${named} was removed`);
  if (measuredAt === null || state === null || state === 'NEVER_MEASURED') return cannot(`${named} was never measured`);
  if (state === 'STALE')
    return cannot(
      `${named} was measured last on ${day(measuredAt)}${validUntil ? `, and that holds no longer since ${day(validUntil)}` : ', and that holds no longer'}`,
    );
  if (value === null || state === 'UNKNOWN') return cannot(`${named} could not be told on ${day(measuredAt)}`);
  const amount = unit === null || unit === '' ? shown(value) : `${shown(value)} ${unit}`;
  return { ...read, says: `${named} says ${amount}`, reliable: true };
}

/** The open risks that an indicator looks at, in numbers. */
export interface RegisterFacts {
  readonly open: number;
  readonly above: number;
  readonly unassessed: number;
  /** Minor units of the currency of the criteria. */
  readonly expected: number;
  readonly overdue: number;
  readonly currency: string;
  /** How often risks are to be assessed: ISO 8601. */
  readonly period: string;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
const verb = (count: number, one: string, many: string) => (count === 1 ? one : many);

/** Reads a figure of the register as it is at a moment. A share of no risks is no value. */
export function readFigure(figure: Figure, facts: RegisterFacts, linked: boolean, now: Date): Reading {
  const { open, above, unassessed, expected, overdue, currency, period } = facts;
  const risks = counted(open, linked ? 'linked open risk' : 'open risk');
  const read = (value: number | null, unit: string, says: string): Reading => ({
    ...{ value, valuedAt: now, unit, says },
    reliable: value !== null,
  });
  switch (figure) {
    case 'RISKS_ABOVE_CRITERIA':
      return read(above, 'risks', `${above} of ${risks} ${verb(above, 'is', 'are')} above the criteria`);
    case 'SHARE_NOT_ASSESSED': {
      if (open === 0) return read(null, 'share', `There is no ${linked ? 'linked ' : ''}open risk to assess`);
      const share = unassessed / open;
      const says = `${unassessed} of ${risks} ${verb(unassessed, 'was', 'were')} not assessed within ${period}, a share of ${shown(share)}`;
      return read(share, 'share', says);
    }
    case 'EXPECTED_ANNUAL_LOSS': {
      const amount = Math.round(expected);
      const unit = `minor units of ${currency}`;
      return read(amount, unit, `${risks} ${verb(open, 'costs', 'cost')} ${amount} ${unit} in an expected year`);
    }
    case 'OVERDUE_ACTIONS': {
      const says = `${counted(overdue, 'action')} of approved treatments of ${risks} ${verb(overdue, 'is', 'are')} overdue`;
      return read(overdue, 'actions', says);
    }
  }
}

/** @throws AnnexError STATE_CONFLICT for an indicator that is retired: it never changes */
export function checkActive(row: {
  readonly id: string;
  readonly reference: string;
  readonly status: IndicatorStatus;
}): void {
  if (row.status === 'ACTIVE') return;
  throw new AnnexError('STATE_CONFLICT', `${row.reference} is retired and never changes`, {
    details: { kind: 'RiskIndicator', id: row.id, present: row.status, allowed: [] },
  });
}

/** The midnight (UTC) after a moment, at which figures that time alone moves are read again. */
export const nextDay = (now: Date): Date => new Date((Math.floor(now.getTime() / 86_400_000) + 1) * 86_400_000);
