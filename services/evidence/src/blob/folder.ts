import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AnnexError } from '@annex/schema';
import type { BlobStore } from './blob.ts';

/** Older than this (milliseconds), an unfinished file belongs to a process that died. */
const abandonedAfter = 24 * 3_600_000;

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export const tooLarge = (limit: number) =>
  new AnnexError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes`, { details: { limit } });

/**
 * Blobs in a folder: `ab/cd/abcd…`. A file is written under a name of its own, synced, and only then renamed, so that under a hash
 * there is either the whole content or nothing.
 */
export function folderBlobs(root: string): BlobStore {
  const unfinished = join(root, 'unfinished');
  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  return {
    async receive(content, limit) {
      await mkdir(unfinished, { recursive: true });
      const path = join(unfinished, randomUUID());
      const discard = () => rm(path, { force: true });
      const hash = createHash('sha256');
      let bytes = 0;
      try {
        const file = await open(path, 'wx', 0o600);
        try {
          for await (const chunk of content) {
            bytes += chunk.length;
            if (bytes > limit) throw tooLarge(limit);
            hash.update(chunk);
            for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
          }
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        await discard();
        throw error;
      }
      const sha256 = hash.digest('hex');
      const target = pathOf(sha256);
      let kept = false;
      return {
        sha256,
        bytes,
        read: () => readFile(kept ? target : path),
        async keep() {
          if (kept) return;
          await mkdir(dirname(target), { recursive: true });
          await rename(path, target);
          kept = true;
          await syncFolder(dirname(target));
        },
        discard,
      };
    },

    async open(sha256) {
      const file = await open(pathOf(sha256), 'r');
      return file.createReadStream();
    },
  };
}

/** Takes away what processes left unfinished when they died. @returns how many files went */
export async function sweepUnfinished(root: string, wallNow: number): Promise<number> {
  const folder = join(root, 'unfinished');
  let count = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found || wallNow - found.mtimeMs < abandonedAfter) continue;
    await rm(path, { force: true });
    count++;
  }
  return count;
}
