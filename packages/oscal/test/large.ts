import { existsSync, readFileSync } from 'node:fs';
import { readCatalog } from '../src/index.ts';

const mebibyte = 1024 * 1024;
const metadata = { title: 'Large', 'last-modified': '2026-05-01T08:00:00Z', version: '1', 'oscal-version': '1.2.1' };

/** One group, so that no closing bracket helps; half of the controls stand in others. */
async function* large(bytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(
    `{"catalog":{"uuid":"11111111-1111-4111-8111-000000000001","metadata":${JSON.stringify(metadata)},"groups":[{"id":"g","title":"G","controls":[`,
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

/**
 * The most memory that this process ever held, in KiB. On Linux a process begins with the `maxRSS` of the one that forked it; the mark of its
 * own memory is in /proc.
 */
function mostMemory(): number {
  const own = existsSync('/proc/self/status')
    ? /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
    : null;
  return own ? Number(own[1]) : process.resourceUsage().maxRSS;
}

/** Reads a catalog of so many MiB and tells how many controls it had, and how much memory the process ever held (in KiB). */
let controls = 0;
for await (const part of readCatalog(large(Number(process.argv[2]) * mebibyte)))
  if (part.kind === 'control') controls++;
process.stdout.write(JSON.stringify({ controls, maxRss: mostMemory() }));
