import { readFileSync } from 'node:fs';
import { badInput, notFound } from '@annex/schema';
import type { CallContext, GraphqlModule } from '@annex/service';
import type { Dispatcher } from './dispatcher.ts';
import {
  changeEndpoint,
  createEndpoint,
  redeliver,
  removeEndpoint,
  rotateSecret,
  type WebhookTools,
} from './webhook.operations.ts';
import {
  type Delivery,
  type Endpoint,
  findDeliveries,
  findEndpoints,
  latestDeliveries,
  listEndpoints,
  type WebhookTables,
} from './webhook.store.ts';
import { newSecret } from './webhook.ts';

type Context = CallContext<WebhookTables>;

const endpointById = (context: Context, id: string): Promise<Endpoint | null> =>
  context
    .loader<string, Endpoint | null>('webhookEndpoint', async (tx, ids) => {
      const found = new Map((await findEndpoints(tx, ids)).map((endpoint) => [endpoint.id, endpoint]));
      return ids.map((key) => found.get(key) ?? null);
    })
    .load(id);

async function existing(context: Context, id: string): Promise<Endpoint> {
  const endpoint = await endpointById(context, id);
  if (!endpoint) throw notFound('WebhookEndpoint', id);
  return endpoint;
}

export function webhookModule(tools: WebhookTools, dispatcher: Dispatcher): GraphqlModule<WebhookTables> {
  return {
    typeDefs: readFileSync(new URL('./webhook.graphql', import.meta.url), 'utf8'),
    resolvers: {
      Query: {
        webhookEndpoint: (_: unknown, args: { id: string }, context: Context) => endpointById(context, args.id),
        webhookEndpoints: (_: unknown, __: unknown, context: Context) => context.read(listEndpoints),
      },
      Mutation: {
        createWebhookEndpoint: async (
          _: unknown,
          { input }: { input: Parameters<typeof createEndpoint>[2] },
          context: Context,
        ) => {
          const secret = newSecret();
          let made = false;
          const { id } = await context.write('createWebhookEndpoint', input, (tx) => {
            made = true;
            return createEndpoint(tx, tools, input, secret);
          });
          return { webhookEndpoint: await existing(context, id), secret: made ? secret : null };
        },
        updateWebhookEndpoint: async (
          _: unknown,
          { input }: { input: Parameters<typeof changeEndpoint>[2] },
          context: Context,
        ) => {
          const { id } = await context.write('updateWebhookEndpoint', input, (tx) => changeEndpoint(tx, tools, input));
          return { webhookEndpoint: await existing(context, id) };
        },
        rotateWebhookSecret: async (
          _: unknown,
          { input }: { input: Parameters<typeof rotateSecret>[2] },
          context: Context,
        ) => {
          const secret = newSecret();
          let made = false;
          const { id } = await context.write('rotateWebhookSecret', input, (tx) => {
            made = true;
            return rotateSecret(tx, tools, input, secret);
          });
          return { webhookEndpoint: await existing(context, id), secret: made ? secret : null };
        },
        deleteWebhookEndpoint: async (
          _: unknown,
          { input }: { input: Parameters<typeof removeEndpoint>[1] },
          context: Context,
        ) => {
          const { id } = await context.write('deleteWebhookEndpoint', input, (tx) => removeEndpoint(tx, input));
          return { deletedId: id };
        },
        redeliverWebhook: async (_: unknown, { input }: { input: { deliveryId: string } }, context: Context) => {
          const { id } = await context.write('redeliverWebhook', input, (tx) =>
            redeliver(tx, input.deliveryId, dispatcher.send.bind(dispatcher)),
          );
          const [delivery] = await context.read((tx) => findDeliveries(tx, [id]));
          return { webhookDelivery: delivery };
        },
      },
      WebhookEndpoint: {
        __resolveReference: (reference: { id: string }, context: Context) => endpointById(context, reference.id),
        deliveries: (endpoint: Endpoint, { first }: { first: number }, context: Context): Promise<Delivery[]> => {
          if (first < 1 || first > 100) throw badInput('first', first, 'from 1 to 100');
          return context
            .loader<string, Delivery[]>(`webhookDeliveries ${first}`, async (tx, ids) => {
              const found = await latestDeliveries(tx, ids, first);
              return ids.map((id) => found.filter((delivery) => delivery.endpointId === id));
            })
            .load(endpoint.id);
        },
      },
    },
  };
}
