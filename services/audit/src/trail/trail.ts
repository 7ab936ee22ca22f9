import { createHash } from 'node:crypto';

/** The hash of a leaf of the trail: SHA-256 over a zero byte and the event's exact bytes (RFC 6962, 2.1). */
export function leafHash(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(Uint8Array.of(0)).update(bytes).digest();
}

/** What is recorded already under the sequence, or under the id, of an event that arrives. */
export interface Known {
  readonly id: string;
  readonly source: string;
  readonly sequence: number;
  readonly leafHash: Buffer;
}

export interface Arrival extends Known {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Where an arrival belongs: at the end, behind a gap, nowhere because it is there, or nowhere because another is. */
export type Place = 'APPEND' | 'PARK' | 'REPEAT' | 'CONFLICT';

/**
 * @param last the last sequence of the contiguous run of the source
 * @param known what is recorded or parked under the same sequence or the same id
 */
export function placeOf(last: number, arrival: Known, known: readonly Known[]): Place {
  const same = (other: Known) =>
    other.id === arrival.id &&
    other.source === arrival.source &&
    other.sequence === arrival.sequence &&
    other.leafHash.equals(arrival.leafHash);
  if (known.length > 0) return known.every(same) ? 'REPEAT' : 'CONFLICT';
  // Below the end everything is recorded; what is not there any more was taken away.
  if (arrival.sequence <= last) return 'CONFLICT';
  return arrival.sequence === last + 1 ? 'APPEND' : 'PARK';
}

/** How often a gap is asked for before it is an alarm. */
export const mostTries = 5;

/** Business time to wait after the n-th request for a gap, in milliseconds: doubled each time. */
export function waitAfter(tries: number, gapSeconds: number): number {
  return gapSeconds * 1000 * 2 ** tries;
}
