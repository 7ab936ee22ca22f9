import { notFound } from '@annex/schema';
import type { CallContext } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import { type ComponentRow, findComponents } from './component.store.ts';

/** The component, or null where there is none; all that one level of a query asks for in one statement. */
export function findComponent(context: CallContext<ControlsDatabase>, id: string): Promise<ComponentRow | null> {
  return context
    .loader<string, ComponentRow | null>('components', async (tx, ids) => {
      const found = new Map((await findComponents(tx, ids)).map((row) => [row.id, row]));
      return ids.map((one) => found.get(one) ?? null);
    })
    .load(id);
}

/** @throws AnnexError NOT_FOUND */
export async function loadComponent(context: CallContext<ControlsDatabase>, id: string): Promise<ComponentRow> {
  const row = await findComponent(context, id);
  if (!row) throw notFound('Component', id);
  return row;
}
