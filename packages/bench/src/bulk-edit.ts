import { performance } from 'node:perf_hooks';
import { newId } from '@annex/service';
import type { Bench } from './bench.ts';
import { createOrganisation } from './organisation.ts';
import { Stack } from './servers.ts';
import { interleaved, median } from './statistics.ts';
import { openSystem } from './system.ts';

const rounds = 12;
const size = 1000;

const entity = `now(), 'system:bench', now(), 'system:bench'`;

/** $1 the tenant, $2 the ISMS. */
const statements = [
  `create temporary table bench_row as select uuidv7() as id, n from generate_series(1, ${size}) n`,
  `insert into controls.implementation (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, reference, title,
       description, status, claimed_design, claimed_operation)
     select $1, id, $2, 1, ${entity}, 'C-' || lpad(n::text, 4, '0'), 'Way ' || n, 'What is done.', 'IMPLEMENTED', 1, 1 from bench_row`,
  `insert into controls.implementation_control (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, implementation_id, control_id)
     select $1, uuidv7(), $2, 1, ${entity}, id, 'iso27001:2022:A.8.28' from bench_row`,
  `insert into controls.strength (tenant_id, id, isms_id, version, created_at, created_by, updated_at, updated_by, verified, claimed, verification,
       implementation_factor, design_verified, design_claimed, operation_verified, operation_claimed, computed_at)
     select $1, id, $2, 1, ${entity}, 0, 1, 'NOT_VERIFIED', 1, 0, 1, 0, 1, now() from bench_row`,
  // What a hand would change: a table of the same columns and indexes, without history, policies or events.
  'create table bench_bare (like controls.implementation including all)',
  'insert into bench_bare select * from controls.implementation',
];

/** A change of every implementation, and the statement by which a hand would make it. */
interface Edit {
  readonly name: string;
  of(index: number, round: number): object;
  readonly bare: string;
}

const byHand = (set: string, columns: string) =>
  `update bench_bare i set ${set}, version = i.version + 1, updated_at = now()
     from jsonb_to_recordset($1::jsonb) as f(id uuid, ${columns}) where i.tenant_id = $2 and i.id = f.id`;

/** What is called otherwise and whose it is: no strength moves by it. */
const titles: Edit = {
  name: 'bulk-edit',
  of: (index, round) => ({ title: `Way ${index}, said ${round}`, ownerId: newId() }),
  bare: byHand('title = f.title, owner_id = f."ownerId"', 'title text, "ownerId" uuid'),
};

/** How far it is done: every strength moves with it, and has a history and an event of its own. */
const shares: Edit = {
  name: 'bulk-edit-strength',
  of: (_, round) => ({ status: 'PARTIAL', share: ((round % 9) + 1) / 10 }),
  bare: byHand('status = f.status, share = f.share', 'status text, share double precision'),
};

const document = 'mutation ($input: UpdateImplementationsInput!) { updateImplementations(input: $input) { changed } }';

/** How much longer a change of 1,000 implementations takes with history, conformity and events than one bare UPDATE of the same columns. */
const benchOf = ({ name, of, bare }: Edit): Bench => ({
  name,
  unit: 'ms',
  goal: 6,
  better: 'lower',
  async run(progress) {
    const stack = new Stack();
    try {
      const { system, client } = await openSystem(stack);
      const { tenantId, ask, create } = await createOrganisation(system, 'bulk');
      const ismsId = await create('createIsms', 'isms', { name: 'Whole', scope: 'All of it.' });
      await system.settle();
      // History is written in the tenant's name, whoever writes.
      await client.query(`select set_config('annex.tenant', $1, false)`, [tenantId]);
      for (const text of statements) await client.query(text, text.includes('$1') ? [tenantId, ismsId] : []);
      await client.query('vacuum analyze');
      const { rows } = await client.query<{ id: string }>('select id from bench_row order by n');
      const edits = (round: number) => rows.map(({ id }, index) => ({ id, ...of(index, round) }));

      const ours = async (round: number) => {
        const input = { edits: edits(round) };
        const from = performance.now();
        const { updateImplementations } = await ask<{ updateImplementations: { changed: number } }>(document, {
          input,
        });
        const took = performance.now() - from;
        if (updateImplementations.changed !== size) throw new Error('The mutation changed another number of rows');
        // What follows from it in other services is not part of it, and must not run into the next.
        await system.idle(60_000);
        return took;
      };
      const bareUpdate = async (round: number) => {
        const values = [JSON.stringify(edits(round)), tenantId];
        const from = performance.now();
        const { rowCount } = await client.query({ name: 'bare', text: bare, values });
        if (rowCount !== size) throw new Error('The statement by hand changed another number of rows');
        return performance.now() - from;
      };
      for (let round = 0; round < 4; round++) {
        await ours(round);
        await bareUpdate(round);
      }
      const times = await interleaved(
        rounds,
        (round) => ours(round + 10),
        (round) => bareUpdate(round + 10),
      );
      progress(`ours ${median(times.ours).toFixed(1)} ms, bare ${median(times.baseline).toFixed(1)} ms`);
      return { ours: median(times.ours), baseline: median(times.baseline) };
    } finally {
      await stack.stop();
    }
  },
});

export const bulkEdits: readonly Bench[] = [titles, shares].map(benchOf);
