import { uuidv7 } from 'uuidv7';

/** In whose name and as part of what something is done. Every call that touches data requires one. */
export interface Scope {
  readonly tenant: string;
  /** `person:<id>`, `key:<id>` or `system:<service>` */
  readonly actor: string;
  readonly onBehalfOf?: string;
  readonly reason?: string;
  readonly correlationId: string;
  /** The event that led to this, where one did. */
  readonly causationId?: string;
  /** How many services an event chain has passed; a chain that grows too long is a loop and ends loudly. */
  readonly hops: number;
  readonly traceparent?: string;
  /** Reads answer as of this moment; writing is refused. */
  readonly asOf?: Date;
}

/** The tenant that owns the shared catalogues: readable by all, writable by none. */
export const systemTenant = '00000000-0000-7000-8000-000000000000';

/** A scope in which a service acts by itself: timers, seeds, sweeps. */
export function systemScope(service: string, tenant: string): Scope {
  return { tenant, actor: `system:${service}`, correlationId: uuidv7(), hops: 0 };
}
