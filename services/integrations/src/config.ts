import type { EnvironmentReader, PrivateAddresses } from '@annex/service';

export interface IntegrationsConfig {
  /** Webhook secrets are encrypted with a key that follows from it. */
  readonly secret: string;
  /** Which addresses beside the public ones may be called. */
  readonly privateAddresses: PrivateAddresses;
}

/** @param secret the installation's */
export function integrationsConfig(read: EnvironmentReader, secret: string): IntegrationsConfig {
  return { secret, privateAddresses: read.oneOf('ANNEX_OUTBOUND_PRIVATE', 'refuse', ['refuse', 'loopback', 'allow']) };
}
