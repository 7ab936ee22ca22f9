import { scenarioTemplates } from '@annex/threats';
import { filledBy, identifiedBy, suggestedControls } from './identification.ts';

const asset = '0190aaaa-0000-7000-8000-00000000ffff';
const event = { riskSource: 'A gang', desiredEndState: 'A ransom', strategicScenario: 'Files are encrypted.' };
const byAsset = {
  assetIds: [asset],
  threatId: 'T-FIRE',
  weaknessIds: ['W-ENVIRONMENT'],
  operationalScenario: 'It burns.',
};
const fields = (input: Parameters<typeof identifiedBy>[0]) => identifiedBy(input).faults.map((fault) => fault.field);

describe('how a risk is identified', () => {
  it('is told in exactly one of the two ways', () => {
    expect(fields({ eventBased: event })).toEqual([]);
    expect(fields({ assetBased: byAsset })).toEqual([]);
    expect(fields({ eventBased: event, assetBased: byAsset })).toEqual(['input.eventBased']);
    expect(fields({})).toEqual(['input.eventBased']);
  });

  it('names each field at fault', () => {
    const at = (names: string[], way: string) => names.map((name) => `input.${way}.${name}`);
    const empty = { riskSource: ' ', desiredEndState: '', strategicScenario: 'x'.repeat(5001), interestedPartyId: '7' };
    expect(fields({ eventBased: empty })).toEqual(
      at(['interestedPartyId', 'riskSource', 'desiredEndState', 'strategicScenario'], 'eventBased'),
    );
    const wrong = { assetIds: [], threatId: 'T-X', weaknessIds: ['W-X', 'W-NO-BACKUP'], operationalScenario: '' };
    expect(fields({ assetBased: wrong })).toEqual(
      at(['assetIds', 'threatId', 'weaknessIds.0', 'operationalScenario'], 'assetBased'),
    );
  });

  it('takes a threat of the library or own words, and a weakness at least', () => {
    const { threatId, weaknessIds, ...rest } = byAsset;
    const own = { ...rest, threat: 'Meteorite', weaknesses: ['Thin roof'] };
    expect(identifiedBy({ assetBased: own })).toMatchObject({
      value: { threatId: null, threat: 'Meteorite', weaknessIds: [], weaknesses: ['Thin roof'] },
      faults: [],
    });
    expect(fields({ assetBased: { ...own, threatId } })).toEqual(['input.assetBased.threatId']);
    expect(fields({ assetBased: { ...rest, weaknessIds } })).toEqual(['input.assetBased.threatId']);
    expect(fields({ assetBased: { ...rest, threatId } })).toEqual(['input.assetBased.weaknessIds']);
  });
});

describe('a template', () => {
  it.each([...scenarioTemplates.values()].map((one) => [one.id, one] as const))(
    '%s fills in all of it',
    (_, template) => {
      expect(identifiedBy(filledBy(template, { assetIds: [asset] }))).toMatchObject({
        value: { approach: template.approach },
        faults: [],
      });
    },
  );

  it('suggests its controls with those of threat and weaknesses, each once, in the order of Annex A', () => {
    const template = scenarioTemplates.get('S-FIRE');
    const found = suggestedControls({ threatId: 'T-FIRE', weaknessIds: ['W-NO-CONTINUITY-PLAN'] }, template);
    expect(found).toEqual(['5.29', '5.30', '7.5', '7.8', '8.13', '8.14'].map((number) => `iso27001:2022:A.${number}`));
    expect(suggestedControls({ threatId: null, weaknessIds: [] }, undefined)).toEqual([]);
  });
});
