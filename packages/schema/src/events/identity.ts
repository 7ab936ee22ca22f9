import { Type } from 'typebox';
import { Uuid, Version } from '../scalars.ts';
import { Rows } from './envelope.ts';

/** Names and addresses of people never leave the gateway: events hold person ids only. */
export const identityEvents = {
  'annex.identity.tenant.changed.v1': {
    description: 'A tenant was created or changed',
    data: Rows(Type.Object({ id: Uuid, version: Version, slug: Type.String(), name: Type.String() })),
  },
  'annex.identity.person.changed.v1': {
    description: 'A person was added, changed or deactivated; names are not told',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        status: Type.Union([Type.Literal('ACTIVE'), Type.Literal('INACTIVE')]),
        roles: Type.Array(Type.String()),
      }),
    ),
  },
} as const;
