import { quantile } from './distribution.ts';
import { countQuantile, type Left, meanFrequency, meanLoss, type Scenario } from './scenario.ts';

/** An input of a portfolio, and how far it alone moves the expected loss of a year. */
export interface Driver {
  /** The scenario; null for a control, which may bear on several. */
  readonly scenario: string | null;
  readonly kind: 'FREQUENCY' | 'LOSS' | 'CONTROL';
  /** The loss form's category, or the control's id. */
  readonly input: string | null;
  /** The expected loss of a year of all scenarios with this input at its good end … */
  readonly low: number;
  /** … and at its bad end. */
  readonly high: number;
}

/** A control as an input: what would be left of each scenario with it at its full strength, and without it. */
export interface ControlInput {
  readonly id: string;
  readonly scenarios: readonly { readonly id: string; readonly full: Left; readonly none: Left }[];
}

/**
 * What drives the expected loss of a year: each input goes from its good end to its bad end while all others stay at their means.
 * A frequency goes from the number of events that one year in twenty has at most to the one that one in twenty exceeds; a loss form
 * from its 5th to its 95th percentile; a control from full strength to none.
 * @returns the inputs that move it most, the widest first; equals by scenario and input
 */
export function tornado(
  scenarios: readonly { readonly scenario: Scenario; readonly left: Left }[],
  controls: readonly ControlInput[],
  most: number,
): Driver[] {
  const parts = scenarios.map(({ scenario, left }) => {
    const frequency = meanFrequency(scenario.frequency);
    const loss = meanLoss(scenario.forms);
    return { scenario, left, frequency, loss, expected: frequency * left.frequency * loss * left.loss };
  });
  const total = parts.reduce((sum, { expected }) => sum + expected, 0);
  const byId = new Map(parts.map((part) => [part.scenario.id, part]));
  const drivers: Driver[] = [];
  for (const { scenario, left, frequency, loss, expected } of parts) {
    const others = total - expected;
    const share = left.frequency * left.loss;
    const counts = (p: number) => others + countQuantile(scenario.frequency, p) * loss * share;
    drivers.push({ scenario: scenario.id, kind: 'FREQUENCY', input: null, low: counts(0.05), high: counts(0.95) });
    for (const form of scenario.forms) {
      const rest = loss - meanLoss([form]);
      const losses = (p: number) => others + frequency * (rest + form.probability * quantile(form.loss, p)) * share;
      drivers.push({
        scenario: scenario.id,
        kind: 'LOSS',
        input: form.category,
        low: losses(0.05),
        high: losses(0.95),
      });
    }
  }
  for (const control of controls) {
    const moved = (end: 'full' | 'none') =>
      control.scenarios.reduce((sum, { id, [end]: left }) => {
        const part = byId.get(id);
        return part ? sum + part.frequency * left.frequency * part.loss * left.loss - part.expected : sum;
      }, total);
    drivers.push({ scenario: null, kind: 'CONTROL', input: control.id, low: moved('full'), high: moved('none') });
  }
  const name = (driver: Driver) => `${driver.scenario ?? ''} ${driver.kind} ${driver.input ?? ''}`;
  return drivers
    .filter((driver) => driver.high > driver.low)
    .sort((a, b) => b.high - b.low - (a.high - a.low) || (name(a) < name(b) ? -1 : 1))
    .slice(0, most);
}
