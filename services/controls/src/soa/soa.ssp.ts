import { nameUuid, type OscalProp, oscalVersion } from '@annex/oscal';
import { disclaimer, type SoaDocument } from './soa.document.ts';
import type { RowImplementation, SoaRow } from './soa.ts';

interface JsonObject {
  [name: string]: unknown;
}

/** Whose names the properties are. */
const namespace = 'urn:annex:soa';

/** OSCAL's strings are of one line and neither begin nor end with a space; what has nothing to say says so. */
const line = (text: string, otherwise = 'none'): string => text.replace(/\s+/gu, ' ').trim() || otherwise;
/** Prose may have lines, and control characters nowhere. */
const prose = (text: string, otherwise = 'Nothing is recorded.'): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ').trim() || otherwise;

/** A token of OSCAL begins with a letter or `_`; the control's own id stands in a property. */
function token(text: string): string {
  const safe = text.normalize('NFC').replace(/[^\p{L}\p{N}._-]/gu, '-');
  return /^[\p{L}_]/u.test(safe) ? safe : `_${safe}`;
}

const prop = (name: string, value: string): OscalProp => ({ name, ns: namespace, value: line(value) });

const states = { IMPLEMENTED: 'implemented', PARTIAL: 'partial', PLANNED: 'planned', NOT_STARTED: 'planned' } as const;

const componentId = (implementation: RowImplementation) => nameUuid(`soa component ${implementation.id}`);

function requirement(row: SoaRow, ofVersion: string, system: string): JsonObject {
  const uuid = nameUuid(`${ofVersion} ${row.controlId}`);
  const left = row.decision === 'NOT_NECESSARY';
  const reasons = [
    ...row.reasons.map(({ kind, text }) => prop('reason', `${kind}: ${text}`)),
    ...row.risks.map(({ reference, title }) => prop('risk', `${reference} ${title}`)),
    ...row.obligations.map(({ reference, title }) => prop('obligation', `${reference} ${title}`)),
  ];
  const parts = row.implementations.map((one) => ({
    'component-uuid': componentId(one),
    uuid: nameUuid(`${uuid} ${one.id}`),
    description: prose(one.title),
    props: [
      prop('reference', one.reference),
      prop('verified-strength', String(one.verified)),
      prop('claimed-strength', String(one.claimed)),
    ],
    'implementation-status': { state: states[one.status] },
  }));
  // What nothing implements is said of the system as a whole: left out, or not there yet.
  const whole = {
    'component-uuid': system,
    uuid: nameUuid(`${uuid} system`),
    description: prose(row.justification, left ? 'The control is left out.' : 'Nothing implements the control yet.'),
    'implementation-status': { state: left ? 'not-applicable' : 'planned' },
  };
  return {
    uuid,
    // Numbers of other catalogues may be the same; Annex A's are those that everybody knows.
    'control-id': token(row.controlId.startsWith('iso27001:2022:') ? row.number : row.controlId),
    props: [
      prop('control', row.controlId),
      prop('applicability', row.decision),
      ...(row.decidedAt ? [prop('decided-at', row.decidedAt)] : []),
      ...reasons,
    ],
    'by-components': parts.length > 0 && !left ? parts : [whole],
    ...(row.justification === '' ? {} : { remarks: prose(row.justification) }),
  };
}

/**
 * The statement as a system security plan of OSCAL 1.2.1, for tools that read those: each line an implemented requirement, what is left
 * out as `not-applicable` with its justification. The same version always makes the same document.
 */
export function soaSsp({ content, contentHash, status, approvals, approvedAt }: SoaDocument): JsonObject {
  const { isms, number, rows } = content;
  const ofVersion = `soa ${isms.id} ${number}`;
  const system = nameUuid(`soa system ${isms.id}`);
  const catalogue = nameUuid(`soa catalogue ${content.comparedWith}`);
  const components = new Map<string, RowImplementation>();
  for (const row of rows) for (const one of row.implementations) components.set(one.id, one);
  const roles = [...new Map(approvals.map(({ role }) => [token(role), role]))];
  const parties = [...new Set(approvals.map(({ personId }) => personId))];
  return {
    'system-security-plan': {
      uuid: nameUuid(ofVersion),
      metadata: {
        title: `Statement of Applicability: ${line(isms.name)}, version ${number}`,
        'last-modified': approvedAt ?? content.submittedAt,
        version: String(number),
        'oscal-version': oscalVersion,
        props: [prop('status', status), prop('content-sha256', contentHash)],
        ...(roles.length > 0 ? { roles: roles.map(([id, title]) => ({ id, title: line(title) })) } : {}),
        // People are known by their ids; their names stay with the organisation.
        ...(parties.length > 0
          ? { parties: parties.map((id) => ({ uuid: nameUuid(`person ${id}`), type: 'person', name: `Person ${id}` })) }
          : {}),
        ...(roles.length > 0
          ? {
              'responsible-parties': roles.map(([id]) => ({
                'role-id': id,
                'party-uuids': [
                  ...new Set(
                    approvals
                      .filter(({ role }) => token(role) === id)
                      .map(({ personId }) => nameUuid(`person ${personId}`)),
                  ),
                ],
              })),
            }
          : {}),
        remarks: disclaimer,
      },
      'import-profile': { href: `#${catalogue}` },
      'system-characteristics': {
        'system-ids': [{ 'identifier-type': 'http://ietf.org/rfc/rfc4122', id: isms.id }],
        'system-name': line(isms.name),
        description: prose(isms.scope, 'The scope of the ISMS is not written yet.'),
        'system-information': {
          'information-types': [
            {
              uuid: nameUuid(`soa information ${isms.id}`),
              title: 'Information within the scope of the ISMS',
              description: prose(isms.scope, 'The scope of the ISMS is not written yet.'),
            },
          ],
        },
        status: { state: 'operational' },
        'authorization-boundary': { description: prose(isms.scope, 'The scope of the ISMS is not written yet.') },
      },
      'system-implementation': {
        users: [{ uuid: nameUuid(`soa users ${isms.id}`), title: 'People under the control of the organisation' }],
        components: [
          {
            uuid: system,
            type: 'this-system',
            title: line(isms.name),
            description: 'The information security management system as a whole.',
            status: { state: 'operational' },
          },
          ...[...components.values()].map((one) => ({
            uuid: componentId(one),
            type: 'process-procedure',
            title: line(one.title),
            description: prose(one.title),
            props: [prop('reference', one.reference), prop('implementation', one.id)],
            status: {
              state: one.status === 'IMPLEMENTED' || one.status === 'PARTIAL' ? 'operational' : 'under-development',
            },
          })),
        ],
      },
      'control-implementation': {
        description: `Each control that was decided on, compared with Annex A of ISO/IEC 27001:2022. ${disclaimer}`,
        'implemented-requirements': rows.map((row) => requirement(row, ofVersion, system)),
      },
      'back-matter': {
        resources: [
          {
            uuid: catalogue,
            title: 'ISO/IEC 27001:2022, Annex A',
            description:
              'The controls that the statement is compared with; the text of the standard is not part of this document.',
          },
        ],
      },
    },
  };
}
