import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalog, type CatalogEnd, type CatalogLimits, OscalError, readCatalog } from '../src/index.ts';
import { itWhere, shared } from './schemas.ts';

export { faults, itWithSchemas } from './schemas.ts';

const inputs = join(shared, 'inputs/oscal');

/** A test on a file that a tool or NIST made, which is not part of the repository. */
export const itWithReal = (name: string) => itWhere(join(inputs, name), `inputs/oscal/${name}`);
export const readReal = (name: string) => readFileSync(join(inputs, name));
export const realJson = (name: string) => JSON.parse(readReal(name).toString('utf8'));

export async function* inChunks(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Reads a whole catalog, given as bytes, as text or as what its JSON stands for. */
export async function readWhole(
  given: Uint8Array | string | object,
  limits: Partial<CatalogLimits> = {},
  size?: number,
): Promise<Catalog & { end: CatalogEnd }> {
  const bytes =
    given instanceof Uint8Array ? given : Buffer.from(typeof given === 'string' ? given : JSON.stringify(given));
  const all = await collected(readCatalog(inChunks(bytes, size), limits));
  const [document, ...parts] = all;
  const end = parts.pop();
  if (document?.kind !== 'document' || end?.kind !== 'end') throw new Error('the document comes first, the end last');
  return { document, parts, end };
}

export async function refusal(run: Promise<unknown> | (() => unknown)): Promise<OscalError> {
  try {
    await (typeof run === 'function' ? run() : run);
  } catch (error) {
    if (error instanceof OscalError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

export const metadata = (more: object = {}) => ({
  title: 'Controls of a harbour',
  'last-modified': '2026-05-01T08:00:00Z',
  version: '3',
  'oscal-version': '1.2.1',
  ...more,
});
export const uuid = (last: number) => `11111111-1111-4111-8111-${String(last).padStart(12, '0')}`;
export const catalogOf = (more: object) => ({ catalog: { uuid: uuid(1), metadata: metadata(), ...more } });
export const profileOf = (more: object, last = 2) => ({
  profile: { uuid: uuid(last), metadata: metadata({ title: 'Baseline' }), ...more },
});
