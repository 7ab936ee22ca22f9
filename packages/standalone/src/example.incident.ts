/** What happened to the example organisation lately; days are counted from the start, hours within the day. */
export const exampleIncident = {
  risk: 'password',
  handler: 'rafael',
  report: {
    title: 'Somebody signed in to a customer’s console from abroad at night',
    description: 'A harbour master called: berths had been moved that nobody there had touched.',
    affects: ['INTEGRITY'],
  },
  /** Days before the start. */
  occurred: 21,
  detected: 20,
  reason: 'The account’s owner was asleep, and the password was on a list of stolen ones.',
  declared: {
    categories: ['HACKING'],
    severity: 'MEDIUM',
    affects: ['CONFIDENTIALITY', 'INTEGRITY'],
    losses: [
      { category: 'response', minorUnits: 640_000 },
      { category: 'goodwill', minorUnits: 150_000 },
    ],
  },
  timeline: [
    { phase: 'DETECTION', daysBefore: 20, text: 'The harbour master calls the desk; the plan of the day is printed.' },
    {
      phase: 'CONTAINMENT',
      daysBefore: 20,
      text: 'The session is ended, the password reset, sign-in from abroad closed.',
    },
    { phase: 'EVIDENCE', daysBefore: 19, text: 'The sign-in log of the week is copied and its hash noted.' },
    { phase: 'RECOVERY', daysBefore: 19, text: 'The moved berths are put back from the plan that was printed.' },
  ],
  resolved: 'No other account shows such a sign-in.',
} as const;
