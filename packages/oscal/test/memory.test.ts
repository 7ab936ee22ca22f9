import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readCatalog } from '../src/index.ts';
import { metadata, uuid } from './world.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const mebibyte = 1024 * 1024;

/** About 50 MiB: one group, so that no closing bracket helps; half of the controls stand in others. */
async function* large(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(
    `{"catalog":{"uuid":"${uuid(1)}","metadata":${JSON.stringify(metadata())},"groups":[{"id":"g","title":"G","controls":[`,
  );
  let written = 0;
  for (let at = 0; written < bytes; at++) {
    const inner = JSON.stringify({
      id: `c-${at}.1`,
      title: 'Inner',
      parts: [{ id: `p-${at}`, name: 'statement', prose: 'y'.repeat(900) }],
    });
    const params = [{ id: `q-${at}`, label: 'who', props: [{ name: 'label', value: `Q-${at}` }] }];
    const outer = JSON.stringify({
      id: `c-${at}`,
      title: 'Outer',
      params,
      links: [{ href: '#g' }],
      props: [{ name: 'label', value: `${at}` }],
    });
    const text = `${at === 0 ? '' : ','}${outer.slice(0, -1)},"controls":[${inner}]}`;
    written += text.length;
    yield Buffer.from(text);
  }
  yield Buffer.from(']}]}}');
}

it('a catalog of 50 MiB is read with less than 250 MiB of memory beside it', async () => {
  collect();
  const before = process.memoryUsage();
  let [controls, heap, resident] = [0, 0, 0];
  for await (const part of readCatalog(large(50 * mebibyte))) {
    if (part.kind !== 'control' || ++controls % 5_000 !== 0) continue;
    collect();
    const now = process.memoryUsage();
    heap = Math.max(heap, now.heapUsed - before.heapUsed);
    resident = Math.max(resident, now.rss - before.rss);
  }
  expect(controls).toBeGreaterThan(80_000);
  expect(heap).toBeLessThan(100 * mebibyte);
  expect(resident).toBeLessThan(250 * mebibyte);
});
