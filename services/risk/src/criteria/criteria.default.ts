import { type AcceptanceRule, type Band, type Criteria, geometricMean } from './criteria.ts';

const closed = (name: string, lower: number, upper: number): Band => ({
  name,
  lower,
  upper,
  representative: geometricMean(lower, upper) ?? lower,
});

const level = (name: string, rank: number, rule: AcceptanceRule, authority: string | null = null) => ({
  name,
  rank,
  rule,
  authority,
});

/** What an ISMS starts with, so that risks can be rated on the first day: 5 × 5, to be replaced by its own criteria. */
export const defaultCriteria: Criteria = {
  name: 'Default 5 × 5',
  currency: 'EUR',
  likelihoods: [
    { name: 'Rare', lower: 0, upper: 0.02, representative: 0.01 },
    closed('Unlikely', 0.02, 0.1),
    closed('Possible', 0.1, 0.5),
    closed('Likely', 0.5, 2),
    { name: 'Frequent', lower: 2, upper: null, representative: 4 },
  ],
  consequences: [
    { name: 'Negligible', lower: 0, upper: 1_000_000, representative: 300_000 },
    closed('Minor', 1_000_000, 10_000_000),
    closed('Moderate', 10_000_000, 100_000_000),
    closed('Major', 100_000_000, 1_000_000_000),
    { name: 'Severe', lower: 1_000_000_000, upper: null, representative: 3_000_000_000 },
  ],
  levels: [
    level('Low', 1, 'ACCEPTABLE'),
    level('Medium', 2, 'TOLERABLE', 'The owner of the risk'),
    level('High', 3, 'ABOVE_CRITERIA'),
    level('Critical', 4, 'ABOVE_CRITERIA'),
  ],
  matrix: [
    [1, 1, 1, 2, 2],
    [1, 1, 2, 2, 3],
    [1, 2, 2, 3, 3],
    [1, 2, 3, 3, 4],
    [2, 2, 3, 4, 4],
  ],
  floorFrequency: 0.005,
  floorLoss: 100_000,
  appetite:
    'Low risks are accepted as they are. Medium risks are tolerated while their owners accept them. High and critical risks are treated.',
  assessmentPeriod: 'P1Y',
  moneyName: 'Money',
  moneyAppetite: '',
  categories: [],
  confirmingMethods: ['PERSON'],
  assessmentProcess: null,
  treatmentProcess: null,
};
