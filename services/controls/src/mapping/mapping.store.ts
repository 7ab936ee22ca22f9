import type { Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';
import type { ImplementationStatus } from '../strength/strength.ts';

const atLeast: Readonly<Record<ImplementationStatus, readonly ImplementationStatus[]>> = {
  NOT_STARTED: ['NOT_STARTED', 'PLANNED', 'PARTIAL', 'IMPLEMENTED'],
  PLANNED: ['PLANNED', 'PARTIAL', 'IMPLEMENTED'],
  PARTIAL: ['PARTIAL', 'IMPLEMENTED'],
  IMPLEMENTED: ['IMPLEMENTED'],
};

/** The implementations of each catalogue control in an ISMS that have come so far, the oldest first. */
export async function implementedControls(
  tx: Tx<ControlsDatabase>,
  ismsId: string,
  from: ImplementationStatus,
): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ control_id: string; implementations: string[] }>(
    `select c.control_id, array_agg(i.id order by i.id) as implementations
       from implementation_control c
       join implementation i on i.tenant_id = c.tenant_id and i.id = c.implementation_id
      where c.tenant_id = $1 and c.isms_id = $2 and i.status = any($3::text[])
      group by c.control_id`,
    [tx.tenant, ismsId, atLeast[from]],
  );
  return new Map(rows.map((row) => [row.control_id, row.implementations]));
}
