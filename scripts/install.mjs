// Installs what the workspace needs before `npm start` and `npm test`. Plain JavaScript for Node 20: nothing is there yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const marker = join(root, 'node_modules', '.annex-installed');

/** What an installation follows from: the lockfile and every manifest. */
function wanted() {
  const hash = createHash('sha256');
  const members = ['packages', 'services'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name, 'package.json')),
  );
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...members.sort()]) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(file).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function install() {
  return new Promise((done) => {
    const child = spawn('npx', ['--yes', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=append-only'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    child.once('error', (error) => done({ code: 1, said: error.message }));
    child.once('close', (code) => done({ code: code ?? 1, said }));
  });
}

const now = wanted();
if (!existsSync(marker) || readFileSync(marker, 'utf8') !== now) {
  const began = Date.now();
  process.stdout.write('installing what Annex needs (once; about half a minute) ');
  const ticking = setInterval(() => process.stdout.write('.'), 1000);
  const { code, said } = await install();
  clearInterval(ticking);
  if (code !== 0) {
    process.stdout.write('\n');
    process.stderr.write(
      `${said.trim().split('\n').slice(-15).join('\n')}\nannex: the installation failed; is the npm registry reachable?\n`,
    );
    process.exit(1);
  }
  writeFileSync(marker, now);
  process.stdout.write(` ${((Date.now() - began) / 1000).toFixed(0)} s\n`);
}
