import type { LatestMeasurement, MeasurementRow } from './measure.store.ts';
import type { Attainment } from './measure.ts';

const day = (moment: Date | null) => moment?.toISOString() ?? 'never';

/** Why a measure is fresh, late, stale or unknown. */
export function explainState(said: Attainment, latest: LatestMeasurement | undefined): string {
  const ends =
    latest?.evidence && said.validUntil && said.validUntil < latest.validUntil
      ? 'the evidence behind it ends'
      : 'its period and grace end';
  switch (said.state) {
    case 'NEVER_MEASURED':
      return 'Nothing was measured yet.';
    case 'FRESH':
      return `The latest measurement is within its period until ${day(said.lateFrom)}.`;
    case 'LATE':
      return `A new measurement was planned for ${day(said.lateFrom)}; the latest one still counts until ${day(said.validUntil)}, when ${ends}.`;
    case 'STALE':
      return `The latest measurement counts no longer: ${latest?.evidence ? 'the evidence behind it, or its period and grace, ended' : 'its period and grace ended'} (${day(said.validUntil)}).`;
    case 'UNKNOWN':
      return `${latest?.reason ?? ''} What was not looked at is unknown, never clean.`.trim();
  }
}

export function explainFreshness(said: Attainment): string {
  return said.freshness === 1
    ? `1 until ${day(said.validUntil)}, then 0.`
    : said.state === 'NEVER_MEASURED'
      ? '0: nothing was measured yet.'
      : `0 since the measurement ended (${day(said.validUntil)}).`;
}

/** What a value was made of. */
export function explainValue(
  measurement: Pick<MeasurementRow, 'value' | 'state'> & {
    readonly inputs: MeasurementRow['inputs'] | LatestMeasurement['inputs'];
  },
): string {
  const { value, state, inputs } = measurement;
  if (inputs.length === 0) return `${value}, as recorded.`;
  const parts = inputs.slice(0, 20).map((input) => `${input.open} of ${input.source} (${input.outcome.toLowerCase()})`);
  const more = inputs.length > parts.length ? ` and ${inputs.length - parts.length} more sources` : '';
  return `${state === 'KNOWN' ? '' : 'At least '}${value}: ${parts.join(' + ')}${more}.`;
}
