import { Parser } from '@asyncapi/parser';
import { asyncApiDocument, senderOf } from '../src/asyncapi.ts';
import { consumerNames, events, eventTypes, routes, serviceNames } from '../src/index.ts';

describe('the AsyncAPI document', () => {
  it('is valid by the official parser and names every event type, consumer and sender', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument()));
    const errors = diagnostics.filter(({ severity }) => severity === 0);
    expect(errors.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([]);
    if (!document) throw new Error('the parser gave no document');

    expect(
      document
        .components()
        .messages()
        .all()
        .map((message) => message.name())
        .sort(),
    ).toEqual([...eventTypes].sort());
    expect(
      document
        .channels()
        .all()
        .map((channel) => channel.address())
        .sort(),
    ).toEqual([...consumerNames].sort());

    for (const channel of document.channels().all()) {
      const consumer = channel.address() as keyof typeof routes;
      expect(
        channel
          .messages()
          .all()
          .map((message) => message.name())
          .sort(),
      ).toEqual([...routes[consumer].types].sort());
    }
    const sent = document
      .operations()
      .filterBySend()
      .flatMap((operation) => operation.messages().all())
      .map((message) => message.name());
    expect(new Set(sent)).toEqual(new Set(eventTypes));
    expect(document.operations().filterByReceive()).toHaveLength(consumerNames.length);
  });

  it('describes every message, channel and operation', () => {
    const document = asyncApiDocument() as {
      channels: Record<string, { description: string }>;
      operations: Record<string, { summary: string }>;
      components: { messages: Record<string, { summary: string }> };
    };
    for (const type of eventTypes) expect(document.components.messages[type]?.summary).toBe(events[type].description);
    for (const { description } of Object.values(document.channels)) expect(description).not.toBe('');
    for (const { summary } of Object.values(document.operations)) expect(summary).not.toBe('');
  });

  it('is the same each time and survives JSON unchanged', () => {
    expect(JSON.stringify(asyncApiDocument())).toBe(JSON.stringify(asyncApiDocument()));
    expect(JSON.parse(JSON.stringify(asyncApiDocument()))).toEqual(asyncApiDocument());
  });

  it('knows the sender of each event type as a service', () => {
    for (const type of eventTypes) expect(serviceNames).toContain(senderOf(type));
  });
});
