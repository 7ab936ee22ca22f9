import { AnnexError, badInput } from '@annex/schema';

export type ObligationKind = 'LEGAL' | 'REGULATORY' | 'CONTRACTUAL';

/** A repealed obligation is kept as a record and needs nothing any more. */
export type ObligationStatus = 'IN_FORCE' | 'REPEALED';

/** So many controls, implementations and risks an obligation names at most, of each. */
const mostLinks = 200;

/**
 * The ids that an obligation names of one kind, each once, in the order given.
 * @param resolve the full id of what is named, undefined where there is none
 * @throws AnnexError BAD_INPUT naming each that is unknown by its place
 */
export function linked(
  field: string,
  given: readonly string[],
  resolve: (id: string) => string | undefined,
  allowed: string,
): string[] {
  if (given.length > mostLinks) throw badInput(field, given.length, `must name at most ${mostLinks}`);
  const ids = given.map(resolve);
  const faults = given.flatMap((id, index) =>
    ids[index] === undefined ? [{ field: `${field}.${index}`, given: id, allowed }] : [],
  );
  const [first] = faults;
  if (first) throw new AnnexError('BAD_INPUT', `${first.field}: ${first.allowed}`, { faults });
  return [...new Set(ids.filter((id) => id !== undefined))];
}
