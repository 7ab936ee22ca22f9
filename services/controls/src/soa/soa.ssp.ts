import {
  assembleSsp,
  type OscalProp,
  type OscalSystemSecurityPlan,
  oscalToken,
  type SspComponentDescription,
  type SspDescription,
  type SspSource,
} from '@annex/oscal';
import { frameworkUrn, ownNamespace } from '../mapping/collection.ts';
import { frameworkOf } from '../mapping/mapping.ts';
import { disclaimer, personOf, type SoaDocument } from './soa.document.ts';
import type { RowImplementation, SoaRow } from './soa.ts';

const prop = (name: string, value: string): OscalProp => ({ name, ns: ownNamespace, value });
const orElse = (text: string, otherwise: string): string => text.trim() || otherwise;
const notStarted = 'Work on it has not begun.';

/** How far an implementation is, as OSCAL says it of what is done about a control. It has no word for what is not begun. */
function statusOf({ status, share }: Pick<RowImplementation, 'status' | 'share'>) {
  if (status === 'IMPLEMENTED') return { state: 'implemented' };
  if (status === 'PLANNED') return { state: 'planned' };
  if (status === 'NOT_STARTED') return { state: 'not-started', remarks: notStarted };
  return { state: 'partial', ...(share === null ? {} : { remarks: `Done: ${Math.round(share * 100)} %.` }) };
}

const componentStates = {
  IMPLEMENTED: { state: 'operational' },
  PARTIAL: { state: 'under-development', remarks: 'Implemented in part.' },
  PLANNED: { state: 'under-development', remarks: 'Planned.' },
  NOT_STARTED: { state: 'other', remarks: notStarted },
} as const;

const ownerRole = 'implementation-owner';

function componentOf(one: RowImplementation): SspComponentDescription {
  const { id, reference, title, status, ownerId } = one;
  return {
    name: id,
    type: 'implementation',
    title: orElse(title, reference),
    description: `What the organisation does, ${reference} in its register: ${title}`,
    status: componentStates[status],
    props: [
      prop('implementation-id', id),
      prop('reference', reference),
      prop('verified-strength', String(one.verified)),
      prop('claimed-strength', String(one.claimed)),
      prop('verification', one.verification),
    ],
    responsible: ownerId === null ? undefined : { role: ownerRole, person: personOf(ownerId) },
  };
}

const tokenOf = (text: string) => oscalToken(text.normalize('NFC'));

/** The token, or one with a number behind it where another text has become the same. */
function untaken(token: string, taken: Set<string>): string {
  let free = token;
  for (let again = 2; taken.has(free); again++) free = `${token}_${again}`;
  taken.add(free);
  return free;
}

/**
 * Each row's control as a token: its number in Annex A, which everybody knows, or its whole identifier where it is of another catalogue, whose
 * numbers may be the same.
 */
function controlIds(rows: readonly SoaRow[], comparedWith: string): ReadonlyMap<SoaRow, string> {
  const taken = new Set<string>();
  return new Map(
    rows.map((row) => {
      const token = tokenOf(frameworkOf(row.controlId) === comparedWith ? row.number : row.controlId);
      return [row, untaken(token, taken)];
    }),
  );
}

function requirementOf(row: SoaRow, controlId: string, comparedWith: string): SspDescription['requirements'][number] {
  const { decision, justification, implementations } = row;
  const left = decision === 'NOT_NECESSARY';
  const framework = frameworkOf(row.controlId);
  const named = (name: string, sources: SoaRow['risks']) =>
    sources.map(({ id, reference, title }) => ({ ...prop(name, `${reference} ${title}`), class: tokenOf(id) }));
  // Of the system as a whole it is said what no implementation says: that a control is left out, or that nothing is there yet.
  const whole = {
    component: wholeSystem,
    description: left
      ? orElse(justification, 'The control is left out; no justification is recorded.')
      : 'Nothing implements the control yet.',
    status: left ? { state: 'not-applicable', remarks: justification } : { state: 'not-started', remarks: notStarted },
  };
  const parts = implementations.map((one) => ({
    component: one.id,
    description: orElse(one.title, one.reference),
    status: statusOf(one),
  }));
  return {
    controlId,
    source: framework === comparedWith ? undefined : framework,
    props: [
      prop('control', row.controlId),
      prop('title', row.title),
      prop('applicability', decision),
      prop('decided-at', row.decidedAt ?? ''),
      prop('decided-by', row.decidedBy ?? ''),
      ...row.reasons.map(({ kind, text }) => ({ ...prop('reason', text), class: kind.toLowerCase() })),
      ...named('risk', row.risks),
      ...named('obligation', row.obligations),
    ],
    remarks: justification.trim(),
    by: left || parts.length === 0 ? [whole, ...parts] : parts,
  };
}

const wholeSystem = 'the system';

function sourceOf(framework: string): SspSource {
  return {
    name: framework,
    href: `${frameworkUrn}${encodeURI(framework.toWellFormed())}`,
    title: framework === 'iso27001:2022' ? 'ISO/IEC 27001:2022, Annex A' : `The catalogue ${framework}`,
    description: 'Identifiers and titles of its controls; its text is no part of this document.',
  };
}

const authorRole = 'prepared-by';

/** Who approves in which role, as OSCAL's ids: two roles that look alike as tokens stay two. */
function rolesOf(approvals: SoaDocument['approvals']): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { role } of approvals) if (!ids.has(role)) ids.set(role, untaken(`approver-${tokenOf(role)}`, taken));
  return ids;
}

/**
 * The statement as a system security plan of OSCAL 1.2.1, for tools that read those. Each line is an implemented requirement; what is left
 * out is `not-applicable` with its justification, and approvals are actions on the document. The same version always makes the same
 * document.
 */
export function soaSsp({ content, contentHash, status, approvals, approvedAt }: SoaDocument): {
  'system-security-plan': OscalSystemSecurityPlan;
} {
  const { isms, number, rows, comparedWith } = content;
  const components = new Map(rows.flatMap((row) => row.implementations).map((one) => [one.id, one]));
  const roles = rolesOf(approvals);
  const author = personOf(content.submittedBy);
  const held = new Map<string, Set<string>>([[author, new Set([authorRole])]]);
  const holds = (person: string, role: string) => held.set(person, (held.get(person) ?? new Set()).add(role));
  for (const { personId, role } of approvals) holds(personOf(personId), roles.get(role) ?? '');
  const owners = [...components.values()].flatMap(({ ownerId }) => (ownerId === null ? [] : [personOf(ownerId)]));
  for (const owner of owners) holds(owner, ownerRole);
  const decisions = approvals.flatMap(({ decidedAt }) => (decidedAt === null ? [] : [decidedAt]));
  const ids = controlIds(rows, comparedWith);
  const elsewhere = [...new Set(rows.map((row) => frameworkOf(row.controlId)))].filter((one) => one !== comparedWith);
  const scope = orElse(isms.scope, 'The scope of the ISMS is not written yet.');
  const plan: SspDescription = {
    name: `annex-soa:${isms.id}:${number}`,
    title: `Statement of Applicability: ${orElse(isms.name, isms.id)}, version ${number}`,
    version: String(number),
    lastModified: [content.submittedAt, ...decisions].sort().at(-1) ?? content.submittedAt,
    published: approvedAt ?? undefined,
    props: [prop('status', status), prop('content-sha256', contentHash), prop('submitted-at', content.submittedAt)],
    remarks: disclaimer,
    roles: [
      { id: authorRole, title: 'Submitted the statement' },
      ...[...roles].map(([title, id]) => ({ id, title: `Approves the statement: ${title}` })),
      ...(owners.length > 0 ? [{ id: ownerRole, title: 'Owns an implementation' }] : []),
    ],
    people: [...held].map(([name, of]) => ({ name, scheme: 'urn:annex:person', roles: [...of] })),
    actions: approvals.flatMap(({ personId, role, decision, decidedAt, note }) =>
      decision === 'PENDING' || decidedAt === null
        ? []
        : [
            {
              type: decision === 'APPROVED' ? ('approval' as const) : ('request-changes' as const),
              ...{ date: decidedAt, role: roles.get(role) ?? '', person: personOf(personId), remarks: note },
            },
          ],
    ),
    baseline: sourceOf(comparedWith),
    sources: elsewhere.map(sourceOf),
    system: {
      ...{ name: isms.id, idScheme: 'https://ietf.org/rfc/rfc4122', title: orElse(isms.name, isms.id) },
      ...{ description: scope, boundary: scope },
      information: { title: 'Information within the scope of the ISMS', description: scope },
      status: { state: 'other', remarks: 'A management system; whether it operates is no part of the statement.' },
      authorized: approvedAt?.slice(0, 10),
    },
    components: [
      {
        ...{ name: wholeSystem, type: 'this-system', title: orElse(isms.name, isms.id) },
        description: 'The information security management system as a whole.',
        status: { state: 'other', remarks: 'Told of each control alone.' },
      },
      ...[...components.values()].map(componentOf),
    ],
    description: `Each control that was decided on, compared with Annex A of ISO/IEC 27001:2022. ${disclaimer}`,
    requirements: rows.map((row) => requirementOf(row, ids.get(row) ?? '', comparedWith)),
  };
  return assembleSsp(plan);
}
