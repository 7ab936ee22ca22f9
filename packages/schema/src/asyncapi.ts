import type { TSchema } from 'typebox';
import { Envelope } from './events/envelope.ts';
import { type EventType, events, eventTypes } from './events/index.ts';
import { type ConsumerName, consumerNames, routes, type ServiceName } from './routes.ts';

/** Grows with the events: minor for a new type or field, major where a version of a type is dropped. */
const contractVersion = '1.0.0';

type Reference = { readonly $ref: string };

/**
 * The events of Annex as an AsyncAPI 3.0 document: a channel for each consumer's queue, a message for each event type,
 * and who sends and receives what. Generated from the same schemas that validate events on both ends.
 */
export function asyncApiDocument(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Annex events',
      version: contractVersion,
      description: [
        'What the services of Annex tell each other, and what webhooks and the event feed deliver.',
        'Every event is a CloudEvents 1.0 envelope in JSON. Events carry the present state of entities, never',
        'differences; a row with `deleted: true` is a tombstone. Delivery is at least once and in any order: `id` finds',
        'repeats, and a row whose `version` is lower than one already seen is older and can be ignored. `sequence` is',
        'contiguous for a source and a tenant, so gaps can be seen.',
      ].join('\n'),
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(consumerNames.map((consumer) => [consumer, channel(consumer)])),
    operations: { ...receiving(), ...sending() },
    components: {
      messages: Object.fromEntries(eventTypes.map((type) => [type, message(type)])),
      schemas: {
        Envelope: plain(Envelope),
        ...Object.fromEntries(eventTypes.map((type) => [type, plain(events[type].data)])),
      },
    },
  };
}

/** The service that an event type comes from: the second word of its name. */
export function senderOf(type: EventType): ServiceName {
  return type.split('.')[1] as ServiceName;
}

function channel(consumer: ConsumerName): object {
  const { service, types } = routes[consumer];
  return {
    address: consumer,
    title: `Queue of ${consumer}`,
    description: `What ${consumer} receives; a queue of its own, read by the service ${service}.`,
    messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
  };
}

function message(type: EventType): object {
  return {
    name: type,
    title: type,
    summary: events[type].description,
    contentType: 'application/cloudevents+json',
    payload: {
      allOf: [
        { $ref: '#/components/schemas/Envelope' },
        {
          type: 'object',
          properties: {
            type: { const: type },
            source: { const: `/annex/${senderOf(type)}` },
            data: { $ref: `#/components/schemas/${type}` },
          },
        },
      ],
    },
  };
}

function receiving(): Record<string, object> {
  return Object.fromEntries(
    consumerNames.map((consumer) => [
      `${consumer}.receive`,
      {
        action: 'receive',
        channel: { $ref: `#/channels/${consumer}` },
        title: `${consumer} receives`,
        summary: `The service ${routes[consumer].service} takes events from the queue of ${consumer}.`,
        messages: messagesIn(consumer, routes[consumer].types),
      },
    ]),
  );
}

function sending(): Record<string, object> {
  const operations: Record<string, object> = {};
  for (const consumer of consumerNames) {
    for (const [service, types] of Map.groupBy<ServiceName, EventType>(routes[consumer].types, senderOf)) {
      operations[`${service}.send.${consumer}`] = {
        action: 'send',
        channel: { $ref: `#/channels/${consumer}` },
        title: `${service} sends to ${consumer}`,
        summary: `The relay of ${service} puts committed events into the queue of ${consumer}.`,
        messages: messagesIn(consumer, types),
      };
    }
  }
  return operations;
}

function messagesIn(consumer: ConsumerName, types: readonly EventType[]): Reference[] {
  return types.map((type) => ({ $ref: `#/channels/${consumer}/messages/${type}` }));
}

/** A schema as bare JSON Schema, a copy that shares nothing with the one that validates. */
function plain(schema: TSchema): object {
  return JSON.parse(JSON.stringify(schema)) as object;
}
