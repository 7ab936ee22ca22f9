import type { Permission } from '@annex/schema';
import type { Scope } from '../scope.ts';

/** Who is calling a service, as the gateway vouched for it by an internal token. */
export interface Caller {
  readonly tenant: string;
  readonly actor: string;
  readonly onBehalfOf?: string;
  /** The person who acts, absent when a machine acts for itself. */
  readonly personId?: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The API key's id, so that idempotency keys are scoped to the caller. */
  readonly keyId?: string;
}

export interface RequestInfo {
  readonly caller: Caller;
  readonly correlationId: string;
  readonly traceparent?: string;
  readonly asOf?: Date;
  readonly idempotencyKey?: string;
  readonly reason?: string;
}

export function scopeOf(request: RequestInfo): Scope {
  const { caller, correlationId, traceparent, asOf, reason } = request;
  return {
    tenant: caller.tenant,
    actor: caller.actor,
    correlationId,
    hops: 0,
    ...(caller.onBehalfOf === undefined ? {} : { onBehalfOf: caller.onBehalfOf }),
    ...(reason === undefined ? {} : { reason }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(asOf === undefined ? {} : { asOf }),
  };
}
