import type { FastifyRequest } from 'fastify';

/** The cookie in which a browser keeps the key that was pasted on the start page. No script reads it, no other site sends it. */
const cookieName = 'annex_key';

const lifetimeSeconds = 12 * 3600;

/** `Set-Cookie` for a key; an empty key takes it away. */
export function sessionCookie(key: string, secure: boolean): string {
  const age = key === '' ? 0 : lifetimeSeconds;
  return `${cookieName}=${key}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? '; Secure' : ''}`;
}

/** The key in the request's cookie. Two of them are none: one may have been planted. */
export function sessionKey(request: FastifyRequest): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1));
  return found.length === 1 && found[0] !== '' ? found[0] : undefined;
}

/**
 * Whether a request comes from our own page, by what browsers say of it. Other ports of a machine are the same site to a cookie, so SameSite
 * alone is not enough.
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.host;
}
