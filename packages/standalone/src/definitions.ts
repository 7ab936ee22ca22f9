import { audit } from '@annex/audit';
import { controls } from '@annex/controls';
import { type EvidenceConfig, evidence } from '@annex/evidence';
import { identity } from '@annex/gateway';
import { integrations } from '@annex/integrations';
import { risk } from '@annex/risk';
import type { PrivateAddresses, ServiceDefinition } from '@annex/service';

export interface DefinitionSettings {
  readonly secret: string;
  readonly evidence: EvidenceConfig;
  readonly privateAddresses: PrivateAddresses;
}

/** Every service of Annex as a value, in the order in which they are started. */
export function allDefinitions(settings: DefinitionSettings) {
  return [
    identity,
    controls,
    risk,
    evidence(settings.evidence),
    audit({ trailGapSeconds: 10 }),
    integrations({ secret: settings.secret, privateAddresses: settings.privateAddresses }),
    // biome-ignore lint/suspicious/noExplicitAny: services of different tables in one list
  ] as readonly ServiceDefinition<any>[];
}
