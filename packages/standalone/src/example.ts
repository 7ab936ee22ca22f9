import type { RoleName } from '@annex/schema';

interface SeedPerson {
  readonly key: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly RoleName[];
}

/** The example organisation: a small maker of software for harbours. All of it is invented. */
export const exampleTenant = {
  // Always the same, so that a start knows whether it has been made.
  id: '0193a000-0000-7000-8000-000000000001',
  slug: 'tidewater',
  name: 'Tidewater Harbour Systems (example)',
  person: { name: 'Amara Osei', email: 'amara@tidewater.example' },
};

/** An organisation that has an administrator and nothing recorded, to begin one's own register in. */
export const emptyTenant = {
  id: '0193a000-0000-7000-8000-000000000002',
  slug: 'organisation',
  name: 'Organisation',
  person: { name: 'Administrator', email: 'administrator@organisation.example' },
};

export const people: readonly SeedPerson[] = [
  { key: 'jonas', name: 'Jonas Lindqvist', email: 'jonas@tidewater.example', roles: ['ISMS_MANAGER'] },
  { key: 'mei', name: 'Mei Tanaka', email: 'mei@tidewater.example', roles: ['OWNER'] },
  { key: 'rafael', name: 'Rafael Duarte', email: 'rafael@tidewater.example', roles: ['OWNER'] },
  { key: 'sofia', name: 'Sofia Almeida', email: 'sofia@tidewater.example', roles: ['MANAGEMENT'] },
  { key: 'ines', name: 'Inès Carron', email: 'ines@tidewater.example', roles: ['AUDITOR'] },
];

interface SeedMeasure {
  readonly key: string;
  readonly title: string;
  readonly informationNeed: string;
  readonly unit: string;
  readonly worst: number;
  readonly target: number;
  readonly frequency: string;
  readonly collector: 'MANUAL' | 'SARIF_OPEN_FINDINGS';
  /** The first value, where a person measures. */
  readonly value?: number;
}

export const measures: readonly SeedMeasure[] = [
  {
    key: 'findings',
    title: 'Static analysis findings open',
    informationNeed: 'Do developers write code without the weaknesses that tools can see?',
    unit: 'findings',
    worst: 50,
    target: 0,
    frequency: 'P1W',
    collector: 'SARIF_OPEN_FINDINGS',
  },
  {
    key: 'restores',
    title: 'Restores that worked in the last drill',
    informationNeed: 'Would the data come back after a loss?',
    unit: '%',
    worst: 60,
    target: 100,
    frequency: 'P3M',
    collector: 'MANUAL',
    value: 96,
  },
  {
    key: 'mfa',
    title: 'Accounts with a second factor',
    informationNeed: 'Is a stolen password alone worth nothing?',
    unit: '%',
    worst: 70,
    target: 100,
    frequency: 'P1M',
    collector: 'MANUAL',
    value: 98,
  },
  {
    key: 'patching',
    title: 'Days from fix to patch, 90th percentile',
    informationNeed: 'How long are known weaknesses left open?',
    unit: 'days',
    worst: 45,
    target: 7,
    frequency: 'P1M',
    collector: 'MANUAL',
    value: 16,
  },
  {
    key: 'leavers',
    title: 'Leavers whose access ended the same day',
    informationNeed: 'Do people keep access that they no longer need?',
    unit: '%',
    worst: 50,
    target: 100,
    frequency: 'P1M',
    collector: 'MANUAL',
    value: 92,
  },
];

interface SeedImplementation {
  readonly key: string;
  readonly title: string;
  readonly owner: string;
  readonly status: 'NOT_STARTED' | 'PLANNED' | 'PARTIAL' | 'IMPLEMENTED';
  readonly share?: number;
  readonly controls: readonly string[];
  readonly design?: number;
  readonly measure?: string;
}

export const implementations: readonly SeedImplementation[] = [
  {
    key: 'coding',
    title: 'Secure coding rules, reviewed and scanned',
    owner: 'mei',
    status: 'IMPLEMENTED',
    controls: ['A.8.28'],
    design: 0.95,
    measure: 'findings',
  },
  {
    key: 'backup',
    title: 'Backups off site, restored in drills',
    owner: 'rafael',
    status: 'IMPLEMENTED',
    controls: ['A.8.13'],
    design: 0.9,
    measure: 'restores',
  },
  {
    key: 'login',
    title: 'Single sign-on with a second factor',
    owner: 'rafael',
    status: 'IMPLEMENTED',
    controls: ['A.8.5', 'A.5.17'],
    design: 1,
    measure: 'mfa',
  },
  {
    key: 'patching',
    title: 'Patching by exposure and severity',
    owner: 'rafael',
    status: 'IMPLEMENTED',
    controls: ['A.8.8'],
    design: 0.9,
    measure: 'patching',
  },
  {
    key: 'leavers',
    title: 'Access ends with the contract',
    owner: 'mei',
    status: 'IMPLEMENTED',
    controls: ['A.5.18', 'A.6.5'],
    design: 0.9,
    measure: 'leavers',
  },
  {
    key: 'suppliers',
    title: 'Suppliers assessed before they get data',
    owner: 'mei',
    status: 'PARTIAL',
    share: 0.5,
    controls: ['A.5.19', 'A.5.20'],
    design: 0.8,
  },
  {
    key: 'logging',
    title: 'Logs of all systems in one place',
    owner: 'rafael',
    status: 'PLANNED',
    controls: ['A.8.15', 'A.8.16'],
  },
];

interface SeedRisk {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly owner: string | null;
  readonly affects: readonly string[];
  readonly likelihood: number;
  readonly consequence: number;
  readonly links: readonly {
    readonly to: string;
    readonly likelihoodEffect: number;
    readonly consequenceEffect: number;
  }[];
}

export const riskProcesses = {
  assessmentProcess: {
    text: 'The owner of each product names what could be lost, how and by what, with the people who run it. Each risk gets an owner, a likelihood and a consequence without controls; the level with controls is computed from what is verified of them. The security officer confirms every level once a year, and at once when it rises or when something significant is to change.',
  },
  treatmentProcess: {
    text: 'A risk above the criteria is treated. Its owner chooses how; whoever does the work plans the necessary controls, which are compared with Annex A, and what each is to achieve by when. The owner approves the plan and accepts what it leaves; above the criteria a member of the management does so as well. Once the plan is done, what was expected is compared with what is there.',
  },
};

/** What is watched of the register itself: that the risks above the criteria do not become more. */
export const riskIndicator = {
  name: 'Risks above the criteria',
  description: 'The management asks the owners what they need before it turns red.',
  owner: 'jonas',
  figure: 'RISKS_ABOVE_CRITERIA',
  direction: 'HIGHER_IS_WORSE',
  warning: 2,
  critical: 4,
};

export const risks: readonly SeedRisk[] = [
  {
    key: 'code',
    title: 'A flaw in our code lets a stranger read berth plans',
    description: 'The booking interface faces the internet; a mistake in its code would be found by others before us.',
    owner: 'mei',
    affects: ['CONFIDENTIALITY', 'INTEGRITY'],
    likelihood: 4,
    consequence: 4,
    links: [{ to: 'coding', likelihoodEffect: 0.97, consequenceEffect: 0 }],
  },
  {
    key: 'ransomware',
    title: 'Ransomware stops the terminal for days',
    description: 'Cranes wait for our system; without it a terminal works on paper.',
    owner: 'rafael',
    affects: ['AVAILABILITY'],
    likelihood: 3,
    consequence: 5,
    links: [
      { to: 'backup', likelihoodEffect: 0, consequenceEffect: 0.9 },
      { to: 'patching', likelihoodEffect: 0.7, consequenceEffect: 0 },
    ],
  },
  {
    key: 'password',
    title: 'A stolen password opens the customer console',
    description: 'Harbour staff reuse passwords, and consoles are reachable from anywhere.',
    owner: 'rafael',
    affects: ['CONFIDENTIALITY', 'INTEGRITY'],
    likelihood: 4,
    consequence: 3,
    links: [{ to: 'login', likelihoodEffect: 0.95, consequenceEffect: 0 }],
  },
  {
    key: 'leaver',
    title: 'Someone who left still has access',
    description: 'Contractors come and go with the seasons.',
    owner: 'mei',
    affects: ['CONFIDENTIALITY'],
    likelihood: 4,
    consequence: 2,
    links: [{ to: 'leavers', likelihoodEffect: 0.9, consequenceEffect: 0 }],
  },
  {
    key: 'supplier',
    title: 'The hosting supplier loses our data',
    description: 'One supplier holds the live data of every terminal.',
    owner: null,
    affects: ['AVAILABILITY', 'CONFIDENTIALITY'],
    likelihood: 2,
    consequence: 4,
    links: [
      { to: 'suppliers', likelihoodEffect: 0.6, consequenceEffect: 0 },
      { to: 'backup', likelihoodEffect: 0, consequenceEffect: 0.8 },
    ],
  },
];

/** Controls of Annex A that the organisation leaves out; on most of the others it has not decided yet. */
export const leftOut: readonly { readonly controlId: string; readonly justification: string }[] = [
  {
    controlId: 'A.7.4',
    justification: 'The office is one floor of a guarded building, whose owner watches the entrances.',
  },
  { controlId: 'A.8.30', justification: 'Nobody outside writes code for us.' },
];
