import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { AnnexError, badInput, isEventType } from '@annex/schema';

/** Waits before each further attempt, in seconds: ten attempts over a bit more than a day. */
const backoffSeconds = [5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600] as const;

/** How often a delivery is tried before it is given up. */
export const maxAttempts = backoffSeconds.length + 1;

/** What is known of an attempt: an HTTP status, or an error where there was no answer. */
export type AttemptResult = { readonly status: number } | { readonly error: string };

export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly afterSeconds: number; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly gone: boolean };

/**
 * What follows from an attempt (Standard Webhooks: 2xx is success, 410 disables the endpoint, all else is tried again).
 * @param attempt 1 for the first
 * @param jitter 0..1, spreads the attempts of many deliveries to an endpoint that came back
 */
export function outcomeOf(result: AttemptResult, attempt: number, jitter: number): Outcome {
  if ('status' in result && result.status >= 200 && result.status < 300) return { kind: 'delivered' };
  const error = 'status' in result ? `The endpoint answered ${result.status}` : result.error;
  if ('status' in result && result.status === 410) return { kind: 'failed', error, gone: true };
  const wait = backoffSeconds[attempt - 1];
  if (wait === undefined) return { kind: 'failed', error, gone: false };
  return { kind: 'retry', afterSeconds: wait * (1 + 0.2 * jitter), error };
}

/** A new signing secret: 32 random bytes, as Standard Webhooks writes it. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The headers of a delivery (Standard Webhooks 1.0). `at` is wall time: receivers compare it with theirs. */
export function signedHeaders(secret: string, deliveryId: string, at: Date, body: string): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${deliveryId}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': deliveryId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Encrypts secrets for the database: AES-256-GCM with a key of the installation; the row's identity is authenticated along. */
export interface SecretBox {
  seal(secret: string, about: string): Buffer;
  open(sealed: Buffer, about: string): string;
}

export function createSecretBox(installationSecret: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', installationSecret, '', 'annex webhook secrets', 32));
  return {
    seal(secret, about) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed, about) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(about));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
    },
  };
}

/** @throws AnnexError BAD_INPUT naming the entry that is no event type */
export function checkEventTypes(types: readonly string[]): string[] {
  types.forEach((type, index) => {
    if (!isEventType(type))
      throw badInput(`input.eventTypes[${index}]`, type, 'an event type of the AsyncAPI document');
  });
  return [...new Set(types)].sort();
}

/** @throws AnnexError BAD_INPUT when it is too long */
export function checkDescription(text: string): string {
  if (text.length > 500) throw badInput('input.description', `${text.length} characters`, 'at most 500 characters');
  return text;
}

export const tooManyEndpoints = (limit: number) =>
  new AnnexError('STATE_CONFLICT', `A tenant has at most ${limit} webhook endpoints`, { details: { limit } });
