import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Bench } from './bench.ts';
import { createOrganisation } from './organisation.ts';
import { Stack } from './servers.ts';
import { interleaved, median } from './statistics.ts';
import { openSystem } from './system.ts';

/** NIST's resolved low baseline of SP 800-53, where the test inputs lie beside the repository. */
const file = new URL('../../../../shared/inputs/oscal/sp800-53r5-low-baseline-catalog.json', import.meta.url);
const rounds = 25;

interface Nested {
  readonly id?: string;
  readonly title: string;
  readonly parts?: readonly { readonly prose?: string; readonly parts?: Nested['parts'] }[];
  readonly groups?: readonly Nested[];
  readonly controls?: readonly Nested[];
}

const proseOf = (parts: Nested['parts']): string =>
  (parts ?? []).map((part) => [part.prose ?? '', proseOf(part.parts)].join('\n')).join('\n');

/** The rows that an import keeps, from the parsed document. */
function rowsOf(nested: Nested, parent: string | null = null): (string | null)[][] {
  return [...(nested.groups ?? []), ...(nested.controls ?? [])].flatMap((item) => {
    const { groups, controls, ...content } = item;
    const id = item.id ?? item.title;
    return [
      [id, parent, item.title, proseOf(item.parts), JSON.stringify(content)],
      ...rowsOf({ title: '', ...(groups ? { groups } : {}), ...(controls ? { controls } : {}) }, id),
    ];
  });
}

/** How long the import of a catalog takes, against parsing the file and inserting the same rows in bulk. */
export const catalogueImport: Bench = {
  name: 'catalogue-import',
  unit: 'ms',
  goal: 3,
  better: 'lower',
  async run(progress) {
    if (!existsSync(file)) return { skipped: 'the low baseline of SP 800-53 is not beside the repository' };
    const stack = new Stack();
    try {
      const { system, client } = await openSystem(stack, 6);
      const { key } = await createOrganisation(system, 'import');
      const url = await system.gateway.app.listen({ host: '127.0.0.1', port: 0 });
      const body = readFileSync(file);
      let count = 0;
      const ours = async () => {
        const began = performance.now();
        const answer = await fetch(`${url}/v1/catalogues?format=oscal&key=baseline&edition=${++count}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body,
        });
        if (answer.status !== 201)
          throw new Error(`The import was answered with ${answer.status}: ${await answer.text()}`);
        await answer.arrayBuffer();
        return performance.now() - began;
      };
      await client.query(
        'create schema bench; create table bench.item (edition int, position int, id text, parent text, title text, text text, content jsonb, primary key (edition, id))',
      );
      const bare = async () => {
        const began = performance.now();
        const { catalog } = JSON.parse(body.toString('utf8')) as { catalog: Nested };
        const rows = rowsOf(catalog);
        const column = (index: number) => rows.map((row) => row[index] ?? null);
        await client.query(
          `insert into bench.item select $1, i.n, i.id, i.parent, i.title, i.text, i.content::jsonb
             from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality as i(id, parent, title, text, content, n)`,
          [++count, column(0), column(1), column(2), column(3), column(4)],
        );
        return performance.now() - began;
      };
      for (let turn = 0; turn < 3; turn++) {
        await ours();
        await bare();
      }
      const times = await interleaved(rounds, ours, bare);
      progress(`${rounds} imports of ${(body.length / 1e6).toFixed(1)} MB over HTTP, through the gateway`);
      return { ours: median(times.ours), baseline: median(times.baseline) };
    } finally {
      await stack.stop();
    }
  },
};
