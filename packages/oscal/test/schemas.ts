import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

export { type Generated, generatedDefinition } from './generated.ts';

export const shared = resolve(import.meta.dirname, '../../../../shared');
const schemas = join(shared, 'reference/oscal-1.2.1');

/** A test that needs what is not part of the repository; skipped, with the reason in its title, where that is not here. */
export const itWhere = (path: string, name: string) => (title: string, run: () => Promise<void>) =>
  existsSync(path) ? it(title, run) : it.skip(`${title} (../shared/${name} is not here)`, run);

/** A test against NIST's JSON schemas, which are not part of the repository. */
export const itWithSchemas = itWhere(schemas, 'reference/oscal-1.2.1');

type Model = 'catalog' | 'profile' | 'component' | 'mapping' | 'ssp';
const validators = new Map<Model, ValidateFunction>();

function validatorOf(model: Model): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  (addFormats as unknown as (to: Ajv) => void)(ajv);
  return ajv.compile(JSON.parse(readFileSync(join(schemas, `oscal_${model}_schema.json`), 'utf8')));
}

/** What NIST's schema of 1.2.1 says against the document: nothing, where it is valid. */
export function faults(model: Model, json: unknown): string[] {
  const validate = validators.get(model) ?? validatorOf(model);
  validators.set(model, validate);
  validate(json);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
