import {
  type Approach,
  type Property,
  type ScenarioTemplate,
  scenarioTemplates,
  type Threat,
  type ThreatSource,
  threats,
  type Weakness,
  weaknesses,
} from '@annex/threats';

export interface LibraryFilter {
  readonly affects?: Property | null;
  readonly controlId?: string | null;
  readonly contains?: string | null;
}

export interface ThreatFilter extends LibraryFilter {
  readonly source?: ThreatSource | null;
}

export interface ScenarioTemplateFilter extends LibraryFilter {
  readonly approach?: Approach | null;
  readonly threatId?: string | null;
  readonly weaknessId?: string | null;
  readonly assetCategory?: string | null;
}

type Entry = Threat | Weakness | ScenarioTemplate;

/** Whether an entry affects what is asked for, names the control, and has the text in one of its own. */
function fits(entry: Entry, { affects, controlId, contains }: LibraryFilter): boolean {
  if (affects && !entry.affects.includes(affects)) return false;
  if (controlId && !entry.controlIds.includes(controlId)) return false;
  if (!contains) return true;
  const wanted = contains.toLowerCase();
  const references = 'references' in entry ? entry.references.map((reference) => reference.id) : [];
  const texts = [...Object.values(entry).filter((value) => typeof value === 'string'), ...references];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

/** Threats, narrowed, in the order of the library. */
export const threatsBy = (filter: ThreatFilter): Threat[] =>
  [...threats.values()].filter(
    (threat) => fits(threat, filter) && (!filter.source || threat.sources.includes(filter.source)),
  );

/** Weaknesses, narrowed, in the order of the library. */
export const weaknessesBy = (filter: LibraryFilter): Weakness[] =>
  [...weaknesses.values()].filter((weakness) => fits(weakness, filter));

/** Scenario templates, narrowed, in the order of the library. */
export const templatesBy = (filter: ScenarioTemplateFilter): ScenarioTemplate[] =>
  [...scenarioTemplates.values()].filter(
    (one) =>
      fits(one, filter) &&
      (!filter.approach || one.approach === filter.approach) &&
      (!filter.threatId || one.threatId === filter.threatId) &&
      (!filter.weaknessId || one.weaknessIds.includes(filter.weaknessId)) &&
      (!filter.assetCategory || one.assetCategories.includes(filter.assetCategory)),
  );
