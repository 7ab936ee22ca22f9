/**
 * Business time (validity, history, due moments). Wall time (tokens, leases, signatures) is read from the system
 * directly and never goes through here.
 *
 * `system` follows the wall. `shared` follows the row in `annex.clock`, so that several processes can be moved
 * through time together; the row's absence or null means the wall.
 */
export type ClockKind = 'system' | 'shared';

/** SQL for the present business time as timestamptz. */
export function businessNow(kind: ClockKind): string {
  return kind === 'shared'
    ? 'coalesce((select moment from annex.clock limit 1), clock_timestamp())'
    : 'clock_timestamp()';
}
