import { controls } from '@annex/catalogues';
import type { Tx } from '@annex/service';
import { controlOf, inCatalogueOrder } from '../catalogue/catalogue.ts';
import type { ControlsDatabase } from '../database.ts';
import { ownControls } from '../library/library.store.ts';
import { riskNeeds } from '../need/need.store.ts';
import { obligationNeeds } from '../obligation/obligation.store.ts';
import { entriesOf, type SoaEntryRow } from './soa.store.ts';
import { type RowImplementation, type SoaRow, type Source, statusOf } from './soa.ts';

/** Annex A of the current edition, which every statement is compared with (27001, 6.1.3 c). */
const annexA = controls('2022').map((control) => control.id);

interface ImplementedRow extends Omit<RowImplementation, 'ownerId'> {
  control_id: string;
  owner_id: string | null;
}

/** What implements which control of an ISMS, with its strength now. */
async function implemented(tx: Tx<ControlsDatabase>, ismsId: string): Promise<Map<string, RowImplementation[]>> {
  const { rows } = await tx.query<ImplementedRow>(
    `select c.control_id, i.id, i.reference, i.title, i.status, i.share, i.owner_id, s.verified, s.claimed, s.verification
       from implementation_control c
       join implementation i on i.tenant_id = c.tenant_id and i.id = c.implementation_id
       join strength s on s.tenant_id = i.tenant_id and s.id = i.id
      where c.tenant_id = $1 and c.isms_id = $2
      order by c.control_id, i.reference`,
    [tx.tenant, ismsId],
  );
  const found = new Map<string, RowImplementation[]>();
  for (const { control_id, owner_id, ...rest } of rows) {
    const list = found.get(control_id) ?? [];
    list.push({ ...rest, ownerId: owner_id });
    found.set(control_id, list);
  }
  return found;
}

function grouped(needs: readonly (Source & { readonly controlId: string })[]): Map<string, Source[]> {
  const found = new Map<string, Source[]>();
  for (const { controlId, id, reference, title } of needs) {
    const list = found.get(controlId) ?? [];
    list.push({ id, reference, title });
    found.set(controlId, list);
  }
  return found;
}

/**
 * The statement of an ISMS as it stands now: every control of Annex A, and every other control that somebody decided on, implements, or
 * needs; in the standard's order, then those of other catalogues.
 * @param decided the ISMS's entries, where they are read already
 */
export async function liveRows(
  tx: Tx<ControlsDatabase>,
  ismsId: string,
  decided?: readonly SoaEntryRow[],
): Promise<SoaRow[]> {
  const entries = new Map((decided ?? (await entriesOf(tx, ismsId))).map((row) => [row.controlId, row]));
  const implementations = await implemented(tx, ismsId);
  const risks = grouped(await riskNeeds(tx, ismsId));
  const obligations = grouped(await obligationNeeds(tx, ismsId));
  const ids = new Set([
    ...annexA,
    ...entries.keys(),
    ...implementations.keys(),
    ...risks.keys(),
    ...obligations.keys(),
  ]);
  const elsewhere = [...ids].filter((id) => !controlOf(id));
  const own = new Map((await ownControls(tx, elsewhere)).map((row) => [row.id, row]));
  return inCatalogueOrder([...ids]).map((controlId): SoaRow => {
    const control = controlOf(controlId) ?? own.get(controlId);
    const entry = entries.get(controlId);
    const list = implementations.get(controlId) ?? [];
    return {
      controlId,
      number: control?.number ?? controlId,
      title: control?.title ?? '',
      decision: entry?.decision ?? 'UNDECIDED',
      justification: entry?.justification ?? '',
      reasons: entry?.reasons ?? [],
      risks: risks.get(controlId) ?? [],
      obligations: obligations.get(controlId) ?? [],
      status: statusOf(list),
      implementations: list,
      decidedBy: entry?.decidedBy ?? null,
      decidedAt: entry?.decidedAt.toISOString() ?? null,
    };
  });
}
