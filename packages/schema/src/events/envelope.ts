import { type Static, type TSchema, Type } from 'typebox';
import { Moment, Uuid } from '../scalars.ts';

/**
 * CloudEvents 1.0 with Annex's extension attributes. Who did it (`actor`), for whom (`onbehalfof`), why
 * (`reason`), as part of what (`correlationid`), because of which event (`causationid`), after how many
 * services (`hops`).
 */
export const Envelope = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Uuid,
  source: Type.String({ pattern: '^/annex/[a-z]+$', description: 'The service that says it: /annex/risk' }),
  type: Type.String({ pattern: '^annex\\.[a-z]+\\.[a-z-]+\\.[a-z]+\\.v[0-9]+$' }),
  subject: Type.Optional(Type.String({ description: 'The id of the entity where the event is about one' })),
  time: Moment,
  datacontenttype: Type.Literal('application/json'),
  dataschema: Type.String({
    description: 'urn:annex:event: and the type: the schema of data is that of the message in the AsyncAPI document',
  }),
  tenantid: Uuid,
  sequence: Type.Integer({ minimum: 1, description: 'Contiguous for a source and a tenant' }),
  entityversion: Type.Optional(Type.Integer({ minimum: 1 })),
  actor: Type.String({ description: 'person:<id>, key:<id> or system:<service>' }),
  onbehalfof: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  correlationid: Uuid,
  causationid: Type.Optional(Uuid),
  hops: Type.Integer({ minimum: 0, maximum: 32 }),
  traceparent: Type.Optional(Type.String()),
  data: Type.Unknown(),
});

export type EnvelopeOf<D> = Omit<Static<typeof Envelope>, 'data'> & { readonly data: D };

/**
 * The data of nearly every event: the present state of one or more entities, at most 1,000 rows or 256 KB.
 * A row with `deleted: true` is a tombstone.
 */
export const Rows = <T extends TSchema>(row: T) =>
  Type.Object({ rows: Type.Array(row, { minItems: 1, maxItems: 1000 }) });

/** What every row carries: identity, the ISMS, the version a projection compares, the tombstone. */
export const rowBase = {
  id: Uuid,
  ismsId: Uuid,
  version: Type.Integer({ minimum: 1 }),
  deleted: Type.Optional(Type.Literal(true)),
};
