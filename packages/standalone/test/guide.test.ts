import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { EnvironmentReader } from '@annex/service';
import { temporaryFolder } from '@annex/service/testing';
import { installationSecret, standaloneConfig } from '../src/config.ts';
import { startStandalone } from '../src/launch.ts';
import type { Standalone } from '../src/standalone.ts';

const root = resolve(import.meta.dirname, '../../..');
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** A guide's commands, as a reader would type them: before its first section, and of a section by how it begins. */
function guide(name: string): { preamble: string; commands: (section: string) => string } {
  const parts = readFileSync(join(root, 'docs/guides', name), 'utf8').split(/^## /m);
  const commandsOf = (text: string) =>
    [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]).join('\n');
  return {
    preamble: commandsOf(parts[0] ?? ''),
    commands: (section) => commandsOf(parts.find((part) => part.startsWith(section)) ?? ''),
  };
}

describe('the guides', () => {
  if (!hasCurl) {
    it.skip('are not followed: there is no curl on the PATH', () => undefined);
    return;
  }
  let standalone: Standalone;
  /** One in which nothing is recorded. */
  let empty: Standalone;
  let folder: string;
  let waiter: Server;
  const said: string[] = [];

  beforeAll(async () => {
    folder = temporaryFolder('annex-guide-');
    const start = (name: string, more: Record<string, string>, say: (line: string) => void) => {
      const environment = { ANNEX_DATA_DIR: join(folder, name), ANNEX_PORT: '0', ...more };
      const config = standaloneConfig(new EnvironmentReader(environment));
      return startStandalone(config, installationSecret(config), say);
    };
    standalone = await start('data', {}, (line) => said.push(line));
    empty = await start('empty', { ANNEX_SEED: 'empty' }, () => undefined);
    // The guide waits some seconds; here its `sleep` asks until everything is handled.
    waiter = createServer((_, response) => {
      Promise.all([standalone, empty].map(({ system }) => system.settle())).then(() => response.end('settled'));
    }).listen(0, '127.0.0.1');
    await new Promise((done) => waiter.once('listening', done));
  });
  afterAll(async () => {
    waiter?.close();
    await standalone?.stop();
    await empty?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs commands beside the start, as a reader would. @returns what they printed */
  function run(script: readonly string[], beside: 'data' | 'empty' = 'data'): Promise<string> {
    const before = [
      'set -euo pipefail',
      `sleep() { command curl -s http://127.0.0.1:${(waiter.address() as AddressInfo).port}/ >/dev/null; }`,
      'curl() { command curl --fail-with-body "$@"; printf "\\n"; }',
    ];
    const env = {
      PATH: process.env.PATH,
      ANNEX_PORT: new URL((beside === 'data' ? standalone : empty).url).port,
      ANNEX_DATA_DIR: join(folder, beside),
    };
    return new Promise((done, fail) => {
      execFile('bash', ['-c', [...before, ...script].join('\n')], { cwd: root, env }, (error, stdout, stderr) =>
        error ? fail(new Error(`${error.message}\n${stdout}\n${stderr}`)) : done(stdout),
      );
    });
  }
  const mark = (name: string) => `\nprintf '\\n@@ %s\\n' ${name}\n`;
  const marked = (output: string): Record<string, string> =>
    Object.fromEntries(output.split('\n@@ ').map((part) => [part.split('\n', 1)[0], part]));

  it('the-loop.md works as it is written: the fall, the recovery and the past', async () => {
    const { preamble, commands } = guide('the-loop.md');
    const receiverPort = await new Promise<number>((done) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as AddressInfo;
        probe.close(() => done(port));
      });
    });
    const output = run([
      'date() { command date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }',
      preamble,
      mark('clean'),
      commands('1.').replace(/(clean\.sarif\n)/, '$1sleep 1\n'),
      mark('webhook'),
      commands('2.')
        .replaceAll('4999', String(receiverPort))
        .replaceAll('/tmp/annex-webhook.json', join(folder, 'webhook.json')),
      `printf '%s' "$SECRET" > ${join(folder, 'secret')}`,
      mark('receiver'),
      `until [ -e ${join(folder, 'listening')} ]; do command sleep 0.1; done`,
      mark('fall'),
      commands('3.'),
      mark('recovery'),
      commands('4.'),
      mark('past'),
      commands('5.'),
    ]);
    // A script that fails says so at the end; it must not go unheard meanwhile.
    output.catch(() => undefined);
    const secretOf = () => spawnSync('cat', [join(folder, 'secret')], { encoding: 'utf8' }).stdout;
    await until(async () => secretOf() !== '', output);
    const secret = secretOf();
    const receiver = spawn(process.execPath, [
      join(root, 'docs/guides/logs/receive.mjs'),
      secret,
      String(receiverPort),
    ]);
    let received = '';
    receiver.stdout.on('data', (chunk) => {
      received += chunk;
    });
    try {
      await until(async () => received.includes('listening'), output);
      spawnSync('touch', [join(folder, 'listening')]);
      const parts = marked(await output);
      expect(parts.clean).toMatch(/"verified":0\.95/);
      expect(parts.clean).toMatch(/"standing":"(ACCEPTABLE|TOLERABLE|WITHIN_CRITERIA)"/);
      expect(parts.fall).toMatch(/"open":60/);
      expect(parts.fall).toMatch(/"standing":"ABOVE_CRITERIA"/);
      expect(parts.fall).toMatch(/"status":"PROPOSED"/);
      expect(parts.fall).toMatch(/"clause":"8\.3","title":"[^"]*","verdict":"GAP"/);
      expect(parts.recovery).toMatch(/"standing":"(ACCEPTABLE|TOLERABLE|WITHIN_CRITERIA)"/);
      expect(parts.recovery).toMatch(/"status":"WITHDRAWN"/);
      expect(parts.past).toMatch(/"standing":"ABOVE_CRITERIA"/);
      await until(async () => /^signed annex\.audit\.finding\.changed\.v1 F-\d{4}-\d{3} PROPOSED/m.test(received));
      expect(received).not.toMatch(/NOT SIGNED/);
    } finally {
      receiver.kill();
    }
  });

  it('planning-and-support.md works as it is written, and the gaps that it fills are gone', async () => {
    const { preamble, commands } = guide('planning-and-support.md');
    const before = await run([preamble, 'get readiness']);
    const parts = marked(
      await run([
        preamble,
        ...['1.', '2.', '3.', '4.', '5.', '6.'].flatMap((section) => [mark(section), commands(section)]),
        'sleep 1',
        mark('7.'),
        commands('7.'),
      ]),
    );
    expect(parts['1.']).toMatch(/"reference":"LI-0002"/);
    expect(parts['2.']).toMatch(/"status":"DONE",.*"effectiveness":"EFFECTIVE"/);
    expect(parts['3.']).toMatch(/"status":"ACTIVE"/);
    expect(parts['3.']).toMatch(/"progressExplanation":\{.*"formula":/);
    expect(parts['4.']).toMatch(/"status":"APPROVED".*\n+.*"status":"DONE"/);
    expect(parts['5.']).toMatch(/"holding":"HELD"/);
    expect(parts['6.']).toMatch(/"status":"APPROVED"[\s\S]*"status":"ENDED"/);
    expect(parts['6.']).toMatch(/"status":"DONE".*"note":"As ticket 4711 says\."/);
    const verdicts = (text = '') =>
      Object.fromEntries(
        [...text.matchAll(/"clause":"([\d.]+)","title":"[^"]*","verdict":"(\w+)"/g)].map((one) => one.slice(1)),
      );
    expect(verdicts(before)).toMatchObject({ '5.1': 'JUDGEMENT_NEEDED', '7.2': 'GAP' });
    expect(verdicts(parts['7.'])).toMatchObject({
      ...{ '5.1': 'NO_GAP_FOUND', '5.3': 'NO_GAP_FOUND', '6.1.1': 'NO_GAP_FOUND', '6.2': 'NO_GAP_FOUND' },
      ...{ '7.1': 'NO_GAP_FOUND', '7.2': 'NO_GAP_FOUND', '7.4': 'NO_GAP_FOUND' },
    });
  });

  it('risk-assessment.md works as it is written: assessed, quantified, treated, simulated, accepted, watched', async () => {
    const { preamble, commands } = guide('risk-assessment.md');
    const sections = ['1.', '2.', '3.', '4.', '5.', '6.', '7.', '8.', '9.'];
    const script = sections.flatMap((section) => [mark(section), commands(section)]);
    const output = await run([preamble, ...script], 'empty');
    expect(output).not.toContain('"errors"');
    const parts = marked(output);
    expect(parts['1.']).toMatch(/"rule":"ABOVE_CRITERIA"/);
    expect(parts['1.']).toMatch(
      /"from":"Medium","to":"High"[\s\S]*"status":"APPROVED"[\s\S]*"riskCriteriaVersions":\{"nodes":\[\{"number":1/,
    );
    // What it inherits from the process that rests on it.
    expect(parts['2.']).toMatch(/"value":\{"availability":4\}/);
    expect(parts['3.']).toMatch(/"kind":"THREAT","text":"Phishing/);
    expect(parts['4.']).toMatch(/"agreement":"(LIKELIHOOD|CONSEQUENCE|BOTH)"/);
    expect(parts['5.']).toMatch(/"status":"PROPOSED","awaits":\["OWNER"\]/);
    expect(parts['5.']).toMatch(/"status":"APPROVED","approvals":\[\{"role":"OWNER"\}\]/);
    expect(parts['5.']).toMatch(/"number":"A\.8\.13","decision":"UNDECIDED","risks":\[\{"reference":"R-0001"/);
    expect(parts['6.']).toMatch(/"reading":"RESIDUAL"[\s\S]*Is it worth it\?<\/title>/);
    expect(parts['7.']?.match(/"reassessment":"NONE"/g)).toHaveLength(2);
    expect(parts['7.']).toMatch(/"standing":"WITHIN_CRITERIA"/);
    expect(parts['8.']).toMatch(/"treatmentOption":"MODIFY"[\s\S]*Heat map of Web shop[\s\S]*Customer records leak/);
    const differ = 'below the rated Major .*So the level is Medium when quantified and High when rated';
    for (const part of [parts['4.'], parts['8.']]) expect(part).toMatch(new RegExp(`"agreement":"BOTH".*${differ}`));
    const watched = parts['9.'] ?? '';
    const inOrder = [
      /"reference":"CO-0001","step":"ANALYSIS","risks":\[\{"reference":"R-0002"\}\]/,
      /"progress":\{"assessed":1,"remaining":1\},"remaining":\{"nodes":\[\{"reference":"R-0002"/,
      /"reference":"AC-0001","status":"COMPLETED","note":"The records[^"]*","progress":\{"open":2,"assessed":1,"remaining":1\}.*"intact":true/,
      /"reference":"KRI-0001","value":3,"unit":"mailboxes","state":"RED",.*"readings":\{"nodes":\[\{"value":3,"state":"RED"\},\{"value":1,"state":"AMBER"\}/,
      /"kind":"ASSET_CHANGED","reason":"AS-0001 Shop server[^"]*","risk":\{"reference":"R-0002"\},"status":"OPEN","assessmentId":null.*"kind":"INDICATOR_RED"/,
      /"level":"High"\},"standing":"ABOVE_CRITERIA","reassessment":"REQUESTED"/,
      /"to":null,"comparability":"SAME_CRITERIA".*"kind":"STANDING_CHANGED","count":1/,
      /"kind":"ASSET_CHANGED".*"status":"CLOSED","assessmentId":"[^"]+".*"kind":"INDICATOR_RED".*"status":"CLOSED","assessmentId":"/,
      /"reference":"AC-0002","status":"COMPLETED","note":"","progress":\{"open":2,"assessed":2,"remaining":0\}/,
      /"to":\{"reference":"AC-0002"\},"comparability":"SAME_CRITERIA".*"kind":"CURRENT_LEVEL_MOVED","count":1,"worse":1,"better":0/,
      /"to":\{"reference":"AC-0002"\}.*"reference":"R-0002","kind":"STANDING_CHANGED","before":"WITHIN_CRITERIA","after":"ABOVE_CRITERIA"/,
      /"period":"P1Y","last":\{"reference":"AC-0002"\},"dueAt":"[^"]+","overdue":false/,
      /"position":1,"reasons":\["Above the criteria and not accepted\..*"reference":"R-0001".*"position":2.*"reference":"R-0002"/,
      /"label":"AS-0002 Taking orders","risks":1,"aboveCriteria":1,"worstLevel":"High"/,
    ].map((wanted) => {
      expect(watched).toMatch(wanted);
      return watched.search(wanted);
    });
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  });

  it('incidents.md works as it is written: reported, assessed, learned from, imported, adopted', async () => {
    const { preamble, commands } = guide('incidents.md');
    const sections = ['1.', '2.', '3.', '4.', '5.', '6.'];
    const output = await run([preamble, ...sections.flatMap((section) => [mark(section), commands(section)])]);
    expect(output).not.toContain('"errors"');
    const parts = marked(output);
    expect(parts['1.']).toMatch(/"status":"REPORTED","occurred":\{"text":"\d{4}","precision":"YEAR"/);
    expect(parts['3.']).toMatch(/"phase":"CONTAINMENT"[\s\S]*"status":"RESOLVED"/);
    expect(parts['4.']).toMatch(/"status":"LEARNED"[\s\S]*"minorUnits":1200000/);
    expect(parts['5.']).toMatch(/"created":1[\s\S]*amounts in USD[\s\S]*A laptop was left on a ferry/);
    // The incident of this guide, and the one of the example.
    expect(parts['6.']).toMatch(/"count":2[\s\S]*"explanation":[\s\S]*Reviewed after the incident\. Learned from/);
  });

  it('begin with a start whose output fits a screen and tells what a newcomer needs', () => {
    const text = said.join('\n');
    expect(said.length).toBeLessThanOrEqual(30);
    for (const wanted of [standalone.url, standalone.apiKey, '/graphql', '/reference', 'Readiness by clause', '8.3'])
      expect(text).toContain(wanted);
  });
});

/** Waits for a state; when `script` fails first, that is the reason. */
async function until(look: () => Promise<boolean>, script?: Promise<unknown>): Promise<void> {
  let failure: unknown;
  script?.catch((error) => {
    failure = error;
  });
  for (let tries = 0; tries < 400; tries++) {
    if (await look()) return;
    if (failure) throw failure;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('It did not come about');
}
