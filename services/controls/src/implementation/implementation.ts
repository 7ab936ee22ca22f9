import { badInput } from '@annex/schema';
import { fraction } from '../input.ts';
import type { ImplementationStatus } from '../strength/strength.ts';

/** How far an implementation is: its status, and where it is partial its share. */
export interface Progress {
  readonly status: ImplementationStatus;
  readonly share: number | null;
}

/**
 * The progress after a change. PARTIAL needs a share, given now or kept from before; the other statuses have none.
 * @param at where the change stands in the input, for the message
 * @throws AnnexError BAD_INPUT
 */
export function progress(
  given: { readonly status?: ImplementationStatus | null; readonly share?: number | null },
  before: Progress = { status: 'NOT_STARTED', share: null },
  at = 'input',
): Progress {
  const status = given.status ?? before.status;
  if (status !== 'PARTIAL') {
    if (given.share !== null && given.share !== undefined) {
      throw badInput(`${at}.share`, given.share, 'must be left out unless the status is PARTIAL');
    }
    return { status, share: null };
  }
  const share = given.share ?? before.share;
  if (share === null) throw badInput(`${at}.share`, null, 'must be given with the status PARTIAL, from 0 to 1');
  return { status, share: fraction(`${at}.share`, share) };
}

/** An implementation implements one control or more, each once. */
export const maxControls = 100;

/**
 * The catalogue ids of the controls that are implemented, without repeats, in the order given.
 * @param resolve the full id of a control, undefined where the catalogue has none
 * @throws AnnexError BAD_INPUT naming the first one that is no control
 */
export function controlIds(
  given: readonly string[],
  resolve: (id: string) => string | undefined,
  at = 'input',
): string[] {
  if (given.length < 1 || given.length > maxControls) {
    throw badInput(`${at}.controlIds`, given.length, `must name 1 to ${maxControls} controls`);
  }
  const ids = given.map((id, index) => {
    const found = resolve(id);
    if (!found) {
      const allowed = 'must be a control of the catalogue, such as iso27001:2022:A.8.28 or A.8.28';
      throw badInput(`${at}.controlIds.${index}`, id, allowed);
    }
    return found;
  });
  return [...new Set(ids)];
}
