import { badInput, type FieldFault } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import { type CatalogueRow, controlNumbers, holdCatalogue, holdLatest, type LibraryTables } from './library.store.ts';
import type { NewItem } from './library.ts';

/**
 * The edition that a new one comes after: the one that is named, otherwise the one that was imported last. It is held until the
 * transaction ends.
 * @throws AnnexError BAD_INPUT
 */
export async function predecessorOf(
  tx: WriteTx<LibraryTables>,
  { key, predecessor }: { readonly key: string; readonly predecessor?: string | undefined },
): Promise<CatalogueRow | undefined> {
  if (predecessor === undefined) return holdLatest(tx, key);
  const found = await holdCatalogue(tx, { key, edition: predecessor });
  if (found) return found;
  throw badInput('query.predecessor', predecessor, `must be an edition of ${key} that is there`);
}

interface Checked {
  readonly faults: FieldFault[];
  readonly warnings: { readonly place: string; readonly message: string }[];
}

/**
 * Compares what items say they replace with the edition before. A control that is there again under its number, while neither it nor another
 * says that it goes on, is most likely an oversight: the list of what is replaced is taken at its word.
 */
export async function checkReplaced(
  tx: WriteTx<LibraryTables>,
  before: CatalogueRow | undefined,
  items: readonly NewItem[],
  placeOf: (number: string) => string,
): Promise<Checked> {
  const saying = items.filter((item) => item.replaces !== undefined);
  if (saying.length === 0) return { faults: [], warnings: [] };
  const replaced = new Set(saying.flatMap((item) => item.replaces ?? []));
  const asked = [...replaced, ...saying.map((item) => item.number)];
  const known = before ? await controlNumbers(tx, before.id, asked) : new Set<string>();
  const allowed = before
    ? `must be numbers of controls of ${before.key}:${before.edition}, the edition before`
    : 'must be left out: there is no edition before this one';
  const faults = saying.flatMap((item) => {
    const field = `${placeOf(item.number)}, replaces`;
    return (item.replaces ?? []).filter((one) => !known.has(one)).map((given) => ({ field, given, allowed }));
  });
  const warnings = saying
    .filter(({ number, replaces }) => (replaces ?? []).length > 0 && known.has(number) && !replaced.has(number))
    .map(({ number }) => ({
      place: `${placeOf(number)}, replaces`,
      message: `${number} was a control of the edition before, and nothing replaces it; name it here too if it goes on`,
    }));
  return { faults, warnings };
}
