import { cut, type Node } from './sarif.reader.ts';

/** Worst last (SARIF 2.1.0, 3.27.10). */
export const levels = ['none', 'note', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];

export const longestToolName = 100;
export const longestRuleId = 400;
const longestRuleName = 300;

/** The stand-in for a result that names no rule. */
const unnamed = 'unnamed';

/** A rule of a tool as far as it is read (SARIF: reportingDescriptor). */
export interface SarifRule {
  readonly ruleId: string;
  readonly name: string;
  readonly defaultLevel: Level;
}

function readRules(component: Node): SarifRule[] {
  return component.list('rules').map((rule) => {
    const ruleId = rule.requiredText('id', longestRuleId);
    const configuration = rule.object('defaultConfiguration');
    return {
      ruleId,
      name: cut(rule.text('name') ?? rule.object('shortDescription')?.text('text') ?? ruleId, longestRuleName),
      defaultLevel: configuration?.oneOf('level', levels) ?? 'warning',
    };
  });
}

interface Component {
  readonly name: string | undefined;
  readonly guid: string | undefined;
  readonly rules: readonly SarifRule[];
  readonly byId: ReadonlyMap<string, SarifRule>;
}

function readComponent(component: Node): Component {
  const rules = readRules(component);
  return {
    name: component.text('name'),
    guid: component.text('guid'),
    rules,
    // The first of several with one id: that is the one an id alone means.
    byId: new Map(rules.toReversed().map((rule) => [rule.ruleId, rule])),
  };
}

/** All rules of a run's tool, those of its extensions included, and how a result finds its own (SARIF 2.1.0, 3.52). */
export class RuleBook {
  readonly tool: string;
  readonly #driver: Component;
  readonly #extensions: readonly Component[];

  constructor(run: Node) {
    const tool = run.requiredObject('tool');
    const driver = tool.requiredObject('driver');
    this.tool = driver.requiredText('name', longestToolName);
    this.#driver = readComponent(driver);
    this.#extensions = tool.list('extensions').map(readComponent);
  }

  /** Every rule, each id once. */
  rules(): Iterable<SarifRule> {
    const byId = new Map<string, SarifRule>();
    for (const { rules } of [this.#driver, ...this.#extensions]) {
      for (const rule of rules) if (!byId.has(rule.ruleId)) byId.set(rule.ruleId, rule);
    }
    return byId.values();
  }

  /** The rule of a result; one made up from its id where the tool does not describe it. */
  ruleOf(result: Node): SarifRule {
    const reference = result.object('rule');
    const id = result.text('ruleId', longestRuleId) ?? reference?.text('id', longestRuleId);
    const index = result.integer('ruleIndex') ?? reference?.integer('index');
    const pointed = reference?.object('toolComponent');
    const component = this.#componentOf(pointed);
    const byIndex = index === undefined || index < 0 ? undefined : component.rules[index];
    if (byIndex) return byIndex;
    const known = id === undefined ? undefined : this.#byId(component, id);
    return known ?? { ruleId: id || unnamed, name: id || unnamed, defaultLevel: 'warning' };
  }

  #componentOf(pointed: Node | undefined): Component {
    if (!pointed) return this.#driver;
    const index = pointed.integer('index');
    const guid = pointed.text('guid');
    const name = pointed.text('name');
    return (
      (index === undefined ? undefined : this.#extensions[index]) ??
      this.#extensions.find(
        (one) => (guid !== undefined && one.guid === guid) || (name !== undefined && one.name === name),
      ) ??
      this.#driver
    );
  }

  #byId(component: Component, id: string): SarifRule | undefined {
    const inAny = (wanted: string) =>
      component.byId.get(wanted) ??
      [this.#driver, ...this.#extensions].find((one) => one.byId.has(wanted))?.byId.get(wanted);
    // `CA1000/1` is a variant of the rule `CA1000` (3.27.5).
    return inAny(id) ?? (id.includes('/') ? inAny(id.slice(0, id.lastIndexOf('/'))) : undefined);
  }
}
