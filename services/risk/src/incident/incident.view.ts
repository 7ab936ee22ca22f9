import { durationText, type Span } from './incident.ts';
import { type Occurrence, occurrenceText } from './occurrence.ts';

/** When something happened, as the API shows it; null where nobody knows. */
export function occurredView(occurrence: Occurrence) {
  const text = occurrenceText(occurrence);
  return text === null
    ? null
    : {
        text,
        precision: occurrence.occurredPrecision,
        from: occurrence.occurredFrom,
        until: occurrence.occurredUntil,
      };
}

/** How long something took, as the API shows it. */
export const spanView = (span: Span | null) =>
  span && {
    least: durationText(span.least),
    most: durationText(span.most),
    leastSeconds: span.least,
    mostSeconds: span.most,
  };
