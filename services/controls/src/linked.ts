import { AnnexError, badInput } from '@annex/schema';
import type { WriteTx } from '@annex/service';
import { controlOf } from './catalogue/catalogue.ts';
import type { ControlsDatabase } from './database.ts';
import { findImplementations } from './implementation/implementation.store.ts';
import { holdCataloguesOf } from './library/library.store.ts';
import { findParties } from './party/party.store.ts';

/** So many things of one kind one names at most. */
const mostLinks = 200;

/**
 * The ids that something names of one kind, each once, in the order given.
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

interface Given {
  readonly partyId?: string | null;
  readonly controlIds?: readonly string[] | null;
  readonly implementationIds?: readonly string[] | null;
}

interface Named {
  readonly ismsId: string;
  readonly partyId: string | null;
  readonly controlIds: string[];
  readonly implementationIds: string[];
}

/**
 * The interested party, the controls and the implementations that a thing names after a change: what is given is looked up, what is left out
 * is known. Catalogues of the organisation's own are held, so that they are not taken away meanwhile.
 * @param example a control that the thing might name: `A.5.34`
 * @throws AnnexError BAD_INPUT
 */
export async function namedOf(
  tx: WriteTx<ControlsDatabase>,
  input: Given,
  before: Named,
  example: string,
): Promise<Pick<Named, 'partyId' | 'controlIds' | 'implementationIds'>> {
  const { partyId, controlIds, implementationIds } = input;
  if (partyId) {
    const [party] = await findParties(tx, [partyId]);
    if (party?.ismsId !== before.ismsId)
      throw badInput('input.partyId', partyId, 'must be an interested party of the same ISMS');
  }
  const held = await holdCataloguesOf(
    tx,
    (controlIds ?? []).filter((id) => !controlOf(id)),
  );
  const own = new Set(held.flatMap((item) => (item.kind === 'CONTROL' ? item.id : [])));
  const made = implementationIds?.length ? await findImplementations(tx, implementationIds) : [];
  const ours = new Set(made.flatMap((row) => (row.ismsId === before.ismsId ? row.id : [])));
  return {
    partyId: partyId === undefined ? before.partyId : partyId,
    controlIds: controlIds
      ? linked(
          'input.controlIds',
          controlIds,
          (id) => controlOf(id)?.id ?? (own.has(id) ? id : undefined),
          `must be a control of a catalogue, such as iso27001:2022:${example} or ${example}`,
        )
      : before.controlIds,
    implementationIds: implementationIds
      ? linked(
          'input.implementationIds',
          implementationIds,
          (id) => (ours.has(id) ? id : undefined),
          'must be an implementation of the same ISMS',
        )
      : before.implementationIds,
  };
}
