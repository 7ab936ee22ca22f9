import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '@annex/service/testing';
import { compileCache } from './installation.ts';

const entry = resolve(import.meta.dirname, '../src/main.ts');
let folder: string;
const running = new Set<ChildProcess>();

beforeAll(() => {
  folder = temporaryFolder('annex-start-');
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Start {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; error: string }>;
  /** Resolves with the address once it is printed; rejects when the process ends before. */
  readonly address: Promise<string>;
}

/** `npm start` as it runs, with these variables alone. */
function start(variables: Record<string, string>): Start {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH ?? '', ...compileCache, ANNEX_PORT: '0', ...variables },
  });
  running.add(child);
  let out = '';
  let error = '';
  const ended = new Promise<{ code: number | null; out: string; error: string }>((done) => {
    child.once('close', (code) => {
      running.delete(child);
      done({ code, out, error });
    });
  });
  const address = new Promise<string>((done, fail) => {
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const found = /Annex answers on (\S+)/.exec(out)?.[1];
      // The rest of the screen follows in the same breath.
      if (found && out.includes('Ctrl-C stops')) done(found);
    });
    void ended.then(({ code }) => fail(new Error(`It ended with ${code}: ${out}${error}`)));
  });
  address.catch(() => undefined);
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  return { child, ended, address };
}

const oneLine = (text: string) => text.trim().split('\n').length;

describe('a start that cannot be', () => {
  it('says in one line that the port is in use, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    const { port } = taken.address() as AddressInfo;
    const { code, error } = await start({ ANNEX_DATA_DIR: join(folder, 'port'), ANNEX_PORT: String(port) }).ended;
    taken.close();
    expect([code, oneLine(error)]).toEqual([1, 1]);
    expect(error).toMatch(new RegExp(`port ${port} is in use.*ANNEX_PORT`));
  });

  it('says in one line that the folder cannot be written, and ends with 1', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, error } = await start({ ANNEX_DATA_DIR: join(folder, 'file', 'data') }).ended;
    expect([code, oneLine(error)]).toEqual([1, 1]);
    expect(error).toMatch(/cannot be written.*ANNEX_DATA_DIR/);
  });

  it.each([
    ['ANNEX_PORT', 'eighty'],
    ['ANNEX_PORT', '70000'],
    ['DATABASE_URL', 'mysql://x'],
    ['ANNEX_LOG_LEVEL', 'loud'],
  ])('names the variable %s when it is %s, and ends with 1', async (name, value) => {
    const { code, error } = await start({ ANNEX_DATA_DIR: join(folder, 'variable'), [name]: value }).ended;
    expect([code, oneLine(error)]).toEqual([1, 1]);
    expect(error).toContain(name);
  });

  const root = userInfo().uid === 0;
  (root ? it : it.skip)(
    `says in one line that the user of the database cannot reach the folder${root ? '' : ' (not tried: only root starts the database as another user)'}`,
    async () => {
      const home = join(folder, 'closed');
      mkdirSync(home, { mode: 0o700 });
      const { code, error } = await start({ ANNEX_DATA_DIR: join(home, 'data') }).ended;
      expect([code, oneLine(error)]).toEqual([1, 1]);
      expect(error).toMatch(/postgres.*cannot reach.*ANNEX_DATA_DIR/);
    },
  );
});

/** What the example shows of watching risks. */
async function monitoring(url: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const query = `{
    cycles: assessmentCycles { nodes { status reason progress { open assessed remaining } result { intact } } }
    due: assessmentDue { overdue last { reference } }
    consultations: riskConsultations { nodes { direction step } }
    indicators: riskIndicators { nodes { reference state value } }
    triggers: reassessmentTriggers(status: OPEN) { nodes { kind status risk { title } } }
  }`;
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await answer.json()) as { data: Record<string, { nodes?: unknown }>; errors?: unknown };
  expect(errors).toBeUndefined();
  return Object.fromEntries(Object.entries(data).map(([name, found]) => [name, found.nodes ?? found]));
}

describe('a start', () => {
  it('tells a newcomer what they need in under a screen, is refused a second time on the same folder, survives SIGKILL and stops cleanly', async () => {
    const data = join(folder, 'data');
    const first = start({ ANNEX_DATA_DIR: data });
    const url = await first.address;
    const key = readFileSync(join(data, 'api-key'), 'utf8').trim();
    const headers = { authorization: `Bearer ${key}` };
    const risks = async (at: string) =>
      (await fetch(`${at}/v1/risks?withTotal=true`, { headers })).json() as Promise<{ totalCount: number }>;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const before = await risks(url);
    expect(before.totalCount).toBeGreaterThan(0);

    const monitored = await monitoring(url, headers);
    expect(monitored).toEqual({
      cycles: [
        { status: 'PLANNED', reason: 'SIGNIFICANT_CHANGE', progress: null, result: null },
        {
          ...{ status: 'COMPLETED', reason: 'PLANNED', progress: { open: 5, assessed: 4, remaining: 1 } },
          result: { intact: true },
        },
      ],
      due: { overdue: false, last: { reference: 'AC-0001' } },
      consultations: [
        { direction: 'INFORMED', step: 'MONITORING' },
        { direction: 'CONSULTED', step: 'ANALYSIS' },
      ],
      indicators: [
        { reference: 'KRI-0001', state: expect.stringMatching(/GREEN|AMBER/), value: expect.any(Number) },
        { reference: 'KRI-0002', state: 'AMBER', value: 16 },
      ],
      triggers: [{ kind: 'MANUAL', status: 'OPEN', risk: { title: 'Someone who left still has access' } }],
    });

    const second = await start({ ANNEX_DATA_DIR: data }).ended;
    expect([second.code, oneLine(second.error)]).toEqual([1, 1]);
    expect(second.error).toMatch(/another Annex runs on/);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    first.child.kill('SIGKILL');
    const { out } = await first.ended;
    expect(out.split('\n').length).toBeLessThanOrEqual(40);
    for (const wanted of [url, key, '/graphql', '/reference', 'Readiness by clause']) expect(out).toContain(wanted);

    // As if it had been killed before the example was noted as made: it is gone through again, and nothing is made twice.
    rmSync(join(data, 'example-seeded'));
    const again = start({ ANNEX_DATA_DIR: data });
    const risen = await again.address;
    expect(await risks(risen)).toEqual(before);
    expect(await monitoring(risen, headers)).toEqual(monitored);
    again.child.kill('SIGINT');
    const stopped = await again.ended;
    expect([stopped.code, stopped.error]).toEqual([0, '']);
    expect(stopped.out).toContain('an earlier, killed start');
  });
});
