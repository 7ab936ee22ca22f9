/** One mutation of a request that makes several: `createObjective` of an `objective`. */
export interface Step {
  /** What the rest of the example calls the thing. */
  readonly name: string;
  readonly mutation: string;
  readonly thing: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the planning of the example refers to. */
export interface Known {
  readonly ismsId: string;
  /** The moment so many days after the ISMS was recorded, or before. */
  readonly day: (offset: number) => string;
  readonly person: (key: string) => string;
  readonly measure: (key: string) => string;
  readonly implementation: (key: string) => string;
  readonly risk: (key: string) => string;
  /** What an earlier round made. */
  readonly made: (name: string) => string;
}

/** A mutation of a round. */
export const step = (name: string, mutation: string, thing: string, input: Step['input']): Step => ({
  name,
  mutation,
  thing,
  input,
});

/** Steps in rounds: what a round makes may be named by those after it. */
export type Rounds = readonly ((known: Known) => readonly Step[])[];

/**
 * How the example plans, supports and operates its ISMS (27001, clauses 5 to 8.1), round by round: what a round makes may refer to what
 * the rounds before it made. A company on its way: some is done, some is late in coming, some is not there.
 */
export const planningRounds: Rounds = [
  ({ ismsId, day, person, measure, implementation, risk }) => [
    step('manager', 'createResponsibility', 'responsibility', {
      ismsId,
      title: 'Information security manager',
      duties:
        'Keeps the ISMS in line with ISO/IEC 27001, prepares its decisions, and may stop a release that breaks its rules.',
      kind: 'CONFORMITY',
      personId: person('jonas'),
      communication: 'Announced to everybody in the assembly, and kept on the page “Who does what”.',
      communicatedAt: day(-40),
    }),
    step('reporter', 'createResponsibility', 'responsibility', {
      ismsId,
      title: 'Reporting on information security to management',
      duties:
        'Tells the managing director each quarter how the ISMS performs, by its measures, findings and objectives.',
      kind: 'REPORTING',
      personId: person('jonas'),
      communication: 'Agreed in the management meeting.',
      communicatedAt: day(-40),
    }),
    step('operations', 'createResponsibility', 'responsibility', {
      ismsId,
      title: 'Head of operations',
      duties: 'Runs the hosted platform: patches, backups and the drills that restore them.',
      kind: 'OTHER',
      personId: person('rafael'),
      communication: 'Announced to everybody in the assembly.',
      communicatedAt: day(-40),
    }),
    step('interview', 'recordLeadershipInterview', 'leadershipInterview', {
      ismsId,
      intervieweeId: person('sofia'),
      interviewerId: person('jonas'),
      heldAt: day(-21),
      validUntil: day(344),
      judgements: [
        {
          letter: 'A',
          conclusion: 'DEMONSTRATED',
          reason: 'She set the policy herself, and named which of its aims serve the plans for the northern ports.',
        },
        {
          letter: 'C',
          conclusion: 'PARTLY',
          reason:
            'Money for the scanner is given; the hours for supplier reviews are promised and not in the plan yet.',
        },
        {
          letter: 'D',
          conclusion: 'DEMONSTRATED',
          reason: 'She opened the last two assemblies with what had gone wrong and what follows for everybody.',
        },
        {
          letter: 'F',
          conclusion: 'DEMONSTRATED',
          reason: 'The security manager reports to her and has a fixed hour each fortnight.',
        },
      ],
      note: 'The other letters are for the next interview.',
    }),
    step('patching', 'createObjective', 'objective', {
      ismsId,
      title: 'Known weaknesses are closed within a week',
      statement: 'By the end of the plan, nine of ten fixes are in place seven days after they are published.',
      policyBasis: 'Policy, section 3: we do not leave doors open that we know of.',
      basis: 'The risk of ransomware, and what port authorities ask for in their terms.',
      riskIds: [risk('ransomware')],
      actions:
        'A weekly window for patches, tests that run by themselves, and a list of what may not wait for the window.',
      resources: 'Two days a month of operations, and a test environment.',
      ownerId: person('rafael'),
      due: day(240),
      evaluation: 'By the 90th percentile of days from fix to patch, each month.',
      measureIds: [measure('patching')],
      reviewDate: day(90),
      communication: 'To operations and development in their weekly meetings.',
      communicatedAt: day(-14),
    }),
    step('restoring', 'createObjective', 'objective', {
      ismsId,
      title: 'A lost terminal is back within a day',
      statement: 'Any terminal’s data can be restored within 24 hours, by whoever is on duty.',
      ownerId: person('rafael'),
    }),
    step('toStaff', 'createCommunication', 'communication', {
      ismsId,
      topic: 'What everybody must keep to, and what has changed in it',
      direction: 'INTERNAL',
      occasion: 'In the first week of employment, and in each quarterly assembly',
      audience: 'Everybody, including contractors',
      channel: 'Talk, and the handbook',
      ownerId: person('jonas'),
    }),
    step('toPorts', 'createCommunication', 'communication', {
      ismsId,
      topic: 'Incidents that touch a terminal’s data',
      direction: 'EXTERNAL',
      occasion: 'Within 24 hours of noticing one',
      audience: 'The port authority and the terminal’s operator',
      channel: 'Telephone, then in writing to the contact named in the contract',
      ownerId: person('sofia'),
    }),
    step('toManagement', 'createCommunication', 'communication', {
      ismsId,
      topic: 'How the ISMS performs',
      direction: 'INTERNAL',
      occasion: 'Each quarter',
      audience: 'The managing director',
      channel: 'Written report, talked through in the management meeting',
      ownerId: person('jonas'),
    }),
    step('northern', 'proposeIsmsChange', 'ismsChange', {
      ismsId,
      title: 'Take the office in Luleå into the ISMS',
      purpose: 'The northern ports are served from there as of autumn.',
      consequences: 'One more site and eight more people; the rules for visitors do not fit its shared building.',
      integrity:
        'The office works by the rules of Gothenburg from the first day; deviations are asked for as exceptions.',
      resources: 'Ten days of the security manager, and a lock.',
      responsibilities: 'The security manager prepares it; the head of the office answers for it afterwards.',
      ownerId: person('jonas'),
      plannedFor: day(120),
    }),
    step('oneHead', 'createOpportunity', 'opportunity', {
      ismsId,
      title: 'The ISMS hangs on one person',
      description: 'Only the security manager knows how its parts hang together; a long absence would stop it.',
      kind: 'RISK',
      ownerId: person('sofia'),
      response: 'ACT',
      responseReason: 'A deputy costs less than a year without the ISMS.',
    }),
    step('tender', 'createOpportunity', 'opportunity', {
      ismsId,
      title: 'Ports ask for a certificate in tenders',
      description: 'Two of the tenders of next year count it; the ISMS could win business and not only guard it.',
      kind: 'OPPORTUNITY',
      ownerId: person('sofia'),
      response: 'ACT',
      responseReason: 'Most of the work is under way anyway.',
    }),
    step('hosting', 'createExternalProvision', 'externalProvision', {
      ismsId,
      title: 'Hosting of the platform',
      kind: 'SERVICE',
      provider: 'Northlight Data Centres',
      description: 'Holds the live data of every terminal.',
      ownerId: person('rafael'),
      criteria:
        'Two sites, a certificate for ISO/IEC 27001, incidents told within a day; looked at each year with its report.',
      controlIds: ['A.5.19', 'A.5.22', 'A.5.23'],
      implementationIds: [implementation('suppliers'), implementation('backup')],
      reviewDate: day(180),
    }),
    step('payroll', 'createExternalProvision', 'externalProvision', {
      ismsId,
      title: 'Payroll',
      kind: 'PROCESS',
      provider: 'Kontoret & Partners',
      description: 'Knows who joins and who leaves, from which access begins and ends.',
      ownerId: person('mei'),
      criteria: 'Tells of leavers a day ahead; compared with the list of accounts each month.',
      controlIds: ['A.5.19', 'A.5.20'],
      implementationIds: [implementation('leavers')],
      reviewDate: day(270),
    }),
    step('hours', 'createResourceNeed', 'resourceNeed', {
      ismsId,
      title: 'Hours for the review of suppliers',
      purpose: 'Half of the suppliers were never assessed; a day a week for a quarter would do.',
      kind: 'PEOPLE',
      ownerId: person('jonas'),
      neededBy: day(45),
    }),
    step('oldTerminals', 'requestException', 'exception', {
      implementationId: implementation('logging'),
      title: 'The two oldest terminals keep their logs to themselves',
      reason: 'Their software cannot send logs, and is replaced within the year.',
      controlIds: ['A.8.15'],
      compensation: 'Their logs are read on site each month, and the terminals have no way to the other ones.',
      cap: 0.6,
      endsAt: day(330),
    }),
  ],
  ({ ismsId, day, person, made }) => [
    step('pursued', 'updateObjective', 'objective', { id: made('patching'), status: 'ACTIVE' }),
    step('drills', 'createCompetence', 'competence', {
      ismsId,
      title: 'Restoring a terminal from backups',
      description: 'Without help and by the written steps: the drill shows it.',
      responsibilityId: made('operations'),
      personId: person('rafael'),
      holding: 'HELD',
      basis: ['TRAINING', 'EXPERIENCE'],
      evidence: 'Protocol of the last drill.',
      validUntil: day(300),
    }),
    step('auditing', 'createCompetence', 'competence', {
      ismsId,
      title: 'Managing an ISMS by ISO/IEC 27001',
      responsibilityId: made('manager'),
      personId: person('jonas'),
      holding: 'HELD',
      basis: ['EDUCATION', 'EXPERIENCE'],
      evidence: 'Certificate of a lead implementer, and four years in the role at another company.',
    }),
    step('writing', 'createCompetence', 'competence', {
      ismsId,
      title: 'Writing reports that management decides by',
      description: 'Short, by numbers, and with what is to be decided.',
      responsibilityId: made('reporter'),
      personId: person('jonas'),
    }),
    step('deputy', 'createOpportunityAction', 'opportunityAction', {
      opportunityId: made('oneHead'),
      action: 'Name a deputy, who prepares every second quarterly report',
      integration: 'The deputy is in the plan of each report and in the invitation to each review.',
      ownerId: person('jonas'),
      due: day(60),
    }),
    step('certificate', 'createOpportunityAction', 'opportunityAction', {
      opportunityId: made('tender'),
      action: 'Ask three certification bodies for offers',
      integration: 'The dates of the audits go into the programme of internal audits.',
      ownerId: person('jonas'),
      due: day(100),
    }),
  ],
  ({ day, made }) => [
    step('training', 'createCompetenceAction', 'competenceAction', {
      competenceId: made('drills'),
      action: 'Two days of training by the maker of the backup software',
      kind: 'TRAINING',
      due: day(-30),
    }),
  ],
  ({ made }) => [
    step('trained', 'updateCompetenceAction', 'competenceAction', {
      id: made('training'),
      status: 'DONE',
      effectiveness: 'EFFECTIVE',
      evaluation: 'The drill afterwards took a third of the time, and nobody had to be asked.',
    }),
  ],
];
