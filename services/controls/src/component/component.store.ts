import type { OscalComponent } from '@annex/oscal';
import { notFound } from '@annex/schema';
import type { EntityColumns, IsmsEntityColumns, Tx, WriteTx } from '@annex/service';
import type { DefinitionHead, NewClaim } from './component.ts';

/** What a source of claims was taken for. */
export interface KnownSource {
  readonly href: string;
  readonly title: string;
  readonly framework: string | null;
}

/** A definition as it is listed; its head is read for an export alone. */
export interface ComponentDefinitionRow extends EntityColumns {
  key: string;
  title: string;
  documentVersion: string;
  oscalVersion: string;
  oscalUuid: string;
  sha256: string;
  components: number;
  capabilities: number;
  claims: number;
  sources: KnownSource[];
}

/** A component as it is listed; its content is read for an export alone. */
export interface ComponentRow extends EntityColumns {
  definitionId: string;
  position: number;
  oscalUuid: string;
  type: string;
  title: string;
  description: string;
  purpose: string | null;
  claims: number;
}

export interface ComponentClaimRow extends EntityColumns, NewClaim {
  definitionId: string;
  componentId: string;
  position: number;
}

/** Where an implementation came from; its id is the implementation's. */
export interface ComponentUseRow extends IsmsEntityColumns {
  componentId: string;
  componentUuid: string;
  componentTitle: string;
  componentType: string;
  definitionKey: string;
  definitionTitle: string;
}

export interface ComponentTables {
  componentDefinition: ComponentDefinitionRow & { head: DefinitionHead };
  component: ComponentRow & { content: OscalComponent };
  componentClaim: ComponentClaimRow;
  componentUse: ComponentUseRow;
}

const entity = ['tenantId', 'id', 'version', 'createdAt', 'createdBy', 'updatedAt', 'updatedBy'] as const;

/** The definitions of the tenant, unordered; for a connection. */
export const definitions = (tx: Tx<ComponentTables>) =>
  tx.db
    .selectFrom('componentDefinition')
    .select([...entity, 'key', 'title', 'documentVersion', 'oscalVersion', 'oscalUuid', 'sha256'])
    .select(['components', 'capabilities', 'claims', 'sources'])
    .where('tenantId', '=', tx.tenant);

export function findDefinitions(tx: Tx<ComponentTables>, ids: readonly string[]): Promise<ComponentDefinitionRow[]> {
  return definitions(tx).where('id', 'in', ids).execute();
}

/** A run of the tenant's definitions by their ids, from behind one on. */
export function definitionsAfter(tx: Tx<ComponentTables>, id: string, most: number): Promise<ComponentDefinitionRow[]> {
  return definitions(tx).where('id', '>', id).orderBy('id').limit(most).execute();
}

export function definitionOfKey(tx: Tx<ComponentTables>, key: string): Promise<ComponentDefinitionRow | undefined> {
  return definitions(tx).where('key', '=', key).executeTakeFirst();
}

/** @throws AnnexError NOT_FOUND */
export async function lockDefinition(tx: WriteTx<ComponentTables>, id: string): Promise<ComponentDefinitionRow> {
  const row = await definitions(tx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw notFound('ComponentDefinition', id);
  return row;
}

export interface ComponentFilter {
  readonly definitionId?: string | null | undefined;
  readonly type?: string | null | undefined;
  /** A place of a framework, and the keys that claims may name it by there. */
  readonly claimed?: { readonly framework: string; readonly keys: readonly string[] } | undefined;
}

/** The components for which all holds that is asked for, unordered; for a connection. */
export function filteredComponents(tx: Tx<ComponentTables>, { definitionId, type, claimed }: ComponentFilter) {
  let query = tx.db
    .selectFrom('component')
    .select(['component.tenantId', 'component.id', 'component.version', 'component.createdAt', 'component.createdBy'])
    .select(['component.updatedAt', 'component.updatedBy', 'component.definitionId', 'component.position'])
    .select(['component.oscalUuid', 'component.type', 'component.title', 'component.description'])
    .select(['component.purpose', 'component.claims'])
    .where('component.tenantId', '=', tx.tenant);
  if (definitionId) query = query.where('component.definitionId', '=', definitionId);
  if (type) query = query.where('component.type', '=', type);
  if (claimed) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('componentClaim')
          .select('componentClaim.id')
          .where('componentClaim.tenantId', '=', tx.tenant)
          .where('componentClaim.framework', '=', claimed.framework)
          .where('componentClaim.controlKey', 'in', claimed.keys)
          .whereRef('componentClaim.componentId', '=', 'component.id'),
      ),
    );
  }
  return query;
}

export function findComponents(tx: Tx<ComponentTables>, ids: readonly string[]): Promise<ComponentRow[]> {
  return filteredComponents(tx, {}).where('component.id', 'in', ids).execute();
}

/** A run of the tenant's components by their ids, from behind one on. */
export function componentsAfter(tx: Tx<ComponentTables>, id: string, most: number): Promise<ComponentRow[]> {
  return filteredComponents(tx, {}).where('component.id', '>', id).orderBy('component.id').limit(most).execute();
}

/** A component, held as it is until the transaction ends, so that it is not taken away while it is used. @throws AnnexError NOT_FOUND */
export async function holdComponent(tx: WriteTx<ComponentTables>, id: string): Promise<ComponentRow> {
  const row = await filteredComponents(tx, {}).where('component.id', '=', id).forShare().executeTakeFirst();
  if (!row) throw notFound('Component', id);
  return row;
}

/** The claims of the tenant's components, unordered; for a connection. */
export const claims = (tx: Tx<ComponentTables>) =>
  tx.db.selectFrom('componentClaim').selectAll().where('tenantId', '=', tx.tenant);

export function claimsOfComponent(tx: Tx<ComponentTables>, componentId: string): Promise<ComponentClaimRow[]> {
  return claims(tx).where('componentId', '=', componentId).orderBy('position').execute();
}

/** What the implementations came from; those of no component are left out. */
export function usesOf(tx: Tx<ComponentTables>, implementationIds: readonly string[]): Promise<ComponentUseRow[]> {
  return tx.db
    .selectFrom('componentUse')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', implementationIds)
    .execute();
}

/** A run of what implementations came from, from behind one on. */
export function usesAfter(tx: Tx<ComponentTables>, id: string, most: number): Promise<ComponentUseRow[]> {
  return tx.db
    .selectFrom('componentUse')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', '>', id)
    .orderBy('id')
    .limit(most)
    .execute();
}

/** The oldest `limit` implementations that came from each component, all in one statement. */
export async function implementationsFrom(
  tx: Tx<ComponentTables>,
  componentIds: readonly string[],
  limit: number,
): Promise<string[][]> {
  const { rows } = await tx.query<{ component_id: string; id: string }>(
    `select asked.component_id, found.id from unnest($2::uuid[]) as asked(component_id)
      cross join lateral (select id from component_use u where u.tenant_id = $1 and u.component_id = asked.component_id
        order by id limit $3) as found`,
    [tx.tenant, componentIds, limit],
  );
  const found = Map.groupBy(rows, (row) => row.component_id);
  return componentIds.map((id) => (found.get(id) ?? []).map((row) => row.id));
}

export async function insertUse(tx: WriteTx<ComponentTables>, row: ComponentUseRow): Promise<void> {
  await tx.db.insertInto('componentUse').values(row).execute();
}

export async function deleteDefinitionRows(tx: WriteTx<ComponentTables>, id: string): Promise<void> {
  await tx.query('delete from component_claim where tenant_id = $1 and definition_id = $2', [tx.tenant, id]);
  await tx.query('delete from component where tenant_id = $1 and definition_id = $2', [tx.tenant, id]);
  await tx.query('delete from component_definition where tenant_id = $1 and id = $2', [tx.tenant, id]);
}
