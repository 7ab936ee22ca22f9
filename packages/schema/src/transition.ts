import { AnnexError } from './errors.ts';

/** Which status of a thing may follow which. */
export type Transitions<Status extends string> = { readonly [from in Status]: readonly Status[] };

/** What a status is of: its kind and id for machines, its name for people, such as `The exception`. */
export interface Standing {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** @throws AnnexError STATE_CONFLICT naming the present status and those that may follow */
export function checkFollows<Status extends string>(
  transitions: Transitions<Status>,
  { kind, id, name }: Standing,
  from: Status,
  to: Status,
): void {
  if (transitions[from].includes(to)) return;
  throw new AnnexError('STATE_CONFLICT', `${name} is ${from} and cannot become ${to}`, {
    details: { kind, id, present: from, asked: to, allowed: transitions[from] },
  });
}
