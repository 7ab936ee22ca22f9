import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import type { Bench } from './bench.ts';
import { createOrganisation } from './organisation.ts';
import { Stack } from './servers.ts';
import { interleaved, percentile } from './statistics.ts';
import { openSystem } from './system.ts';

const items = 5000;
/** Short turns: what else the machine does comes and goes within seconds. */
const rounds = 36;
const searchesARound = 50;
const page = 20;

/** A row of numbers from 0 to 1 that is the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const syllables = ['ba', 'de', 'fo', 'gu', 'ka', 'lo', 'mi', 'nu', 'pa', 'ri', 'so', 'tu', 'va', 'xe', 'zo'];
/** Words that no stemmer shortens and no list of stop words knows; the first are the most frequent. */
const vocabulary = Array.from({ length: 3000 }, (_, n) =>
  [n % 15, Math.floor(n / 15) % 15, Math.floor(n / 225) % 15].map((at) => syllables[at]).join(''),
);

/**
 * Words as texts have them: the frequency falls with the rank (Zipf, Mandelbrot). What would be said in every second place are stop
 * words, which are left out: the most frequent word here is in about half of the items.
 */
function wordsBy(roll: () => number): () => string {
  const sums: number[] = [];
  for (let rank = 0; rank < vocabulary.length; rank++) sums.push((sums.at(-1) ?? 0) + 1 / (rank + 21));
  const whole = sums.at(-1) ?? 1;
  return () => {
    const at = roll() * whole;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return vocabulary[low] ?? '';
  };
}

interface Item {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

/** Items of a catalogue, and searches for one to three words that an item has. All searches differ, so that nothing is answered twice. */
function contents(): { readonly catalogue: readonly Item[]; readonly searches: readonly string[] } {
  const roll = dice(20_261_125);
  const word = wordsBy(roll);
  const words = (count: number) => Array.from({ length: count }, word).join(' ');
  const catalogue = Array.from({ length: items }, (_, n) => ({
    id: `bench:1:${n}`,
    title: words(6),
    body: Array.from({ length: 6 }, () => `${words(10)}.`).join(' '),
  }));
  const searches = new Set<string>();
  const needed = rounds * searchesARound + 200;
  while (searches.size < needed) {
    const has = catalogue[Math.floor(roll() * items)]?.body.split(/[ .]+/) ?? [];
    const asked = Array.from({ length: 1 + Math.floor(roll() * 3) }, () => has[Math.floor(roll() * 60)] ?? '');
    searches.add(asked.join(' '));
  }
  return { catalogue, searches: [...searches] };
}

/** What the bare statement answers too: the best hits. Extracts and counts of facets come on top, where somebody asks for them. */
const document = `query ($text: String!) { searchLibrary(text: $text, first: ${page}) {
  total hits { id kind framework number title rank } } }`;

/** What a hand would write: the same index, ranked alike, without tenants and totals. */
const statement = `select id, kind, framework, number, title, ts_rank_cd(search, asked) as rank
  from controls.search_document, to_tsquery('english', $1) asked where search @@ asked order by rank desc, id limit ${page}`;

/** The items in the tenant's search, as an import leaves them there. */
async function fill(client: pg.Client, tenantId: string, catalogue: readonly Item[]): Promise<void> {
  await client.query(
    `insert into controls.search_document (tenant_id, id, kind, framework, number, title, body, facets)
     select $1, f.id, 'CATALOGUE_ITEM', 'bench:1', split_part(f.id, ':', 3), f.title, f.body,
            array['area=AREA_' || abs(hashtext(f.id)) % 10, 'level=LEVEL_' || abs(hashtext(f.title)) % 3]
       from jsonb_to_recordset($2) as f(id text, title text, body text)`,
    [tenantId, JSON.stringify(catalogue)],
  );
  await client.query('vacuum analyze controls.search_document');
}

/** How much longer a search by the front door takes than the bare statement in the database, in the worst of a hundred. */
export const librarySearch: Bench = {
  name: 'library-search',
  unit: 'ms (p99)',
  goal: 2,
  better: 'lower',
  async run(progress) {
    const stack = new Stack();
    try {
      const { catalogue, searches } = contents();
      const { system, client } = await openSystem(stack);
      const { tenantId, ask } = await createOrganisation(system, 'library');
      await fill(client, tenantId, catalogue);
      await system.settle();

      const search = async (text: string): Promise<{ total: number; first: number }> => {
        const { searchLibrary } = await ask<{ searchLibrary: { total: number; hits: unknown[] } }>(document, { text });
        if (!searchLibrary.total) throw new Error(`Nothing was found for ${text}`);
        return { total: searchLibrary.total, first: searchLibrary.hits.length };
      };
      const bare = async (text: string) => {
        const { rows } = await client.query({
          name: 'search',
          text: statement,
          values: [text.split(' ').join(' & ')],
        });
        return rows.length;
      };
      const timed = async (texts: readonly string[], run: (text: string) => Promise<unknown>) => {
        const times: number[] = [];
        for (const text of texts) {
          const from = performance.now();
          await run(text);
          times.push(performance.now() - from);
        }
        return times;
      };
      const tell = (what: string, times: readonly number[]) => {
        const [half, most] = [percentile(times, 0.5), percentile(times, 0.99)];
        progress(`${what}: median ${half.toFixed(2)} ms, p99 ${most.toFixed(2)} ms`);
        return times;
      };

      // Until documents and statements are compiled, the figures are those of a start.
      const totals: number[] = [];
      for (const text of searches.slice(0, 200)) {
        const { total, first } = await search(text);
        if ((await bare(text)) !== first) throw new Error(`The two do not find the same for ${text}`);
        totals.push(total);
      }
      progress(
        `a search finds ${percentile(totals, 0.5)} of ${items} items, one of a hundred ${percentile(totals, 0.99)}`,
      );
      const part = (round: number) => searches.slice(200 + round * searchesARound, 200 + (round + 1) * searchesARound);
      const times = await interleaved(
        rounds,
        (round) => timed(part(round), search),
        (round) => timed(part(round), bare),
      );
      const [ours, baseline] = [times.ours.flat(), times.baseline.flat()];
      tell(`${ours.length} of searchLibrary`, ours);
      tell(`${baseline.length} bare statements`, baseline);
      return { ours: percentile(ours, 0.99), baseline: percentile(baseline, 0.99) };
    } finally {
      await stack.stop();
    }
  },
};
