import { AnnexError, type FieldFault } from '@annex/schema';
import {
  type Distribution,
  type Frequency,
  formFaults,
  frequencyFaults,
  type LossForm,
  mostForms,
  type ParameterFault,
} from '@annex/simulation';

/** A distribution as a caller gives it: a kind, and the parameters of that kind. */
export interface DistributionInput {
  readonly kind: Frequency['kind'];
  readonly rate?: number | null;
  readonly low?: number | null;
  readonly mode?: number | null;
  readonly high?: number | null;
  readonly values?: readonly number[] | null;
}

export interface LossFormInput {
  readonly category: string;
  readonly probability?: number | null;
  readonly loss: DistributionInput;
}

/** How often a risk happens and what it costs, before controls. */
export interface Quantified {
  readonly frequency: Frequency;
  readonly forms: readonly LossForm[];
}

const parameters = {
  POISSON: ['rate'],
  PERT: ['low', 'mode', 'high'],
  LOGNORMAL: ['low', 'high'],
  EMPIRICAL: ['values'],
} as const satisfies Record<Frequency['kind'], readonly (keyof DistributionInput)[]>;

const everyParameter = ['rate', 'low', 'mode', 'high', 'values'] as const;

/** The distribution that is given, or the parameters that it lacks or has too many. */
function distributionOf(at: string, input: DistributionInput, faults: FieldFault[]): Frequency | undefined {
  const own: readonly string[] = parameters[input.kind];
  const before = faults.length;
  for (const name of everyParameter) {
    const given = input[name] ?? null;
    if (own.includes(name) && given === null)
      faults.push({ field: `${at}.${name}`, given, allowed: `a value: ${input.kind} has ${own.join(', ')}` });
    if (!own.includes(name) && given !== null)
      faults.push({ field: `${at}.${name}`, given, allowed: `nothing: ${input.kind} has only ${own.join(', ')}` });
  }
  if (faults.length > before) return undefined;
  return { kind: input.kind, ...Object.fromEntries(own.map((name) => [name, input[name as 'rate']])) } as Frequency;
}

const placed = (at: string, faults: readonly ParameterFault[]): FieldFault[] =>
  faults.map(({ parameter, given, allowed }) => ({ field: `${at}.${parameter}`, given, allowed }));

function lossFormOf(at: string, input: LossFormInput, faults: FieldFault[]): LossForm | undefined {
  const category = input.category.trim();
  if (category === '' || category.length > 60 || category.includes('\u0000'))
    faults.push({ field: `${at}.category`, given: input.category, allowed: 'a name of 1 to 60 characters' });
  if (input.loss.kind === 'POISSON') {
    faults.push({
      field: `${at}.loss.kind`,
      given: 'POISSON',
      allowed: 'PERT, LOGNORMAL or EMPIRICAL: a loss is no count',
    });
    return undefined;
  }
  const loss = distributionOf(`${at}.loss`, input.loss, faults) as Distribution | undefined;
  if (!loss) return undefined;
  const form = { category, probability: input.probability ?? 1, loss };
  faults.push(...placed(at, formFaults(form)));
  return form;
}

/**
 * What is given as it may be simulated.
 * @throws AnnexError BAD_INPUT with every fault: `input.lossForms[1].loss.high`
 */
export function quantifiedOf(input: {
  readonly frequency: DistributionInput;
  readonly lossForms: readonly LossFormInput[];
}): Quantified {
  const faults: FieldFault[] = [];
  const frequency = distributionOf('input.frequency', input.frequency, faults);
  if (frequency) faults.push(...placed('input.frequency', frequencyFaults(frequency)));
  const given = input.lossForms;
  if (given.length < 1 || given.length > mostForms)
    faults.push({ field: 'input.lossForms', given: given.length, allowed: `1 to ${mostForms} forms of loss` });
  const seen = new Set<string>();
  const forms = given.slice(0, mostForms).map((form, index) => {
    const at = `input.lossForms[${index}]`;
    const found = lossFormOf(at, form, faults);
    const name = form.category.trim();
    if (seen.has(name))
      faults.push({ field: `${at}.category`, given: form.category, allowed: 'a category that no other form has' });
    seen.add(name);
    return found;
  });
  const [first] = faults;
  if (first || !frequency) throw new AnnexError('BAD_INPUT', `${first?.field}: ${first?.allowed}`, { faults });
  return { frequency, forms: forms.filter((form) => form !== undefined) };
}
