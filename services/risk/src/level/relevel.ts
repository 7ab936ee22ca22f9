import { setImmediate } from 'node:timers/promises';
import { judge, type Rule, type WriteTx } from '@annex/service';
import { levelRules, rules } from '../conformity.ts';
import { type CriteriaRow, criteriaOfIsms } from '../criteria/criteria.store.ts';
import type { RiskDatabase } from '../database.ts';
import { figuresMoved } from '../indicator/indicator.settle.ts';
import { factorsOf } from '../risk/link.store.ts';
import {
  holdRisksLinkedTo,
  type RiskPatch,
  type RiskRow,
  recordRisks,
  updateDerived,
  updateRisk,
} from '../risk/risk.store.ts';
import { type Derived, derive } from '../risk/risk.ts';
import type { Factor } from './level.ts';

const same = (row: RiskRow, derived: Derived) =>
  (Object.keys(derived) as (keyof Derived)[]).every((name) => row[name] === derived[name]);

/** Risks with what they follow from. */
interface Inputs {
  readonly held: readonly RiskRow[];
  readonly criteria: ReadonlyMap<string, CriteriaRow>;
  readonly factors: ReadonlyMap<string, readonly Factor[]>;
}

/** What risks that are locked already follow from; one statement for each kind of input, however many risks there are. */
async function inputsOf(tx: WriteTx<RiskDatabase>, held: readonly RiskRow[]): Promise<Inputs> {
  const isms = held.map((row) => row.ismsId);
  const ids = held.map((row) => row.id);
  const [criteria, factors] = await Promise.all([criteriaOfIsms(tx, isms), factorsOf(tx, ids)]);
  return { held, criteria, factors };
}

interface LevelOptions {
  /** What was accepted was accepted by other criteria, so it is stale. */
  readonly newCriteria?: boolean;
  /** Is told of each risk, moved or not. */
  readonly levelled?: (row: RiskRow, derived: Derived) => void;
}

/** The risks whose levels are no longer what they were, as they are now. */
function movedOf({ held, criteria, factors }: Inputs, options: LevelOptions): RiskRow[] {
  const moved: RiskRow[] = [];
  for (const row of held) {
    const own = criteria.get(row.ismsId);
    if (!own) throw new Error(`The ISMS ${row.ismsId} has risks and no criteria`);
    const facts: RiskRow = options.newCriteria && row.acceptance === 'IN_FORCE' ? { ...row, acceptance: 'STALE' } : row;
    const derived = derive(facts, own, factors.get(row.id) ?? []);
    options.levelled?.(row, derived);
    if (!same(row, derived)) moved.push({ ...row, ...derived, version: row.version + 1 });
  }
  return moved;
}

/** Writes and announces what moved. @returns when it is written */
function keepMoved(tx: WriteTx<RiskDatabase>, moved: readonly RiskRow[], { factors }: Inputs): Promise<void> {
  if (moved.length === 0) return Promise.resolve();
  const written = updateDerived(tx, moved);
  recordRisks(tx, moved, (id) => (factors.get(id) ?? []).map((factor) => factor.implementationId));
  return written;
}

/**
 * Computes risks again that are locked already, from inputs read after the locks were had; writes and announces those whose result
 * changed.
 */
export async function relevel(
  tx: WriteTx<RiskDatabase>,
  held: readonly RiskRow[],
  options: LevelOptions = {},
): Promise<void> {
  if (held.length === 0) return;
  const inputs = await inputsOf(tx, held);
  await keepMoved(tx, movedOf(inputs, options), inputs);
}

/** Risks that are computed again at a time: enough that a statement costs little, few enough that memory does not grow with the register. */
const atATime = 4000;

/** Risks after which what is read meanwhile has its turn. */
const aTurn = 100;

/** As `movedOf`, in turns with what else is under way. */
async function movedInTurns(inputs: Inputs): Promise<RiskRow[]> {
  const moved: RiskRow[] = [];
  for (let from = 0; from < inputs.held.length; from += aTurn) {
    await setImmediate();
    moved.push(...movedOf({ ...inputs, held: inputs.held.slice(from, from + aTurn) }, {}));
  }
  return moved;
}

/**
 * Computes all risks again that rest on one of these implementations, and judges the ISMS in which one moved. While some are computed here,
 * the database reads the next and writes those before.
 */
export async function relevelLinkedTo(tx: WriteTx<RiskDatabase>, implementationIds: readonly string[]): Promise<void> {
  if (implementationIds.length === 0) return;
  const isms = new Set<string>();
  const writing: Promise<void>[] = [];
  const begin = async (after: string | null): Promise<Inputs> =>
    inputsOf(tx, await holdRisksLinkedTo(tx, implementationIds, after, atATime));
  let reading: Promise<Inputs> | undefined = begin(null);
  const all = async () => {
    while (reading) {
      const inputs: Inputs = await reading;
      const last = inputs.held.length < atATime ? undefined : inputs.held.at(-1);
      reading = last && begin(last.id);
      const moved = await movedInTurns(inputs);
      for (const { ismsId } of moved) isms.add(ismsId);
      writing.push(keepMoved(tx, moved, inputs));
    }
  };
  const [ended] = await Promise.allSettled([all()]);
  // Nothing is left under way; what failed first is why the others did.
  for (const one of [...(await Promise.allSettled([...writing, reading])), ended]) {
    if (one?.status === 'rejected') throw one.reason;
  }
  await judgeRisk(tx, [...isms], levelRules);
}

/** Writes a change of one locked risk together with what follows from it, announces it and judges its ISMS. */
export async function saveRisk(tx: WriteTx<RiskDatabase>, present: RiskRow, patch: RiskPatch): Promise<RiskRow> {
  const own = (await criteriaOfIsms(tx, [present.ismsId])).get(present.ismsId);
  if (!own) throw new Error(`The ISMS ${present.ismsId} has risks and no criteria`);
  const factors = (await factorsOf(tx, [present.id])).get(present.id) ?? [];
  const saved = await updateRisk(tx, present, { ...patch, ...derive({ ...present, ...patch }, own, factors) });
  recordRisks(tx, [saved], () => factors.map((factor) => factor.implementationId));
  await judgeRisk(tx, [saved.ismsId]);
  return saved;
}

/**
 * Judges the clauses whose facts live here, in the transaction that changed one, and reads the indicators of the register again.
 * @param which the rules that look at what changed
 */
export async function judgeRisk(
  tx: WriteTx<RiskDatabase>,
  ismsIds: readonly string[],
  which: readonly Rule<RiskDatabase>[] = rules,
): Promise<void> {
  await judge(tx, 'risk', ismsIds, which);
  await figuresMoved(tx, ismsIds);
}
