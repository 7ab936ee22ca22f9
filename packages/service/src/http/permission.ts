import { AnnexError, type Permission } from '@annex/schema';
import type { FastifyRequest } from 'fastify';

/** @throws AnnexError FORBIDDEN naming the permission that the caller lacks */
export function requireScope(request: FastifyRequest, permission: Permission): void {
  if (request.caller.caller.permissions.has(permission)) return;
  throw new AnnexError(
    'FORBIDDEN',
    `${request.method} ${request.routeOptions.url} needs the permission ${permission}`,
    {
      details: { missing: [permission] },
    },
  );
}

/** Refuses before a body is read what could not be written afterwards. */
export function requireWriting(request: FastifyRequest, permission: Permission): void {
  requireScope(request, permission);
  const { asOf } = request.caller;
  if (!asOf) return;
  throw new AnnexError('AS_OF_NOT_WRITABLE', 'A change was asked for together with Annex-As-Of', {
    details: { asOf: asOf.toISOString() },
  });
}
