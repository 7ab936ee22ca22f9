import { type Rounds, step } from './example.planning.ts';

/** Who goes through the register, what they say of each risk that they confirm, and the risks that are left out. */
export const registerReview = {
  lead: 'jonas',
  comment: 'Looked at with its owner; nothing speaks against it.',
  leftOut: ['supplier'],
};

/** Before the register is gone through: who was asked about it, what warns early, and the assessment, planned and begun. */
export const roundsBeforeReview: Rounds = [
  ({ ismsId, day, person, measure, risk }) => [
    step('asked', 'recordRiskConsultation', 'riskConsultation', {
      ismsId,
      direction: 'CONSULTED',
      step: 'ANALYSIS',
      personIds: [person('rafael'), person('mei')],
      audience: 'Two harbour masters, of a large port and of a small one',
      subject: 'How long a terminal can work on paper',
      riskIds: [risk('ransomware')],
      heldAt: day(-10),
      channel: 'Workshop at the port',
      said: 'A day is hard, two are possible in summer; with ice on the water ships would have to be sent elsewhere.',
      outcome: 'A stop of several days is severe for every terminal. It stays rated so.',
    }),
    step('unpatched', 'createRiskIndicator', 'riskIndicator', {
      ismsId,
      name: 'Days until a known weakness is closed',
      description: 'From two weeks on operations get a second window a week; from a month on new features wait.',
      ownerId: person('rafael'),
      measureId: measure('patching'),
      riskIds: [risk('ransomware')],
      warning: 14,
      critical: 30,
    }),
    step('firstReview', 'planAssessmentCycle', 'assessmentCycle', {
      ismsId,
      name: 'First assessment of the register',
      scope: 'Every risk of the platform and of its hosting.',
      leadId: person(registerReview.lead),
      plannedStart: day(-14),
      plannedEnd: day(1),
    }),
  ],
  ({ made }) => [
    step('begun', 'startAssessmentCycle', 'assessmentCycle', { id: made('firstReview'), expectedVersion: 1 }),
  ],
];

/** After it: it is completed, management hears of it, the next one is planned, and something has changed already. */
export const roundsAfterReview: Rounds = [
  ({ ismsId, day, person, risk, made }) => [
    step('completed', 'completeAssessmentCycle', 'assessmentCycle', {
      id: made('firstReview'),
      expectedVersion: 2,
      incompleteReason: 'The risk of the hosting supplier has no owner yet; nobody could say how likely it is.',
    }),
    step('told', 'recordRiskConsultation', 'riskConsultation', {
      ismsId,
      direction: 'INFORMED',
      step: 'MONITORING',
      personIds: [person('sofia')],
      subject: 'What the first assessment of the register came to',
      riskIds: [risk('supplier')],
      assessmentCycleIds: [made('firstReview')],
      heldAt: day(0),
      channel: 'Management meeting',
      outcome: 'The managing director names an owner for the risk of the hosting supplier.',
    }),
    step('nextReview', 'planAssessmentCycle', 'assessmentCycle', {
      ismsId,
      name: 'Assessment before the northern ports are served',
      reason: 'SIGNIFICANT_CHANGE',
      scope: 'Every risk, with the office in Luleå in the scope.',
      leadId: person(registerReview.lead),
      plannedStart: day(90),
      plannedEnd: day(111),
    }),
    step('contractors', 'requestReassessment', 'trigger', {
      riskId: risk('leaver'),
      reason: 'Sixty seasonal contractors begin next month, three times as many as last year.',
    }),
  ],
];
