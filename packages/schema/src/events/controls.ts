import { Type } from 'typebox';
import { Fraction, Moment, Nullable, Uuid, Version } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

export const ImplementationStatus = Type.Union([
  Type.Literal('NOT_STARTED'),
  Type.Literal('PLANNED'),
  Type.Literal('PARTIAL'),
  Type.Literal('IMPLEMENTED'),
]);

export const controlsEvents = {
  'annex.controls.isms.changed.v1': {
    description: 'An ISMS was created or changed',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        name: Type.String(),
        status: Type.Union([Type.Literal('ESTABLISHING'), Type.Literal('OPERATING'), Type.Literal('RETIRED')]),
      }),
    ),
  },
  'annex.controls.implementation.changed.v1': {
    description: 'An implementation of controls was created or changed',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: ImplementationStatus,
        ownerId: Nullable(Uuid),
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.8.28' }),
        reviewDate: Type.Optional(
          Nullable(Type.String({ format: 'date-time', description: 'Absent in events of before it was known' })),
        ),
      }),
    ),
  },
  'annex.controls.strength.changed.v1': {
    description:
      'The computed strength of implementations moved; id and version are the strength record of the implementation',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        verified: Fraction,
        claimed: Fraction,
        verification: Type.Union([
          Type.Literal('VERIFIED'),
          Type.Literal('PARTLY_VERIFIED'),
          Type.Literal('NOT_VERIFIED'),
        ]),
        computedAt: Moment,
      }),
    ),
  },
  'annex.controls.exception.changed.v1': {
    description:
      'An exception was asked for, decided, ended or taken back, or its end came (27001, 8.1); its texts stay in the register',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([
          Type.Literal('REQUESTED'),
          Type.Literal('APPROVED'),
          Type.Literal('REJECTED'),
          Type.Literal('WITHDRAWN'),
          Type.Literal('ENDED'),
          Type.Literal('EXPIRED'),
        ]),
        implementationId: Uuid,
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.8.28' }),
        compensatingImplementationIds: Type.Array(Uuid),
        cap: Fraction,
        endsAt: Moment,
        requestedBy: Type.String(),
        requestedAt: Moment,
        decidedBy: Nullable(Type.String()),
        decidedAt: Nullable(Moment),
        endedBy: Nullable(Type.String()),
        endedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.implementation-task.changed.v1': {
    description:
      'Tasks were made of the guidance on the controls of an implementation, or one was assigned, settled or opened again (27001, Annex A)',
    data: Rows(
      Type.Object({
        ...rowBase,
        implementationId: Uuid,
        controlId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        title: Type.String(),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('DONE'), Type.Literal('NOT_APPLICABLE')]),
        assigneeId: Nullable(Uuid),
        due: Nullable(Moment),
        settledBy: Nullable(Type.String()),
        settledAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.strength-judgement.changed.v1': {
    description:
      'An assessor put a judgement beside the computed strength of an implementation; it never changes, and the latest holds until its end',
    data: Rows(
      Type.Object({
        ...rowBase,
        implementationId: Uuid,
        judged: Fraction,
        judgedBy: Type.String(),
        judgedAt: Moment,
        endsAt: Moment,
      }),
    ),
  },
  'annex.controls.maturity.changed.v1': {
    description:
      'A person assessed how mature a control is, on Annex’s own scale of 0 to 5; an assessment never changes, the latest of a control counts',
    data: Rows(
      Type.Object({
        ...rowBase,
        controlId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        level: Type.Integer({ minimum: 0, maximum: 5 }),
        assessedBy: Type.String(),
        assessedAt: Moment,
      }),
    ),
  },
  'annex.controls.applicability.changed.v1': {
    description:
      'It was decided whether controls are necessary (27001, 6.1.3 b to d); the justification itself stays in the statement',
    data: Rows(
      Type.Object({
        ...rowBase,
        controlId: Type.String(),
        decision: Type.Union([Type.Literal('NECESSARY'), Type.Literal('NOT_NECESSARY'), Type.Literal('UNDECIDED')]),
        justified: Type.Boolean({ description: 'Whether a justification is given' }),
        reasons: Type.Array(Type.Union([Type.Literal('LEGAL'), Type.Literal('CONTRACTUAL'), Type.Literal('BUSINESS')])),
        decidedBy: Type.String(),
        decidedAt: Moment,
      }),
    ),
  },
  'annex.controls.soa.changed.v1': {
    description:
      'A version of a Statement of Applicability was submitted, decided, withdrawn or superseded (27001, 6.1.3 d)',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1 }),
        status: Type.Union([
          Type.Literal('IN_REVIEW'),
          Type.Literal('APPROVED'),
          Type.Literal('SENT_BACK'),
          Type.Literal('WITHDRAWN'),
          Type.Literal('SUPERSEDED'),
        ]),
        contentHash: Type.String({ description: 'SHA-256 of the exact text of the statement, hexadecimal' }),
        controls: Type.Integer({ minimum: 0 }),
        necessary: Type.Integer({ minimum: 0 }),
        implemented: Type.Integer({ minimum: 0 }),
        submittedBy: Type.String(),
        submittedAt: Moment,
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.licensed-text.changed.v1': {
    description: 'The licensed text of a place was entered, changed or taken away; its words stay in the house',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        placeId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        language: Type.String({ description: 'BCP 47' }),
        sha256: Type.String({ description: 'SHA-256 of the words, hexadecimal' }),
        licensedUntil: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.mapping.changed.v1': {
    description: 'A mapping of the organisation’s own between two places of frameworks was made, changed or taken away',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        sourceId: Type.String({ description: 'Such as csf:2.0:PR.AA-01' }),
        targetId: Type.String({ description: 'Such as iso27001:2022:A.8.28' }),
        relationship: Type.Union([
          Type.Literal('EQUAL'),
          Type.Literal('SUBSET'),
          Type.Literal('SUPERSET'),
          Type.Literal('INTERSECT'),
        ]),
        strength: Nullable(Fraction),
        collectionId: Nullable(Uuid),
      }),
    ),
  },
  'annex.controls.mapping-collection.changed.v1': {
    description: 'A collection of mappings was imported or taken away',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        title: Type.String(),
        sha256: Type.String({ description: 'SHA-256 of the file, hexadecimal' }),
        mappings: Type.Integer({ minimum: 0 }),
        frameworks: Type.Array(Type.String(), { description: 'From and to, such as csf:2.0 iso27001:2022' }),
      }),
    ),
  },
  'annex.controls.component-definition.changed.v1': {
    description: 'A component definition was imported or taken away; what it says stays in the house',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        key: Type.String(),
        title: Type.String(),
        documentVersion: Type.String({ description: 'As its author gave it' }),
        sha256: Type.String({ description: 'SHA-256 of the file, hexadecimal' }),
        components: Type.Integer({ minimum: 0 }),
        claims: Type.Integer({ minimum: 0, description: 'How many controls its components say they implement' }),
      }),
    ),
  },
  'annex.controls.component.changed.v1': {
    description: 'A component came with a component definition, or went with it',
    data: Rows(
      Type.Object({
        id: Uuid,
        version: Version,
        deleted: Type.Optional(Type.Literal(true)),
        definitionId: Uuid,
        oscalUuid: Type.String({ description: 'The UUID that its author gave it' }),
        type: Type.String({ description: 'Such as software or service' }),
        title: Type.String(),
        claims: Type.Integer({ minimum: 0 }),
      }),
    ),
  },
  'annex.controls.component-use.changed.v1': {
    description: 'An implementation was started from a component; its id is the implementation’s (27001, 6.1.3 b)',
    data: Rows(
      Type.Object({
        ...rowBase,
        componentId: Uuid,
        componentUuid: Type.String({ description: 'The UUID that its author gave it' }),
        componentTitle: Type.String(),
        definitionKey: Type.String(),
      }),
    ),
  },
  'annex.controls.upgrade.changed.v1': {
    description:
      'The implementations of an ISMS were carried over to another edition of a catalogue, or that was undone',
    data: Rows(
      Type.Object({
        ...rowBase,
        from: Type.String({ description: 'The edition that was left, such as iso27001:2013' }),
        to: Type.String({ description: 'The edition that was gone to' }),
        status: Type.Union([Type.Literal('APPLIED'), Type.Literal('UNDONE')]),
        implementations: Type.Integer({ minimum: 0, description: 'How many implementations it changed' }),
        tasks: Type.Integer({ minimum: 0, description: 'How many tasks it left to people' }),
        appliedBy: Type.String(),
        appliedAt: Moment,
        undoneBy: Nullable(Type.String()),
        undoneAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.upgrade-task.changed.v1': {
    description:
      'An upgrade left tasks to people, or one was settled, opened again or withdrawn; notes stay in the task',
    data: Rows(
      Type.Object({
        ...rowBase,
        upgradeId: Uuid,
        kind: Type.Union([
          Type.Literal('INTERSECTS_ONLY'),
          Type.Literal('SPLIT'),
          Type.Literal('REMOVED'),
          Type.Literal('CHANGED'),
          Type.Literal('MERGED'),
          Type.Literal('NEW_CONTROL'),
        ]),
        sentence: Type.String(),
        sourceIds: Type.Array(Type.String()),
        targetIds: Type.Array(Type.String()),
        implementationIds: Type.Array(Uuid, { description: 'At most 100 of them' }),
        implementationCount: Type.Integer({ minimum: 0, description: 'How many there are in all' }),
        status: Type.Union([
          Type.Literal('OPEN'),
          Type.Literal('DONE'),
          Type.Literal('DISMISSED'),
          Type.Literal('WITHDRAWN'),
        ]),
        settledBy: Nullable(Type.String()),
        settledAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.site.changed.v1': {
    description: 'A site that a scope can name was recorded, changed or taken away (27001, 4.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        name: Type.String(),
        kind: Type.Union([
          Type.Literal('OFFICE'),
          Type.Literal('PRODUCTION'),
          Type.Literal('DATA_CENTRE'),
          Type.Literal('CLOUD'),
          Type.Literal('REMOTE'),
          Type.Literal('OTHER'),
        ]),
      }),
    ),
  },
  'annex.controls.process.changed.v1': {
    description: 'A process of the ISMS was recorded, changed or taken away (27001, 4.4)',
    data: Rows(
      Type.Object({
        ...rowBase,
        name: Type.String(),
        ownerId: Nullable(Uuid),
        dependsOn: Type.Array(Uuid, { description: 'The processes that it depends on' }),
      }),
    ),
  },
  'annex.controls.scope.changed.v1': {
    description:
      'A version of the scope of an ISMS was drafted, changed, submitted, decided on or superseded (27001, 4.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1 }),
        status: Type.Union([
          Type.Literal('DRAFT'),
          Type.Literal('IN_REVIEW'),
          Type.Literal('APPROVED'),
          Type.Literal('SUPERSEDED'),
        ]),
        siteIds: Type.Array(Uuid),
        processIds: Type.Array(Uuid),
        submittedBy: Nullable(Type.String()),
        submittedAt: Nullable(Moment),
        decidedBy: Nullable(Type.String({ description: 'Who approved it or sent it back last' })),
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.context-issue.changed.v1': {
    description: 'An internal or external issue was recorded, changed or closed (27001, 4.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('INTERNAL'), Type.Literal('EXTERNAL')]),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('CLOSED')]),
        reviewDate: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.climate.changed.v1': {
    description:
      'It was determined whether climate change is a relevant issue (27001, 4.1); a determination never changes',
    data: Rows(
      Type.Object({
        ...rowBase,
        number: Type.Integer({ minimum: 1, description: 'The highest of an ISMS counts' }),
        relevance: Type.Union([Type.Literal('RELEVANT'), Type.Literal('NOT_RELEVANT')]),
        determinedBy: Type.String(),
        determinedAt: Moment,
        reviewDate: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.interested-party.changed.v1': {
    description: 'An interested party was recorded, changed or taken away (27001, 4.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        name: Type.String(),
        kind: Type.Union([
          Type.Literal('CUSTOMER'),
          Type.Literal('AUTHORITY'),
          Type.Literal('OWNER'),
          Type.Literal('PERSONNEL'),
          Type.Literal('SUPPLIER'),
          Type.Literal('PARTNER'),
          Type.Literal('PUBLIC'),
          Type.Literal('OTHER'),
        ]),
      }),
    ),
  },
  'annex.controls.party-requirement.changed.v1': {
    description: 'A requirement of an interested party was recorded, decided on or taken away (27001, 4.2 b and c)',
    data: Rows(
      Type.Object({
        ...rowBase,
        partyId: Uuid,
        decision: Type.Union([Type.Literal('UNDECIDED'), Type.Literal('ADDRESSED'), Type.Literal('NOT_ADDRESSED')]),
        decidedBy: Nullable(Type.String()),
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.obligation.changed.v1': {
    description: 'What law, a rule or a contract demands was recorded, changed or repealed (27001, Annex A 5.31)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('LEGAL'), Type.Literal('REGULATORY'), Type.Literal('CONTRACTUAL')]),
        status: Type.Union([Type.Literal('IN_FORCE'), Type.Literal('REPEALED')]),
        ownerId: Nullable(Uuid),
        partyId: Nullable(Uuid),
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.5.34' }),
        implementationIds: Type.Array(Uuid),
        riskIds: Type.Array(Uuid),
        reviewDate: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.objective.changed.v1': {
    description: 'An information security objective was planned, pursued, changed or closed (27001, 6.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([
          Type.Literal('DRAFT'),
          Type.Literal('ACTIVE'),
          Type.Literal('ACHIEVED'),
          Type.Literal('DROPPED'),
        ]),
        measurability: Type.Union([Type.Literal('MEASURABLE'), Type.Literal('NOT_PRACTICABLE')]),
        ownerId: Nullable(Uuid),
        measureIds: Type.Array(Uuid, { description: 'The measures that tell how far it is achieved' }),
        riskIds: Type.Array(Uuid),
        due: Nullable(Moment),
        reviewDate: Nullable(Moment),
        communicatedAt: Nullable(Moment),
        closedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.responsibility.changed.v1': {
    description: 'A role relevant to information security was recorded, assigned, communicated or ended (27001, 5.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('CONFORMITY'), Type.Literal('REPORTING'), Type.Literal('OTHER')]),
        status: Type.Union([Type.Literal('IN_FORCE'), Type.Literal('ENDED')]),
        personId: Nullable(Uuid),
        assignedAt: Nullable(Moment),
        communicatedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.leadership-interview.changed.v1': {
    description:
      'Leadership was judged in an interview, or one was withdrawn (27001, 5.1); the reasons stay in the house',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        intervieweeId: Uuid,
        interviewerId: Uuid,
        heldAt: Moment,
        validUntil: Moment,
        judgements: Type.Array(
          Type.Object({
            letter: Type.String({ pattern: '^[A-H]$' }),
            conclusion: Type.Union([
              Type.Literal('DEMONSTRATED'),
              Type.Literal('PARTLY'),
              Type.Literal('NOT_DEMONSTRATED'),
            ]),
          }),
        ),
        status: Type.Union([Type.Literal('RECORDED'), Type.Literal('WITHDRAWN')]),
      }),
    ),
  },
  'annex.controls.competence.changed.v1': {
    description: 'A competence was required, was said to be held or not, or is required no longer (27001, 7.2)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        status: Type.Union([Type.Literal('REQUIRED'), Type.Literal('NO_LONGER')]),
        responsibilityId: Nullable(Uuid),
        personId: Nullable(Uuid),
        holding: Type.Union([Type.Literal('HELD'), Type.Literal('NOT_HELD')]),
        basis: Type.Array(
          Type.Union([Type.Literal('EDUCATION'), Type.Literal('TRAINING'), Type.Literal('EXPERIENCE')]),
        ),
        evidenceId: Nullable(Uuid),
        validUntil: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.competence-action.changed.v1': {
    description: 'An action to acquire a competence was planned, done, cancelled or evaluated (27001, 7.2 c)',
    data: Rows(
      Type.Object({
        ...rowBase,
        competenceId: Uuid,
        kind: Type.Union([
          Type.Literal('TRAINING'),
          Type.Literal('MENTORING'),
          Type.Literal('REASSIGNMENT'),
          Type.Literal('HIRING'),
          Type.Literal('CONTRACTING'),
          Type.Literal('OTHER'),
        ]),
        status: Type.Union([Type.Literal('PLANNED'), Type.Literal('DONE'), Type.Literal('CANCELLED')]),
        due: Nullable(Moment),
        doneAt: Nullable(Moment),
        effectiveness: Type.Union([
          Type.Literal('NOT_EVALUATED'),
          Type.Literal('EFFECTIVE'),
          Type.Literal('NOT_EFFECTIVE'),
        ]),
        evaluatedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.communication.changed.v1': {
    description: 'An entry of the communication plan was recorded, changed or ended (27001, 7.4)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        topic: Type.String(),
        direction: Type.Union([Type.Literal('INTERNAL'), Type.Literal('EXTERNAL')]),
        partyIds: Type.Array(Uuid),
        ownerId: Nullable(Uuid),
        status: Type.Union([Type.Literal('IN_FORCE'), Type.Literal('ENDED')]),
      }),
    ),
  },
  'annex.controls.isms-change.changed.v1': {
    description: 'A change of the ISMS was proposed, changed, decided on or done (27001, 6.3)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        ownerId: Nullable(Uuid),
        plannedFor: Nullable(Moment),
        status: Type.Union([
          Type.Literal('PROPOSED'),
          Type.Literal('APPROVED'),
          Type.Literal('DONE'),
          Type.Literal('REJECTED'),
        ]),
        decidedBy: Nullable(Type.String()),
        decidedAt: Nullable(Moment),
        doneAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.unintended-change.changed.v1': {
    description: 'A change that nobody meant was recorded, or its consequences were reviewed (27001, 8.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        changeId: Nullable(Uuid),
        noticedAt: Moment,
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('REVIEWED')]),
        reviewedBy: Nullable(Type.String()),
        reviewedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.opportunity.changed.v1': {
    description:
      'A risk to the ISMS itself, or an opportunity, was recorded, changed, decided on or closed (27001, 6.1.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('RISK'), Type.Literal('OPPORTUNITY')]),
        issueIds: Type.Array(Uuid),
        requirementIds: Type.Array(Uuid),
        ownerId: Nullable(Uuid),
        response: Type.Union([Type.Literal('UNDECIDED'), Type.Literal('ACT'), Type.Literal('NO_ACTION')]),
        status: Type.Union([Type.Literal('OPEN'), Type.Literal('CLOSED')]),
      }),
    ),
  },
  'annex.controls.opportunity-action.changed.v1': {
    description:
      'An action that addresses a risk to the ISMS or an opportunity was planned, done, cancelled or evaluated (27001, 6.1.1 d and e)',
    data: Rows(
      Type.Object({
        ...rowBase,
        opportunityId: Uuid,
        ownerId: Nullable(Uuid),
        due: Nullable(Moment),
        status: Type.Union([Type.Literal('PLANNED'), Type.Literal('DONE'), Type.Literal('CANCELLED')]),
        doneAt: Nullable(Moment),
        effectiveness: Type.Union([
          Type.Literal('NOT_EVALUATED'),
          Type.Literal('EFFECTIVE'),
          Type.Literal('NOT_EFFECTIVE'),
        ]),
        evaluatedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.resource-need.changed.v1': {
    description: 'Something that the ISMS needs was recorded, changed, provided, refused or withdrawn (27001, 7.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([
          Type.Literal('PEOPLE'),
          Type.Literal('MONEY'),
          Type.Literal('TECHNOLOGY'),
          Type.Literal('PREMISES'),
          Type.Literal('KNOWLEDGE'),
          Type.Literal('OTHER'),
        ]),
        ownerId: Nullable(Uuid),
        neededBy: Nullable(Moment),
        status: Type.Union([
          Type.Literal('OPEN'),
          Type.Literal('PROVIDED'),
          Type.Literal('REFUSED'),
          Type.Literal('WITHDRAWN'),
        ]),
        decidedBy: Nullable(Type.String()),
        decidedAt: Nullable(Moment),
      }),
    ),
  },
  'annex.controls.external-provision.changed.v1': {
    description: 'A process, product or service from outside was recorded, changed, or is used no longer (27001, 8.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        reference: Type.String(),
        title: Type.String(),
        kind: Type.Union([Type.Literal('PROCESS'), Type.Literal('PRODUCT'), Type.Literal('SERVICE')]),
        partyId: Nullable(Uuid),
        ownerId: Nullable(Uuid),
        controlIds: Type.Array(Type.String(), { description: 'Catalogue ids such as iso27001:2022:A.5.19' }),
        implementationIds: Type.Array(Uuid),
        reviewDate: Nullable(Moment),
        status: Type.Union([Type.Literal('IN_USE'), Type.Literal('ENDED')]),
      }),
    ),
  },
  'annex.controls.process-criterion.changed.v1': {
    description: 'A criterion of a process of the ISMS was set, changed or taken away (27001, 8.1)',
    data: Rows(
      Type.Object({
        ...rowBase,
        processId: Uuid,
        ownerId: Nullable(Uuid),
        controlled: Type.Boolean({ description: 'Whether it says how the process is controlled in line with it' }),
      }),
    ),
  },
} as const;
