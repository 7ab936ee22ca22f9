import { type FieldFault, refuseAll } from '@annex/schema';
import type { Confirmation, IncidentCategory, IncidentLoss, Severity, Span } from '../incident/incident.ts';
import { faultsOfIncident } from '../incident/incident.ts';
import { type Occurrence, partialDate, unknownOccurrence } from '../incident/occurrence.ts';
import type { Affected } from '../risk/risk.ts';

/** Records of incidents in the VERIS vocabulary, 1.3 to 1.3.7: what Annex takes of them. Everything else is kept as it came. Pure. */

const versions = ['1.3', '1.3.0', '1.3.1', '1.3.2', '1.3.3', '1.3.4', '1.3.5', '1.3.6', '1.3.7'];
/** Records of one file: all of them are in memory at once, some 30 KB each. */
export const mostRecords = 10_000;
const mostRecordCharacters = 1_000_000;

const confirmations: Readonly<Record<string, Confirmation>> = {
  Confirmed: 'CONFIRMED',
  Suspected: 'SUSPECTED',
  'Near miss': 'NEAR_MISS',
  'False positive': 'FALSE_POSITIVE',
};
const severities: Readonly<Record<string, Severity | null>> = {
  Insignificant: 'LOW',
  Distracting: 'LOW',
  Painful: 'MEDIUM',
  Damaging: 'HIGH',
  Catastrophic: 'CRITICAL',
  Unknown: null,
};
const actions: Readonly<Record<string, IncidentCategory>> = {
  malware: 'MALWARE',
  hacking: 'HACKING',
  social: 'SOCIAL',
  misuse: 'MISUSE',
  physical: 'PHYSICAL',
  error: 'ERROR',
  environmental: 'ENVIRONMENTAL',
};
const attributes: Readonly<Record<string, Affected>> = {
  confidentiality: 'CONFIDENTIALITY',
  integrity: 'INTEGRITY',
  availability: 'AVAILABILITY',
};
const day = 86_400;
/** Seconds of a unit, each with those of the next larger one. */
const units: Readonly<Record<string, readonly [number, number] | null>> = {
  Seconds: [1, 60],
  Minutes: [60, 3600],
  Hours: [3600, day],
  Days: [day, 7 * day],
  Weeks: [7 * day, 30.4375 * day],
  Months: [30.4375 * day, 365.25 * day],
  Years: [365.25 * day, 36_525 * day],
  Never: null,
  NA: null,
  Unknown: null,
};

/** What a record says of an incident. */
export interface VerisRecord {
  readonly place: string;
  readonly sourceId: string;
  /** `source_id` of the record; null where it names none. */
  readonly givenSource: string | null;
  readonly title: string;
  readonly description: string;
  readonly confirmation: Confirmation;
  readonly severity: Severity | null;
  readonly categories: readonly IncidentCategory[];
  readonly affects: readonly Affected[];
  readonly occurrence: Occurrence;
  /** Amounts in whole units of `currency`. */
  readonly amounts: readonly { readonly category: string; readonly amount: number }[];
  readonly currency: string | null;
  readonly lessons: string;
  readonly record: unknown;
}

type Json = { readonly [name: string]: unknown };
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (holder: Json | null, field: string): unknown =>
  holder !== null && Object.hasOwn(holder, field) ? (holder[field] ?? null) : null;

/** A record on its way into an incident. */
class Reading {
  readonly faults: FieldFault[] = [];
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  fault(path: string, given: unknown, allowed: string): void {
    this.faults.push({ field: path === '' ? this.#place : `${this.#place}.${path}`, given, allowed });
  }

  /** A member of a kind; null where it is absent, null, or at fault. */
  object(holder: Json | null, field: string, path = field): Json | null {
    const given = own(holder, field);
    if (given === null || isObject(given)) return given;
    this.fault(path, given, 'must be an object');
    return null;
  }

  list(holder: Json | null, field: string, path: string): readonly unknown[] {
    const given = own(holder, field);
    if (given === null) return [];
    if (Array.isArray(given)) return given;
    this.fault(path, given, 'must be a list');
    return [];
  }

  text(holder: Json | null, field: string, path = field): string {
    const given = own(holder, field);
    if (given === null) return '';
    if (typeof given === 'string') return given.trim();
    this.fault(path, given, 'must be text');
    return '';
  }

  number(holder: Json | null, field: string, path: string, least: number): number | null {
    const given = own(holder, field);
    if (given === null) return null;
    if (typeof given === 'number' && Number.isFinite(given) && given >= least && given <= 1e15) return given;
    this.fault(
      path,
      typeof given === 'number' ? String(given) : given,
      `must be a number from ${least} to 1e15, or null`,
    );
    return null;
  }

  /** One of the words of an enumeration; undefined where it is absent or at fault. */
  word<Value>(
    holder: Json | null,
    field: string,
    path: string,
    words: Readonly<Record<string, Value>>,
  ): Value | undefined {
    const given = own(holder, field);
    if (given === null) return undefined;
    if (typeof given === 'string' && Object.hasOwn(words, given)) return words[given];
    this.fault(path, given, `must be one of ${Object.keys(words).join(', ')}`);
    return undefined;
  }

  occurrence(timeline: Json | null, now: Date): Occurrence {
    const incident = this.object(timeline, 'incident', 'timeline.incident');
    const part = (field: 'year' | 'month' | 'day') => this.number(incident, field, `timeline.incident.${field}`, 1);
    const [year, month, dayOfMonth] = [part('year'), part('month'), part('day')];
    this.text(incident, 'time', 'timeline.incident.time');
    if (year === null) return unknownOccurrence;
    if (partialDate(year, null, null) === undefined) {
      this.fault('timeline.incident.year', year, 'must be a whole year from 1900 on');
      return unknownOccurrence;
    }
    // A day without its month says nothing.
    const found = partialDate(year, month, month === null ? null : dayOfMonth);
    if (!found) {
      this.fault('timeline.incident', { year, month, day: dayOfMonth }, 'must be a date of the calendar');
      return unknownOccurrence;
    }
    if (found.occurredFrom && found.occurredFrom > now)
      this.fault('timeline.incident.year', year, 'must not lie in the future');
    return found;
  }

  amounts(impact: Json | null): { category: string; amount: number }[] {
    const found = new Map<string, number>();
    let sum = 0;
    for (const [index, given] of this.list(impact, 'loss', 'impact.loss').entries()) {
      const path = `impact.loss[${index}]`;
      if (!isObject(given)) {
        this.fault(path, given, 'must be an object');
        continue;
      }
      const amount = this.number(given, 'amount', `${path}.amount`, 0);
      this.number(given, 'min_amount', `${path}.min_amount`, 0);
      this.number(given, 'max_amount', `${path}.max_amount`, 0);
      const variety = this.text(given, 'variety', `${path}.variety`) || 'Other';
      if (amount === null || amount === 0) continue;
      found.set(variety, (found.get(variety) ?? 0) + amount);
      sum += amount;
    }
    const overall = this.number(impact, 'overall_amount', 'impact.overall_amount', 0);
    this.number(impact, 'overall_min_amount', 'impact.overall_min_amount', 0);
    if (overall !== null && overall > sum)
      found.set(sum === 0 ? 'Overall' : 'Not broken down', Number((overall - sum).toPrecision(15)));
    return [...found].map(([category, amount]) => ({ category, amount }));
  }
}

/** The first text, at any depth, that cannot be kept: with a NUL character or half of a pair of surrogates. */
function brokenText(value: unknown): string | undefined {
  if (typeof value === 'string')
    return value.includes('\u0000') || !value.isWellFormed() ? value.slice(0, 60).toWellFormed() : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const broken = brokenText(name) ?? brokenText(inner);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function readRecord(
  given: unknown,
  place: string,
  now: Date,
): { record: VerisRecord; faults: FieldFault[] } | FieldFault[] {
  if (!isObject(given)) return [{ field: place, given: given ?? null, allowed: 'must be an object' }];
  const broken = brokenText(given);
  if (broken !== undefined)
    return [{ field: place, given: broken, allowed: 'must be text without NUL characters or broken surrogates' }];
  if (JSON.stringify(given).length > mostRecordCharacters)
    return [{ field: place, given: null, allowed: `must have at most ${mostRecordCharacters} characters` }];
  const reading = new Reading(place);
  const version = own(given, 'schema_version');
  if (typeof version !== 'string' || !versions.includes(version))
    reading.fault('schema_version', version, `must be one of ${versions.join(', ')}`);
  const sourceId = reading.text(given, 'incident_id');
  if (sourceId === '' || sourceId.length > 200)
    reading.fault('incident_id', sourceId, 'must be a name of 1 to 200 characters');
  const givenSource = reading.text(given, 'source_id');
  if (givenSource.length > 100) reading.fault('source_id', givenSource, 'must have at most 100 characters');
  const summary = reading.text(given, 'summary');
  const firstLine = summary.split(/[\r\n]/, 1)[0] ?? '';
  const title = firstLine.length <= 200 ? firstLine : `${firstLine.slice(0, 199)}…`.toWellFormed();
  const action = reading.object(given, 'action');
  const attribute = reading.object(given, 'attribute');
  const timeline = reading.object(given, 'timeline');
  const impact = reading.object(given, 'impact');
  for (const span of ['compromise', 'exfiltration', 'discovery', 'containment']) {
    const member = reading.object(timeline, span, `timeline.${span}`);
    reading.word(member, 'unit', `timeline.${span}.unit`, units);
    reading.number(member, 'value', `timeline.${span}.value`, 0);
  }
  for (const field of ['actor', 'victim', 'discovery_method', 'plus']) {
    // Older records say how they were discovered in one word.
    if (field === 'discovery_method' && typeof own(given, field) === 'string') continue;
    if (field === 'victim' && Array.isArray(own(given, field))) continue;
    reading.object(given, field);
  }
  const assets = reading.list(reading.object(given, 'asset'), 'assets', 'asset.assets');
  for (const [index, asset] of assets.entries())
    if (!isObject(asset)) reading.fault(`asset.assets[${index}]`, asset, 'must be an object');
  const record: VerisRecord = {
    ...{ place, sourceId, givenSource: givenSource === '' ? null : givenSource },
    ...{ title: title === '' ? `VERIS ${sourceId}`.slice(0, 200) : title, description: summary },
    confirmation: reading.word(given, 'security_incident', 'security_incident', confirmations) ?? 'SUSPECTED',
    severity: reading.word(impact, 'overall_rating', 'impact.overall_rating', severities) ?? null,
    categories: Object.keys(actions).flatMap((name) =>
      reading.object(action, name, `action.${name}`) === null ? [] : [actions[name] as IncidentCategory],
    ),
    affects: Object.keys(attributes).flatMap((name) =>
      reading.object(attribute, name, `attribute.${name}`) === null ? [] : [attributes[name] as Affected],
    ),
    occurrence: reading.occurrence(timeline, now),
    amounts: reading.amounts(impact),
    currency: reading.text(impact, 'iso_currency_code', 'impact.iso_currency_code') || null,
    lessons: reading.text(given, 'corrective_action'),
    record: JSON.parse(JSON.stringify(given)),
  };
  const fields: Readonly<Record<string, string>> = {
    description: 'summary',
    title: 'summary',
    lessons: 'corrective_action',
  };
  const facts = { ...record, findingIds: [], evidenceIds: [], losses: [] };
  reading.faults.push(...faultsOfIncident(facts, (field) => `${place}.${fields[field] ?? field}`));
  return { record, faults: reading.faults };
}

/**
 * The records of a file.
 * @throws AnnexError INVALID_VERIS with every place at fault: `records[3].timeline.incident.year`
 */
export function readVeris(given: readonly unknown[], now: Date): VerisRecord[] {
  if (given.length === 0 || given.length > mostRecords)
    refuseAll('INVALID_VERIS', [
      { field: 'records', given: given.length, allowed: `must be 1 to ${mostRecords} records` },
    ]);
  const faults: FieldFault[] = [];
  const records: VerisRecord[] = [];
  for (const [index, one] of given.entries()) {
    const read = readRecord(one, `records[${index}]`, now);
    if (Array.isArray(read)) faults.push(...read);
    else {
      faults.push(...read.faults);
      records.push(read.record);
    }
  }
  refuseAll('INVALID_VERIS', faults);
  return records;
}

/** The amounts of a record in minor units of a currency. */
export function lossesOf({ amounts }: VerisRecord, currency: string): IncidentLoss[] {
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return amounts.map(({ category, amount }) => ({
    category: category.slice(0, 60),
    minorUnits: Math.round(amount * 10 ** digits),
  }));
}

/** How long a record says that something took: exactly with a value, between its unit and the next with a unit alone. */
export function statedSpan(record: unknown, name: 'discovery' | 'containment'): Span | null {
  const timeline = isObject(record) ? own(record, 'timeline') : null;
  const stated = isObject(timeline) ? own(timeline, name) : null;
  if (!isObject(stated)) return null;
  const [unit, value] = [own(stated, 'unit'), own(stated, 'value')];
  const seconds = typeof unit === 'string' && Object.hasOwn(units, unit) ? units[unit] : null;
  if (!seconds) return null;
  const [least, most] = seconds;
  return typeof value === 'number' ? { least: value * least, most: value * least } : { least, most };
}
