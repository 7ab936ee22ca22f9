import type { Migration } from '@annex/service';
import { createWebhooks } from './20261124_1000_create_webhooks.ts';

export const migrations: readonly Migration[] = [createWebhooks];
