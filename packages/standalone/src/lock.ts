import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';

function listen(path: string): Promise<Server | 'taken'> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done('taken') : fail(error)));
    server.listen(path, () => {
      server.unref();
      done(server);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

/**
 * Holds a data folder for this process. A listening socket, not a file with a process number: the system lets go of it however the
 * process ends, and numbers are given again.
 * @returns how to let go, or undefined when another process holds the folder
 */
export async function holdFolder(folder: string): Promise<(() => void) | undefined> {
  const name = `annex-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`;
  const path = platform() === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  let held = await listen(path);
  if (held === 'taken' && platform() !== 'linux' && !(await answers(path))) {
    rmSync(path, { force: true });
    held = await listen(path);
  }
  if (held === 'taken') return undefined;
  const server = held;
  return () => server.close();
}
