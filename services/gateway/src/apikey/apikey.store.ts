import type { Database, EntityColumns, Scope, Tx } from '@annex/service';

export interface ApiKeyRow extends EntityColumns {
  title: string;
  secretHash: Buffer;
  /** null: a machine that acts for itself */
  personId: string | null;
  /** null: all that the person may do, now and later */
  permissions: string[] | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface ApiKeyTables {
  apiKey: ApiKeyRow;
  apiKeyUse: { tenantId: string; id: string; usedAt: Date };
}

/** What letting a caller in needs to know, in one statement. */
export interface KeyFacts {
  readonly secretHash: Buffer;
  readonly personId: string | null;
  readonly permissions: string[] | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly personStatus: 'ACTIVE' | 'INACTIVE' | null;
  readonly personRoles: string[] | null;
  readonly usedAt: Date | null;
}

export function findKeyFacts<T extends ApiKeyTables>(tx: Tx<T>, id: string): Promise<KeyFacts | undefined> {
  return tx
    .query<{
      secret_hash: Buffer;
      person_id: string | null;
      permissions: string[] | null;
      expires_at: Date | null;
      revoked_at: Date | null;
      person_status: KeyFacts['personStatus'];
      person_roles: string[] | null;
      used_at: Date | null;
    }>(
      `select k.secret_hash, k.person_id, k.permissions, k.expires_at, k.revoked_at,
              p.status as person_status, p.roles as person_roles, u.used_at
       from api_key k
       left join person p on p.tenant_id = k.tenant_id and p.id = k.person_id
       left join api_key_use u on u.tenant_id = k.tenant_id and u.id = k.id
       where k.tenant_id = $1 and k.id = $2`,
      [tx.tenant, id],
    )
    .then(({ rows: [row] }) =>
      row === undefined
        ? undefined
        : {
            secretHash: row.secret_hash,
            personId: row.person_id,
            permissions: row.permissions,
            expiresAt: row.expires_at,
            revokedAt: row.revoked_at,
            personStatus: row.person_status,
            personRoles: row.person_roles,
            usedAt: row.used_at,
          },
    );
}

/** Keys by id, in the order asked for. */
export async function findKeys<T extends ApiKeyTables>(
  tx: Tx<T>,
  ids: readonly string[],
): Promise<(ApiKeyRow | undefined)[]> {
  const rows = await (tx as unknown as Tx<ApiKeyTables>).db
    .selectFrom('apiKey')
    .selectAll()
    .where('tenantId', '=', tx.tenant)
    .where('id', 'in', [...ids])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** When keys were last used, in the order asked for. */
export async function findUses<T extends ApiKeyTables>(tx: Tx<T>, ids: readonly string[]): Promise<(Date | null)[]> {
  const { rows } = await tx.query<{ id: string; used_at: Date }>(
    'select id, used_at from api_key_use where tenant_id = $1 and id = any($2::uuid[])',
    [tx.tenant, ids],
  );
  const byId = new Map(rows.map((row) => [row.id, row.used_at]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Notes that a key was used, at most once a minute: several gateways may try at the same time. */
export async function noteUse<T extends ApiKeyTables>(database: Database<T>, scope: Scope, id: string): Promise<void> {
  await database.write(scope, (tx) =>
    tx.query(
      `insert into api_key_use as u (tenant_id, id, used_at) values ($1, $2, $3)
       on conflict (tenant_id, id) do update set used_at = excluded.used_at where u.used_at < excluded.used_at - interval '1 minute'`,
      [tx.tenant, id, tx.now],
    ),
  );
}
