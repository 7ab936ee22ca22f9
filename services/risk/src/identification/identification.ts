import { type FieldFault, isUuid } from '@annex/schema';
import { type Approach, type ScenarioTemplate, threats, weaknesses } from '@annex/threats';

export interface EventBasedInput {
  readonly riskSource: string;
  readonly desiredEndState: string;
  readonly strategicScenario: string;
  readonly interestedPartyId?: string | null;
  readonly path?: string | null;
}

export interface AssetBasedInput {
  readonly assetIds: readonly string[];
  readonly threatId?: string | null;
  readonly threat?: string | null;
  readonly weaknessIds?: readonly string[] | null;
  readonly weaknesses?: readonly string[] | null;
  readonly operationalScenario: string;
}

export interface IdentifiedInput {
  readonly eventBased?: EventBasedInput | null;
  readonly assetBased?: AssetBasedInput | null;
}

/** How a risk was identified; what belongs to the other approach is null or empty. */
export interface Identified {
  readonly approach: Approach;
  readonly riskSource: string | null;
  readonly desiredEndState: string | null;
  readonly strategicScenario: string | null;
  readonly interestedPartyId: string | null;
  readonly path: string | null;
  readonly threatId: string | null;
  readonly threat: string | null;
  readonly weaknessIds: string[];
  readonly weaknesses: string[];
  readonly operationalScenario: string | null;
}

const mostAssets = 100;
const mostWeaknesses = 50;
const mostText = 5000;
const mostWords = 500;

const nothing: Omit<Identified, 'approach'> = {
  riskSource: null,
  desiredEndState: null,
  strategicScenario: null,
  interestedPartyId: null,
  path: null,
  threatId: null,
  threat: null,
  weaknessIds: [],
  weaknesses: [],
  operationalScenario: null,
};

/** A collector of faults at a place of the input. */
class Faults {
  readonly found: FieldFault[] = [];
  readonly #at: string;
  constructor(at: string) {
    this.#at = at;
  }

  add(field: string, given: unknown, allowed: string): void {
    this.found.push({ field: `${this.#at}.${field}`, given, allowed });
  }

  /** A text of people, trimmed; null where there is none and none is needed. */
  text(field: string, given: string | null | undefined, most: number, presence: 'required' | 'optional') {
    const trimmed = (given ?? '').trim();
    if (presence === 'required' && trimmed === '') this.add(field, given ?? null, 'must not be empty');
    if (trimmed.length > most) this.add(field, `${trimmed.slice(0, 60)}…`, `must have at most ${most} characters`);
    if (trimmed.includes('\u0000')) this.add(field, 'a NUL character', 'must be text without NUL characters');
    return trimmed === '' ? null : trimmed;
  }
}

function byEvent(given: EventBasedInput, faults: Faults): Identified {
  const party = given.interestedPartyId ?? null;
  if (party !== null && !isUuid(party)) faults.add('interestedPartyId', party, 'must be the id of an interested party');
  return {
    ...nothing,
    approach: 'EVENT_BASED',
    riskSource: faults.text('riskSource', given.riskSource, mostWords, 'required'),
    desiredEndState: faults.text('desiredEndState', given.desiredEndState, mostWords, 'required'),
    strategicScenario: faults.text('strategicScenario', given.strategicScenario, mostText, 'required'),
    interestedPartyId: party,
    path: faults.text('path', given.path, mostText, 'optional'),
  };
}

function byAsset(given: AssetBasedInput, faults: Faults): Identified {
  const { assetIds } = given;
  if (assetIds.length === 0 || assetIds.length > mostAssets)
    faults.add('assetIds', assetIds.length, `must name 1 to ${mostAssets} assets`);
  const threatId = given.threatId ?? null;
  const threat = faults.text('threat', given.threat, mostWords, 'optional');
  if ((threatId === null) === (threat === null))
    faults.add('threatId', threatId, 'must name a threat of the library, or threat must say it in own words, not both');
  if (threatId !== null && !threats.has(threatId)) faults.add('threatId', threatId, 'must be a threat of the library');
  const ids = [...new Set(given.weaknessIds ?? [])];
  for (const [index, id] of ids.entries())
    if (!weaknesses.has(id)) faults.add(`weaknessIds.${index}`, id, 'must be a weakness of the library');
  const words = (given.weaknesses ?? []).map(
    (text, index) => faults.text(`weaknesses.${index}`, text, mostWords, 'required') ?? '',
  );
  const count = ids.length + words.length;
  if (count === 0 || count > mostWeaknesses)
    faults.add('weaknessIds', count, `must name 1 to ${mostWeaknesses} weaknesses, of the library or in own words`);
  return {
    ...nothing,
    approach: 'ASSET_BASED',
    ...{ threatId, threat, weaknessIds: ids, weaknesses: words },
    operationalScenario: faults.text('operationalScenario', given.operationalScenario, mostText, 'required'),
  };
}

/** How a risk is said to have been identified, with every fault of that. Whether assets exist is not looked at. */
export function identifiedBy(input: IdentifiedInput): { readonly value: Identified; readonly faults: FieldFault[] } {
  const { eventBased, assetBased } = input;
  if (eventBased && !assetBased) {
    const faults = new Faults('input.eventBased');
    return { value: byEvent(eventBased, faults), faults: faults.found };
  }
  if (assetBased && !eventBased) {
    const faults = new Faults('input.assetBased');
    return { value: byAsset(assetBased, faults), faults: faults.found };
  }
  const given = eventBased ? 'both' : 'neither';
  const fault = { field: 'input.eventBased', given, allowed: 'exactly one of eventBased and assetBased' };
  return { value: { ...nothing, approach: 'EVENT_BASED' }, faults: [fault] };
}

/** What a template fills in of an identification; the assets and the interested party are the organisation's own. */
export function filledBy(
  template: ScenarioTemplate,
  own: { readonly assetIds?: readonly string[] | null; readonly interestedPartyId?: string | null },
): IdentifiedInput {
  const { scenario, riskSource, desiredEndState, path, threatId, weaknessIds } = template;
  return template.approach === 'EVENT_BASED'
    ? {
        eventBased: {
          riskSource: riskSource ?? '',
          desiredEndState: desiredEndState ?? '',
          strategicScenario: scenario,
          interestedPartyId: own.interestedPartyId ?? null,
          path,
        },
      }
    : { assetBased: { assetIds: own.assetIds ?? [], threatId, weaknessIds, operationalScenario: scenario } };
}

/** The controls that typically help: those of the template, of the threat and of the weaknesses, each once, in the order of Annex A. */
export function suggestedControls(
  identified: Pick<Identified, 'threatId' | 'weaknessIds'>,
  template: ScenarioTemplate | undefined,
): string[] {
  const entries = [
    template,
    identified.threatId === null ? undefined : threats.get(identified.threatId),
    ...identified.weaknessIds.map((id) => weaknesses.get(id)),
  ];
  const found = new Set(entries.flatMap((entry) => entry?.controlIds ?? []));
  return [...found].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}
