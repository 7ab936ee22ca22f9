import type { Migration } from '@annex/service';

export const createWebhooks: Migration = {
  name: '20261124_1000_create_webhooks',
  async up(tables) {
    await tables.entity('webhook_endpoint', {
      isms: false,
      columns: {
        url: 'text not null',
        description: `text not null default ''`,
        event_types: 'text[] not null',
        status: `text not null check (status in ('ACTIVE', 'DISABLED'))`,
        status_reason: 'text',
        secret: 'bytea not null',
      },
      indexes: [['status']],
    });
    // Deliveries are the record of sending, by the wall; they are not part of what an as-of read reconstructs.
    await tables.log('webhook_delivery', {
      columns: {
        endpoint_id: 'uuid not null',
        event_id: 'uuid not null',
        event_type: 'text not null',
        body: 'text not null',
        status: `text not null check (status in ('PENDING', 'DELIVERED', 'FAILED'))`,
        attempts: 'integer not null default 0',
        last_status: 'integer',
        last_error: 'text',
        next_attempt_at: 'timestamptz',
        delivered_at: 'timestamptz',
        created_at: 'timestamptz not null',
      },
      time: 'created_at',
      indexes: [['endpoint_id', 'id']],
      unique: [['endpoint_id', 'event_id']],
    });
  },
};
