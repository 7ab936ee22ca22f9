import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid } from '@annex/schema';

/**
 * A key is `annex_` + 52 letters and digits that name the tenant and the key + `_` + 52 of secret. It carries its tenant, so that it is
 * looked up within that tenant's scope.
 */
export interface ParsedKey {
  readonly tenant: string;
  readonly id: string;
  readonly secret: string;
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const shape = /^annex_([a-z2-7]{52})_([a-z2-7]{52})$/;

/** Base 32 of RFC 4648 in lower case without padding: no character of it breaks a word, a URL or a shell. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += letters[(held >> (bits - 5)) & 31];
    held &= 255;
  }
  return bits > 0 ? text + letters[(held << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text) {
    held = ((held << 5) | letters.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
    }
  }
  return Buffer.from(bytes);
}

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The text of a key. */
export function formatKey({ tenant, id, secret }: ParsedKey): string {
  return `annex_${base32(Buffer.concat([bytesOf(tenant), bytesOf(id)]))}_${secret}`;
}

/** The parts of a key's text; undefined where it has not the shape of one. */
export function parseKey(text: string): ParsedKey | undefined {
  const match = shape.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const ids = fromBase32(match[1]);
  const [tenant, id] = [uuidOf(ids.subarray(0, 16)), uuidOf(ids.subarray(16, 32))];
  // Two spellings of the unused last bit would be two keys for a cache and one for the database.
  if (!isUuid(tenant) || !isUuid(id) || formatKey({ tenant, id, secret: match[2] }) !== text) return undefined;
  return { tenant, id, secret: match[2] };
}

/** A secret of 32 random bytes. */
export function newSecret(): string {
  return base32(randomBytes(32));
}

/** What of a secret is stored. It has 256 bits of chance, so a plain SHA-256 cannot be searched backwards. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in a time that does not tell how much was right. */
export function secretMatches(secret: string, stored: Buffer): boolean {
  const given = hashSecret(secret);
  return stored.length === given.length && timingSafeEqual(given, stored);
}

/** Whether a key is let in at a moment of wall time. */
export function keyStatus(
  key: { readonly revokedAt: Date | null; readonly expiresAt: Date | null },
  now: Date,
): 'ACTIVE' | 'EXPIRED' | 'REVOKED' {
  if (key.revokedAt !== null) return 'REVOKED';
  return key.expiresAt !== null && key.expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}
