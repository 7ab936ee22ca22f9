import type { WebhookTables } from './webhook/webhook.store.ts';

export type IntegrationsDatabase = WebhookTables;
