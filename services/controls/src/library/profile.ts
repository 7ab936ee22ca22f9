import { nameUuid, type OscalProfile, oscalVersion } from '@annex/oscal';

/** What a profile of implemented controls is about. */
export interface Selected {
  readonly isms: { readonly id: string; readonly name: string };
  readonly framework: { readonly id: string; readonly title: string };
  /** The ids that the controls have in OSCAL, in the catalogue's order; one or more. */
  readonly controlIds: readonly string[];
  readonly at: Date;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/**
 * A profile that selects controls of a framework. It names the framework by a reference of ours, which an import resolves without opening
 * anything; the same selection has the same UUID.
 */
export function selectingProfile({ isms, framework, controlIds, at }: Selected): OscalProfile {
  const what = `${isms.id} ${framework.id}`;
  const resource = nameUuid(`annex-framework:${framework.id}`);
  return {
    uuid: nameUuid(`annex-isms-profile:${what} ${controlIds.join(' ')}`),
    metadata: {
      title: oneLine(`${framework.title}: implemented in ${isms.name}`),
      'last-modified': at.toISOString(),
      version: at.toISOString(),
      'oscal-version': oscalVersion,
    },
    imports: [{ href: `#${resource}`, 'include-controls': [{ 'with-ids': [...controlIds] }] }],
    merge: { 'as-is': true },
    'back-matter': {
      resources: [
        {
          uuid: resource,
          title: oneLine(framework.title),
          rlinks: [{ href: `urn:annex:framework:${framework.id}`, 'media-type': 'application/oscal.catalog+json' }],
        },
      ],
    },
  };
}
