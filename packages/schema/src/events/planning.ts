import { Type } from 'typebox';
import { Moment, Nullable, Uuid } from '../scalars.ts';
import { Rows, rowBase } from './envelope.ts';

/** Planning, support and operation of an ISMS, which the controls service keeps (27001, clauses 5 to 8). */
export const planningEvents = {
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
