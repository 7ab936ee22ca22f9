import type { Migration } from '@annex/service';

export const createImplementationTask: Migration = {
  name: '20261126_0630_create_implementation_task',
  async up(tables) {
    await tables.entity('implementation_task', {
      columns: {
        implementation_id: 'uuid not null',
        control_id: 'text not null',
        // The step of guidance as it read when the task was made, and where it stood: steps are told apart by their words.
        title: 'text not null',
        step: 'integer not null',
        status: `text not null check (status in ('OPEN', 'DONE', 'NOT_APPLICABLE'))`,
        assignee_id: 'uuid',
        due: 'timestamptz',
        note: 'text not null',
        settled_by: 'text',
        settled_at: 'timestamptz',
      },
      unique: [['implementation_id', 'control_id', 'title']],
      indexes: [['isms_id', 'status', 'id'], ['assignee_id']],
    });
  },
};
