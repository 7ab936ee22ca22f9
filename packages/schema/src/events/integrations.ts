import { Type } from 'typebox';
import { Uuid, Version } from '../scalars.ts';
import { Rows } from './envelope.ts';

export const integrationsEvents = {
  'annex.integrations.webhook.changed.v1': {
    description: 'A webhook endpoint was added, changed, disabled or deleted; secrets are not told',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        url: Type.String(),
        status: Type.Union([Type.Literal('ACTIVE'), Type.Literal('DISABLED')]),
        eventTypes: Type.Array(Type.String()),
      }),
    ),
  },
} as const;
