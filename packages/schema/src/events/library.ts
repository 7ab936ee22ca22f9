import { Type } from 'typebox';
import { Fraction, Moment, Nullable, Uuid, Version } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

/** What an organisation brings into the library, which the controls service keeps. */
export const libraryEvents = {
  'annex.controls.licensed-text.changed.v1': {
    description: 'The licensed text of a place was entered, changed or taken away; its words stay in the house',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        placeId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        language: Type.String({ description: 'BCP 47' }),
        sha256: Type.String({ description: 'SHA-256 of the words, hexadecimal' }),
        licensedUntil: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.mapping.changed.v1': {
    description: 'A mapping of the organisation’s own between two places of frameworks was made, changed or taken away',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        sourceId: Type.String({ description: 'Such as csf:2.0:PR.AA-01' }),
        targetId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        relationship: Type.Union([
          Type.Literal('EQUAL'),
          Type.Literal('SUBSET'),
          Type.Literal('SUPERSET'),
          Type.Literal('INTERSECT'),
        ]),
        strength: Nullable(Fraction),
        collectionId: Nullable(Uuid),
      }),
    ),
  },
  'annex.controls.mapping-collection.changed.v1': {
    description: 'A collection of mappings was imported or taken away',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        title: Type.String(),
        sha256: Type.String({ description: 'SHA-256 of the file, hexadecimal' }),
        mappings: Type.Integer({ minimum: 0 }),
        frameworks: Type.Array(Type.String(), { description: 'From and to, such as csf:2.0 iso27001:2022' }),
      }),
    ),
  },
  'annex.controls.component-definition.changed.v1': {
    description: 'A component definition was imported or taken away; what it says stays in the house',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        key: Type.String(),
        title: Type.String(),
        documentVersion: Type.String({ description: 'As its author gave it' }),
        sha256: Type.String({ description: 'SHA-256 of the file, hexadecimal' }),
        components: Type.Integer({ minimum: 0 }),
        claims: Type.Integer({ minimum: 0, description: 'How many controls its components say they implement' }),
      }),
    ),
  },
  'annex.controls.component.changed.v1': {
    description: 'A component came with a component definition, or went with it',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        definitionId: Uuid,
        oscalUuid: Type.String({ description: 'The UUID that its author gave it' }),
        type: Type.String({ description: 'Such as software or service' }),
        title: Type.String(),
        claims: Type.Integer({ minimum: 0 }),
      }),
    ),
  },
  'annex.controls.component-use.changed.v1': {
    description: 'An implementation was started from a component; its id is the implementation’s (27001, 6.1.3 b)',
    data: Rows(
      Type.Object({
        ...rowBase,
        componentId: Uuid,
        componentUuid: Type.String({ description: 'The UUID that its author gave it' }),
        componentTitle: Type.String(),
        definitionKey: Type.String(),
      }),
    ),
  },
  'annex.controls.upgrade.changed.v1': {
    description:
      'The implementations of an ISMS were carried over to another edition of a catalogue, or that was undone',
    data: Rows(
      Type.Object({
        ...rowBase,
        from: Type.String({ description: 'The edition that was left, such as iso27001:2013' }),
        to: Type.String({ description: 'The edition that was gone to' }),
        status: Type.Union([Type.Literal('APPLIED'), Type.Literal('UNDONE')]),
        implementations: Type.Integer({ minimum: 0, description: 'How many implementations it changed' }),
        tasks: Type.Integer({ minimum: 0, description: 'How many tasks it left to people' }),
        appliedBy: Type.String(),
        appliedAt: Moment,
        undoneBy: Nullable(Type.String()),
        undoneAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.upgrade-task.changed.v1': {
    description:
      'An upgrade left tasks to people, or one was settled, opened again or withdrawn; notes stay in the task',
    data: Rows(
      Type.Object({
        ...rowBase,
        upgradeId: Uuid,
        kind: Type.Union([
          Type.Literal('INTERSECTS_ONLY'),
          Type.Literal('SPLIT'),
          Type.Literal('REMOVED'),
          Type.Literal('CHANGED'),
          Type.Literal('MERGED'),
          Type.Literal('NEW_CONTROL'),
        ]),
        sentence: Type.String(),
        sourceIds: Type.Array(Type.String()),
        targetIds: Type.Array(Type.String()),
        implementationIds: Type.Array(Uuid, { description: 'At most 100 of them' }),
        implementationCount: Type.Integer({ minimum: 0, description: 'How many there are in all' }),
        status: Type.Union([
          Type.Literal('OPEN'),
          Type.Literal('DONE'),
          Type.Literal('DISMISSED'),
          Type.Literal('WITHDRAWN'),
        ]),
        settledBy: Nullable(Type.String()),
        settledAt: Nullable(Moment),
      }),
    ),
  },
} as const;
