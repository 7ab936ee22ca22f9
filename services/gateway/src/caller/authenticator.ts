import { createHash } from 'node:crypto';
import { AnnexError } from '@annex/schema';
import { type Caller, type Database, systemScope } from '@annex/service';
import { findKeyFacts, type KeyFacts, noteUse } from '../apikey/apikey.store.ts';
import { hashSecret, keyStatus, parseKey, secretMatches } from '../apikey/apikey.ts';
import type { IdentityDatabase } from '../database.ts';
import type { Logger } from '../logger.ts';
import { narrowed, permissionsOfRoles } from '../role/role.ts';

/** How long an answer is remembered, in milliseconds of wall time: how late a revocation may take effect. */
const rememberedFor = 3000;
const rememberedKeys = 10_000;
const useInterval = 60_000;

interface Remembered {
  readonly caller: Promise<Caller | undefined>;
  readonly until: number;
}

/** Tells who holds an API key. */
export interface Authenticator {
  /** @throws AnnexError UNAUTHENTICATED for a key that is wrong, expired or revoked, never saying which; UNAVAILABLE */
  authenticate(key: string | undefined): Promise<Caller>;
}

/** Who a key's facts say is calling; nobody where it is not, or no longer, let in. */
export function callerOf(
  key: { tenant: string; id: string; secret: string },
  facts: KeyFacts | undefined,
  now: Date,
): Caller | undefined {
  const matches = secretMatches(key.secret, facts?.secretHash ?? hashSecret(''));
  if (!facts || !matches || keyStatus(facts, now) !== 'ACTIVE') return undefined;
  const { personId } = facts;
  if (personId === null) {
    const permissions = narrowed(permissionsOfRoles(['ADMINISTRATOR']), facts.permissions ?? []);
    return { tenant: key.tenant, actor: `key:${key.id}`, permissions, keyId: key.id };
  }
  if (facts.personStatus !== 'ACTIVE') return undefined;
  const permissions = narrowed(permissionsOfRoles(facts.personRoles ?? []), facts.permissions);
  return { tenant: key.tenant, actor: `person:${personId}`, personId, permissions, keyId: key.id };
}

/** Looks keys up in the scope of the tenant that they carry, and remembers the answer for three seconds. */
export function createAuthenticator(database: Database<IdentityDatabase>, log: Logger): Authenticator {
  const known = new Map<string, Remembered>();

  const look = async (text: string): Promise<Caller | undefined> => {
    const key = parseKey(text);
    if (!key) return undefined;
    const scope = systemScope('identity', key.tenant);
    let found: { facts: KeyFacts | undefined; now: Date };
    try {
      found = await database.read(scope, async (tx) => ({ facts: await findKeyFacts(tx, key.id), now: tx.now }));
    } catch (error) {
      throw new AnnexError('UNAVAILABLE', 'Who is calling cannot be looked up', {
        details: { service: 'identity' },
        cause: error,
      });
    }
    const { facts, now } = found;
    const caller = callerOf(key, facts, new Date());
    if (caller && (!facts?.usedAt || Math.abs(now.getTime() - facts.usedAt.getTime()) > useInterval)) {
      noteUse(database, scope, key.id).catch((error) => log.warn({ err: error }, 'the use of a key was not noted'));
    }
    return caller;
  };

  return {
    async authenticate(text) {
      if (text === undefined) throw new AnnexError('UNAUTHENTICATED', 'An API key is needed');
      // Keys are not kept in memory: their digest is enough to recognise them.
      const digest = createHash('sha256').update(text).digest('base64');
      let entry = known.get(digest);
      if (!entry || entry.until <= Date.now()) {
        entry = { caller: look(text), until: Date.now() + rememberedFor };
        entry.caller.catch(() => known.delete(digest));
        known.delete(digest);
        known.set(digest, entry);
        if (known.size > rememberedKeys) {
          const oldest = known.keys().next();
          if (!oldest.done) known.delete(oldest.value);
        }
      }
      const caller = await entry.caller;
      if (!caller) throw new AnnexError('UNAUTHENTICATED', 'The API key is not valid');
      return caller;
    },
  };
}
