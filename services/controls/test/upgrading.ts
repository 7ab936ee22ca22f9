import type { TestCaller } from '@annex/service/testing';
import type { Scenario } from './scenario.ts';

export const [from, to]: [string, string] = ['iso27001:2013', 'iso27001:2022'];

const upgradeFields = `id version status undoneAt undoneBy appliedBy implementationCount from { id } to { id }
  taskCounts { total open done dismissed withdrawn }
  implementations(first: 500) { implementation { id } before { id } after { id } carried { id } openPoints { kind } }
  tasks(first: 200) { nodes { id version status note settledBy settledAt kind sentence sources { id } targets { id } implementations { reference } } }`;

interface Id {
  readonly id: string;
}
interface Moved {
  readonly implementation: Id;
  readonly before: Id[];
  readonly after: Id[];
  readonly carried: Id[];
  readonly openPoints: { kind: string }[];
}
export interface Point {
  readonly kind: string;
  readonly sentence: string;
  readonly sources: Id[];
  readonly targets: Id[];
}
export interface Task extends Point {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly note: string;
  readonly settledBy: string | null;
  readonly settledAt: string | null;
}
export interface Shown {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly taskCounts: { total: number; open: number; done: number; dismissed: number; withdrawn: number };
  readonly implementations: Moved[];
  readonly tasks: { readonly nodes: Task[] };
}
interface Plan {
  readonly counts: Record<string, number>;
  readonly added: Id[];
  readonly removed: Id[];
  readonly merged: { target: Id; sources: Id[] }[];
  readonly split: { source: Id; targets: Id[] }[];
  readonly unchanged: { source: Id; target: Id }[];
  readonly changed: { source: Id; target: Id }[];
  readonly implementationCount: number;
  readonly implementations: Moved[];
  readonly openPoints: Point[];
}

export const ids = (list: readonly Id[]) => list.map((one) => one.id);

type Answer = Awaited<ReturnType<Scenario['call']>>;
export const error = (answer: Answer) => answer.errors?.[0]?.extensions;

/** The steps of tests about upgrades. */
export function upgrading(scenario: Scenario) {
  const callApply = (input: object, caller?: TestCaller) =>
    scenario.call(
      `mutation ($input: ApplyUpgradeInput!) { applyUpgrade(input: $input) { upgrade { ${upgradeFields} } } }`,
      { input: { from, to, ...input } },
      caller,
    );
  const callUndo = (input: object, caller?: TestCaller) =>
    scenario.call(
      `mutation ($input: UndoUpgradeInput!) { undoUpgrade(input: $input) { upgrade { ${upgradeFields} } } }`,
      { input },
      caller,
    );

  const apply = async (ismsId: string, more: object = {}): Promise<Shown> => {
    const { data, errors } = await callApply({ ismsId, ...more });
    if (errors) throw new Error(JSON.stringify(errors));
    return (data as { applyUpgrade: { upgrade: Shown } }).applyUpgrade.upgrade;
  };

  const plan = async (ismsId: string, caller?: TestCaller, editions = { from, to }) => {
    const { upgradePlan } = await scenario.ask<{ upgradePlan: Plan }>(
      `query ($ismsId: UUID, $from: ID!, $to: ID!) { upgradePlan(ismsId: $ismsId, from: $from, to: $to) {
       from { id title size } to { id title size } counts { added removed merged split unchanged changed }
       added { id title } removed { id } merged { target { id } sources { id } }
       split { source { id } targets { id } } unchanged { source { id } target { id } } changed { source { id } target { id } }
       implementationCount openPointCount
       implementations(first: 500) { implementation { id } before { id } after { id } carried { id } openPoints { kind } }
       openPoints(first: 500) { kind sentence sources { id } targets { id } } } }`,
      { ismsId, ...editions },
      caller,
    );
    return upgradePlan;
  };

  const callUpdateTask = (input: object, caller?: TestCaller) =>
    scenario.call(
      `mutation ($input: UpdateUpgradeTaskInput!) { updateUpgradeTask(input: $input) { upgradeTask {
       id version status note settledBy settledAt kind sentence sources { id } targets { id } } } }`,
      { input },
      caller,
    );

  /** The upgrade as it is. */
  const upgrade = async (id: string, caller?: TestCaller): Promise<Shown> => {
    const found = await scenario.ask<{ upgrade: Shown }>(
      `query ($id: UUID!) { upgrade(id: $id) { ${upgradeFields} } }`,
      { id },
      caller,
    );
    return found.upgrade;
  };

  /** The controls and versions of all implementations of an ISMS, by their ids. */
  const implementations = async (ismsId: string, caller: TestCaller = {}) => {
    const { implementations: page } = await scenario.ask<{
      implementations: { nodes: { id: string; version: number; controls: Id[] }[] };
    }>(
      'query ($ismsId: UUID) { implementations(ismsId: $ismsId, first: 200) { nodes { id version controls { id } } } }',
      { ismsId },
      caller,
    );
    return new Map(page.nodes.map((one) => [one.id, { version: one.version, controls: ids(one.controls).sort() }]));
  };

  return { callApply, callUndo, callUpdateTask, apply, plan, upgrade, implementations };
}
