import type { FieldFault } from '@annex/schema';
import { type AssetCategory, type AssetFacts, faultsOfAsset } from '../asset/asset.ts';
import type { WrittenAsset, WrittenAssets } from './written.ts';

/** Versions that are read. Earlier ones have no JSON. */
const versions = ['1.2', '1.3', '1.4', '1.5', '1.6', '1.7'];
const mostComponents = 50_000;
const mostDepth = 50;
const mostDependencies = 500_000;

const categories: Readonly<Record<string, AssetCategory>> = {
  application: 'SOFTWARE',
  framework: 'SOFTWARE',
  library: 'SOFTWARE',
  container: 'SOFTWARE',
  platform: 'SOFTWARE',
  'operating-system': 'SOFTWARE',
  firmware: 'SOFTWARE',
  file: 'SOFTWARE',
  'device-driver': 'SOFTWARE',
  'machine-learning-model': 'SOFTWARE',
  'cryptographic-asset': 'SOFTWARE',
  device: 'HARDWARE',
  data: 'INFORMATION',
  service: 'SERVICE',
};

type Json = { readonly [name: string]: unknown };
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** What is known of a key while a document is read: the same thing may stand in several places. */
interface Found {
  readonly place: string;
  readonly facts: AssetFacts;
  readonly needs: Set<string>;
}

/** A document on its way into assets. */
class Reading {
  readonly faults: FieldFault[] = [];
  readonly warnings: string[] = [];
  readonly found = new Map<string, Found>();
  readonly #keyByRef = new Map<string, string>();
  #count = 0;

  /** Takes over a component or service with what it is made of. @returns its key */
  take(given: unknown, place: string, type: string | null, depth = 0): string | undefined {
    if (!isObject(given)) {
      this.faults.push({ field: place, given: null, allowed: 'must be an object with a name' });
      return undefined;
    }
    if (++this.#count > mostComponents || depth > mostDepth) {
      const allowed = `must hold at most ${mostComponents} components, ${mostDepth} within each other`;
      if (!this.faults.some((fault) => fault.allowed === allowed))
        this.faults.push({ field: place, given: this.#count, allowed });
      return undefined;
    }
    const key = this.#keep(given, place, type ?? textOf(given.type));
    const nested = type === 'service' ? 'services' : 'components';
    for (const inner of this.#listed(given, nested, place)) {
      const innerKey = this.take(inner.given, inner.place, type, depth + 1);
      if (key !== undefined && innerKey !== undefined && innerKey !== key) this.found.get(key)?.needs.add(innerKey);
    }
    return key;
  }

  /** The entries of a list, which may be absent. */
  *#listed(holder: Json, field: string, place: string): Generator<{ given: unknown; place: string }> {
    const at = place === '' ? field : `${place}.${field}`;
    const list = holder[field];
    if (list === undefined) return;
    if (!Array.isArray(list)) {
      this.faults.push({ field: at, given: typeof list, allowed: 'must be a list' });
      return;
    }
    for (const [index, given] of list.entries()) yield { given, place: `${at}[${index}]` };
  }

  #keep(given: Json, place: string, type: string): string | undefined {
    const category = categories[type];
    if (category === undefined) {
      const allowed = `must be one of ${Object.keys(categories).join(', ')}`;
      this.faults.push({ field: `${place}.type`, given: type, allowed });
      return undefined;
    }
    const [group, name, version] = [textOf(given.group), textOf(given.name), textOf(given.version)];
    const full = `${group === '' ? '' : `${group}/`}${name}`;
    // A bom-ref may be made anew by each run of a tool; a package URL and a name with its version are not.
    const key = textOf(given.purl) || `cyclonedx:${type}:${full}${version === '' ? '' : `@${version}`}`;
    const label = name === '' ? '' : `${full}${version === '' ? '' : ` ${version}`}`;
    const facts: AssetFacts = {
      name: label.length <= 200 ? label : `${label.slice(0, 199)}…`.toWellFormed(),
      kind: category === 'INFORMATION' ? 'PRIMARY' : 'SUPPORTING',
      category,
      ...{ ownerId: null, classification: null, confidentiality: null, integrity: null, availability: null },
      description: textOf(given.description).slice(0, 5000).toWellFormed(),
      externalKey: key,
    };
    this.faults.push(...faultsOfAsset(facts, (field) => `${place}.${field === 'externalKey' ? 'purl' : field}`));
    if (!this.found.has(key)) this.found.set(key, { place, facts, needs: new Set() });
    const ref = textOf(given['bom-ref']);
    const other = ref === '' ? undefined : this.#keyByRef.get(ref);
    if (other !== undefined && other !== key)
      this.faults.push({ field: `${place}.bom-ref`, given: ref, allowed: 'a bom-ref that no other component has' });
    if (ref !== '') this.#keyByRef.set(ref, key);
    return key;
  }

  /** Takes over the dependencies that the document tells. @returns whether it tells of any */
  depend(document: Json): boolean {
    let told = false;
    let unknown = 0;
    let count = 0;
    for (const { given, place } of this.#listed(document, 'dependencies', '')) {
      told = true;
      if (!isObject(given)) {
        this.faults.push({ field: place, given: null, allowed: 'must be an object with ref and dependsOn' });
        continue;
      }
      const from = this.#keyByRef.get(textOf(given.ref));
      for (const needed of this.#listed(given, 'dependsOn', place)) {
        if (++count > mostDependencies) {
          this.faults.push({ field: 'dependencies', given: count, allowed: `must hold at most ${mostDependencies}` });
          return true;
        }
        const to = this.#keyByRef.get(textOf(needed.given));
        if (from === undefined || to === undefined) unknown += 1;
        else if (from !== to) this.found.get(from)?.needs.add(to);
      }
    }
    if (unknown > 0) this.warnings.push(`${unknown} dependencies name a component that the document does not have.`);
    return told;
  }

  /** Reads it all: the subject, what it is made of, services and dependencies. */
  read(document: Json): void {
    const metadata = isObject(document.metadata) ? document.metadata : {};
    const subject =
      metadata.component === undefined ? undefined : this.take(metadata.component, 'metadata.component', null);
    const parts: string[] = [];
    for (const [field, type] of [
      ['components', null],
      ['services', 'service'],
    ] as const) {
      for (const { given, place } of this.#listed(document, field, '')) {
        const key = this.take(given, place, type);
        if (key !== undefined) parts.push(key);
      }
    }
    const told = this.depend(document);
    const whole = subject === undefined ? undefined : this.found.get(subject);
    // Where a document tells of no dependencies, its subject is at least made of what it lists.
    if (!told) for (const key of parts) if (key !== subject) whole?.needs.add(key);
    if (this.found.size === 0 && this.faults.length === 0)
      this.faults.push({ field: 'components', given: 0, allowed: 'must hold at least one component' });
  }
}

/** The assets of a CycloneDX document: its subject, components and services, with what they depend on. */
export function readCycloneDx(document: unknown): WrittenAssets {
  const refused = (field: string, given: unknown, allowed: string): WrittenAssets => ({
    assets: [],
    faults: [{ field, given, allowed }],
    warnings: [],
  });
  if (!isObject(document)) return refused('the file', null, 'must be a JSON object');
  const { bomFormat, specVersion } = document;
  if (bomFormat !== 'CycloneDX') return refused('bomFormat', bomFormat ?? null, 'must be CycloneDX');
  if (typeof specVersion !== 'string' || !versions.includes(specVersion))
    return refused('specVersion', specVersion ?? null, `must be one of ${versions.join(', ')}`);
  const reading = new Reading();
  reading.read(document);
  const assets = [...reading.found].map(
    ([external, { place, facts, needs }]): WrittenAsset => ({
      ...{ place, facts, key: { external }, needs: [...needs] },
      // People know better what an asset is called and worth than the tool that listed it.
      said: new Set(),
    }),
  );
  return { assets, faults: reading.faults, warnings: reading.warnings };
}
