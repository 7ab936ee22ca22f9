import { defaultLimits, type EnvironmentReader, type GraphqlLimits } from '@annex/service';

export interface GatewayConfig {
  /** Whether `GET /graphql` shows the explorer. */
  readonly explorer: boolean;
  readonly introspection: boolean;
  /** Whether cookies are for HTTPS alone. */
  readonly secureCookie: boolean;
  readonly limits: GraphqlLimits;
  /** What one operation may cost, in objects that may have to be read. */
  readonly cost: number;
}

/** The gateway's own variables. The explorer and introspection are off in production unless asked for. */
export function gatewayConfig(read: EnvironmentReader, production: boolean): GatewayConfig {
  const fallback = production ? 'off' : 'on';
  const explorer = read.oneOf('ANNEX_EXPLORER', fallback, ['on', 'off'] as const) === 'on';
  return {
    explorer,
    introspection: read.oneOf('ANNEX_INTROSPECTION', explorer ? 'on' : fallback, ['on', 'off'] as const) === 'on',
    secureCookie: read.oneOf('ANNEX_SECURE_COOKIE', production ? 'on' : 'off', ['on', 'off'] as const) === 'on',
    limits: defaultLimits,
    cost: read.integer('ANNEX_GRAPHQL_COST', 20_000, { min: 100, max: 10_000_000 }),
  };
}
