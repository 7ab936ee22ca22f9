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

/** What an implementation costs, in minor units of a currency. */
export interface Cost {
  readonly costCurrency: string | null;
  readonly costOnce: number | null;
  readonly costYearly: number | null;
}

export interface CostInput {
  readonly currency: string;
  readonly once?: number | null;
  readonly yearly?: number | null;
}

const currencies = new Set(Intl.supportedValuesOf('currency'));

/**
 * The cost after a change: all of it is given, taken away by null, or left as it was.
 * @param at where the change stands in the input, for the message
 * @throws AnnexError BAD_INPUT
 */
export function cost(given: CostInput | null | undefined, before: Cost, at = 'input'): Cost {
  if (given === undefined) {
    const { costCurrency, costOnce, costYearly } = before;
    return { costCurrency, costOnce, costYearly };
  }
  if (given === null) return noCost;
  const { currency, once = null, yearly = null } = given;
  if (!currencies.has(currency))
    throw badInput(`${at}.cost.currency`, currency, 'must be a currency of ISO 4217, such as EUR');
  for (const [field, amount] of Object.entries({ once, yearly })) {
    if (amount !== null && !(Number.isSafeInteger(amount) && amount >= 0))
      throw badInput(`${at}.cost.${field}`, amount, 'must be a whole number of minor units, 0 or more');
  }
  if (once === null && yearly === null)
    throw badInput(
      `${at}.cost.once`,
      null,
      'must be given, or what it costs yearly; null in place of the cost for none',
    );
  return { costCurrency: currency, costOnce: once, costYearly: yearly };
}

/** Nothing is known of the cost. */
export const noCost: Cost = { costCurrency: null, costOnce: null, costYearly: null };

/** So many hours a year are more than a thousand people's. */
const mostHours = 10_000_000;

/** @throws AnnexError BAD_INPUT unless it is a number of hours that people may spend in a year, or none */
export function hours(field: string, given: number | null): number | null {
  if (given !== null && !(given >= 0 && given <= mostHours))
    throw badInput(field, given, `must be a number from 0 to ${mostHours}`);
  return given;
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
