import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EventRow } from '@annex/schema';
import { newId } from '@annex/service';
import { startTestService, type TestCaller, type TestService } from '@annex/service/testing';
import type { EvidenceDatabase } from '../src/database.ts';
import { evidence } from '../src/service.ts';

/** Where real logs lie, beside the repository; tests that need one are skipped where it is not. */
export const realLogs = resolve(import.meta.dirname, '../../../../shared/inputs/sarif');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
  readonly body: any;
}

/** The service with an ISMS, on a folder of its own, listening. */
export interface World extends TestService<EvidenceDatabase> {
  readonly ismsId: string;
  readonly url: string;
  readonly folder: string;
  at(moment: string): Promise<void>;
  http(method: string, path: string, body?: BodyInit, caller?: TestCaller, type?: string): Promise<Answer>;
  token(caller?: TestCaller): Promise<string>;
  /** Imports a log; the answer is a 201. */
  import(source: string, log: string | Buffer, caller?: TestCaller): Promise<Answer>;
  /** Uploads a form; `file` undefined leaves the file out. */
  upload(fields: Record<string, string | string[]>, file?: string, caller?: TestCaller): Promise<Answer>;
  measure(input: object, caller?: TestCaller): Promise<string>;
  says(measureId: string, caller?: TestCaller): Promise<Said>;
  attainments(measureId: string): Promise<EventRow<'annex.evidence.attainment.changed.v1'>[]>;
  /** Every file below the blob folder. */
  files(): Promise<string[]>;
  isms(tenant: string): Promise<string>;
  implementation(ismsId?: string, tenant?: string): Promise<string>;
}

export interface Said {
  readonly state: string;
  readonly value: number | null;
  readonly attainment: number | null;
  readonly freshness: number;
  readonly validUntil: string | null;
  readonly stateExplanation: string;
  readonly valueExplanation: string;
}

const saidFields = 'state value attainment freshness validUntil stateExplanation valueExplanation';

export const day = 86_400_000;
export const uploadLimit = 1024 * 1024;

export async function startWorld(limits: { uploadLimit?: number; importLimit?: number } = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'annex-evidence-'));
  const config = { blobFolder: folder, uploadLimit, importLimit: 4 * 1024 * 1024, ...limits };
  const running = await startTestService(evidence(config));
  await running.service.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(running.service.app.server.address() as AddressInfo).port}`;

  const token = async (caller?: TestCaller) => running.signer.request(running.requestInfo(caller)).for('evidence');
  const http: World['http'] = async (method, path, body, caller, type) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await token(caller)}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
    };
  };
  const isms = async (tenant: string) => {
    const id = newId();
    await running.emit(
      'annex.controls.isms.changed.v1',
      { rows: [{ id, version: 1, name: 'Product', status: 'OPERATING' }] },
      { tenant },
    );
    await running.settle();
    return id;
  };
  // Everything in a test happens after this moment.
  await running.test.setClock(new Date('2026-01-01T00:00:00Z'));
  const ismsId = await isms(running.test.tenants[0]);

  return {
    ...running,
    ismsId,
    url,
    folder,
    token,
    http,
    isms,
    at: (moment) => running.test.setClock(new Date(moment)),
    async import(source, log, caller) {
      const body = typeof log === 'string' ? log : new Uint8Array(log);
      const answer = await http(
        'POST',
        `/imports?format=sarif&source=${source}`,
        body,
        caller,
        'application/sarif+json',
      );
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    },
    upload(fields, file, caller) {
      const form = new FormData();
      for (const [name, values] of Object.entries(fields))
        for (const value of [values].flat()) form.append(name, value);
      if (file !== undefined) form.append('file', new Blob([file], { type: 'text/plain' }), 'proof.txt');
      return http('POST', '/evidence', form, caller);
    },
    async measure(input, caller) {
      const { createMeasure } = await running.ask<{ createMeasure: { measure: { id: string } } }>(
        'mutation($input: CreateMeasureInput!) { createMeasure(input: $input) { measure { id } } }',
        {
          input: {
            title: 'Static analysis findings open',
            unit: 'findings',
            target: 0,
            worst: 50,
            frequency: 'P1W',
            ...input,
          },
        },
        caller,
      );
      return createMeasure.measure.id;
    },
    async says(id, caller) {
      const { measure } = await running.ask<{ measure: { attainment: Said } }>(
        `query($id: UUID!) { measure(id: $id) { attainment { ${saidFields} } } }`,
        { id },
        caller,
      );
      return measure.attainment;
    },
    async attainments(measureId) {
      const all = await running.recorded('annex.evidence.attainment.changed.v1');
      return all.flatMap((data) => data.rows).filter((row) => row.id === measureId);
    },
    async files() {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    },
    async implementation(inIsms = ismsId, tenant = running.test.tenants[0]) {
      const id = newId();
      await running.emit(
        'annex.controls.implementation.changed.v1',
        {
          rows: [
            {
              id,
              ismsId: inIsms,
              version: 1,
              reference: 'I-0001',
              title: 'Secure coding',
              status: 'IMPLEMENTED',
              ownerId: null,
              controlIds: ['iso27001:2022:A.8.28'],
            },
          ],
        },
        { tenant },
      );
      await running.settle();
      return id;
    },
    async close() {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A log of a tool with so many findings. */
export function log(
  open: number,
  more: { success?: boolean; rules?: string[]; tool?: string; results?: unknown } = {},
): string {
  const rules = (more.rules ?? ['R1']).map((id) => ({ id }));
  return JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: more.tool ?? 'Scan', rules } },
        invocations: [{ executionSuccessful: more.success ?? true }],
        results:
          more.results ??
          Array.from({ length: open }, (_, at) => ({ ruleId: 'R1', message: { text: `finding ${at}` } })),
      },
    ],
  });
}

export const readReal = (name: string) => readFile(join(realLogs, name));
