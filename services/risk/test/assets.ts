import type { TestCaller } from '@annex/service/testing';
import type { Register } from './register.ts';

export interface AssetView {
  id: string;
  version: number;
  reference: string;
  name: string;
  kind: string;
  category: string;
  status: string;
  externalKey: string | null;
  description: string;
  owner: { id: string } | null;
  ownValue: Value;
  value: Value;
  valueExplanation: { property: string; own: number | null; value: number | null; sentence: string }[];
  dependsOn: { id: string; name: string }[];
  neededBy: { id: string }[];
}

interface Value {
  confidentiality: number | null;
  integrity: number | null;
  availability: number | null;
}

const value = '{ confidentiality integrity availability }';
export const assetFields = `id version reference name kind category status externalKey description owner { id } ownValue ${value} value ${value}
  valueExplanation { property own value from { id reference } sentence } dependsOn(first: 100) { id name } neededBy { id }`;

/** Asks for a mutation that answers with an asset. */
export const assetCall = (register: Register, name: string, input: object, caller: TestCaller = {}) => {
  const type = /^(retire|reinstate)/.test(name) ? 'AssetStep' : `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return register.call(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { asset { ${assetFields} } } }`,
    { input },
    caller,
  );
};

/** A server, unless told otherwise. */
export async function createAsset(register: Register, input: object = {}, caller: TestCaller = {}): Promise<AssetView> {
  const answer = await assetCall(
    register,
    'createAsset',
    { ismsId: register.ismsId, name: 'Server', kind: 'SUPPORTING', category: 'HARDWARE', ...input },
    caller,
  );
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (answer.data as { createAsset: { asset: AssetView } }).createAsset.asset;
}

export async function readAsset(register: Register, id: string, caller: TestCaller = {}): Promise<AssetView> {
  const query = `query ($id: UUID!) { asset(id: $id) { ${assetFields} } }`;
  return (await register.ask<{ asset: AssetView }>(query, { id }, caller)).asset;
}

/** Code and whole text of the first error of an answer. */
export function errorOf(answer: { errors?: readonly { message: string; extensions?: unknown }[] }) {
  const [first] = answer.errors ?? [];
  return { code: (first?.extensions as { code?: string } | undefined)?.code, text: JSON.stringify(first ?? null) };
}
