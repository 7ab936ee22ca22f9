import type { Migration } from '@annex/service';

/** The ISMS as controls tells of it, the rule results of all services, and what each clause last came to. */
export const createReadiness: Migration = {
  name: '20261124_0100_create_readiness',
  async up(tables) {
    await tables.entity('isms', {
      isms: false,
      columns: { name: 'text not null', status: 'text not null', deleted: 'boolean not null default false' },
    });
    await tables.entity('rule_result_gathered', {
      columns: {
        service: 'text not null',
        rule: 'text not null',
        clause: 'text not null',
        letter: 'text',
        basis: 'text not null',
        question: 'text not null',
        verdict: 'text not null',
        reason: 'text not null',
        next: 'text not null',
        facts: 'jsonb not null',
        links: 'jsonb not null',
        judged_at: 'timestamptz not null',
        deleted: 'boolean not null default false',
      },
      indexes: [['isms_id', 'clause']],
    });
    // One row an ISMS: whoever computes its clauses holds it, and its version numbers what is announced.
    await tables.entity('readiness', { isms: false, columns: {} });
    await tables.entity('clause_verdict', {
      id: 'text',
      columns: { clause: 'text not null', verdict: 'text not null' },
      indexes: [['isms_id']],
    });
  },
};
