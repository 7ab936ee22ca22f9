import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { folderBlobs, sweepUnfinished } from './folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'annex-blobs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}
const files = async () =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('blobs in a folder', () => {
  it('lie under their hash once they are kept, and nowhere before', async () => {
    const store = folderBlobs(root);
    const received = await store.receive(chunks('ab', '', 'c'), 3);
    const sha256 = createHash('sha256').update('abc').digest('hex');
    expect(received).toMatchObject({ sha256, bytes: 3 });
    await expect(store.open(sha256)).rejects.toThrow(/ENOENT/);
    expect((await received.read()).toString()).toBe('abc');
    await received.keep();
    await received.keep();
    await received.discard();
    expect(await files()).toEqual([join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256)]);
    expect((await buffer(await store.open(sha256))).toString()).toBe('abc');
    expect((await received.read()).toString()).toBe('abc');
  });

  it('of the same content are one file, also when they come at once', async () => {
    const store = folderBlobs(root);
    const all = await Promise.all(Array.from({ length: 8 }, () => store.receive(chunks('same'), 10)));
    await Promise.all(all.map((one, at) => (at % 4 === 3 ? one.discard() : one.keep())));
    expect(await files()).toHaveLength(1);
  });

  it.each([
    ['is too long', () => chunks('abc', 'd'), 'PAYLOAD_TOO_LARGE'],
    [
      'breaks',
      async function* () {
        yield Buffer.from('a');
        throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
      },
      'ECONNRESET',
    ],
  ])('leave nothing behind when the stream %s', async (_, content, code) => {
    await expect(folderBlobs(root).receive(content(), 3)).rejects.toMatchObject({ code });
    expect(await files()).toEqual([]);
  });

  it('that a dead process never finished are taken away after a day', async () => {
    const store = folderBlobs(root);
    const kept = await store.receive(chunks('kept'), 10);
    await kept.keep();
    await store.receive(chunks('under way'), 10);
    const abandoned = join(root, 'unfinished', 'abandoned');
    await writeFile(abandoned, 'x');
    const old = new Date(Date.now() - 25 * 3_600_000);
    await utimes(abandoned, old, old);
    expect(await sweepUnfinished(root, Date.now())).toBe(1);
    expect(await files()).toHaveLength(2);
    expect(await sweepUnfinished(join(root, 'absent'), Date.now())).toBe(0);
  });
});
