import { OscalError } from './error.ts';
import type { JsonObject } from './json/structure.ts';
import { type OscalDocument, type OscalLink, type OscalProp, type OscalResource, oscalVersion } from './metadata.ts';
import { nameUuid } from './uuids.ts';

interface OscalResponsibleRole extends JsonObject {
  'role-id': string;
  'party-uuids'?: string[];
}

interface OscalComponentStatement extends JsonObject {
  'component-uuid': string;
  uuid: string;
  description: string;
  'implementation-status'?: { state: string; remarks?: string };
  props?: OscalProp[];
}

/** How a system meets a control. */
export interface OscalSspRequirement extends JsonObject {
  uuid: string;
  'control-id': string;
  props?: OscalProp[];
  links?: OscalLink[];
  'by-components'?: OscalComponentStatement[];
  remarks?: string;
}

export interface OscalSspComponent extends JsonObject {
  uuid: string;
  type: string;
  title: string;
  description: string;
  status: { state: string; remarks?: string };
  props?: OscalProp[];
  'responsible-roles'?: OscalResponsibleRole[];
}

export interface OscalSystemSecurityPlan extends OscalDocument {
  'import-profile': { href: string };
  'system-characteristics': JsonObject & { 'system-name': string; description: string };
  'system-implementation': JsonObject & { components: OscalSspComponent[] };
  'control-implementation': JsonObject & { description: string; 'implemented-requirements': OscalSspRequirement[] };
}

/** A status in OSCAL's word, and what that word leaves unsaid. */
export interface SspState<State extends string> {
  readonly state: State;
  readonly remarks?: string;
}

/** What a plan says, with names of the caller's own where OSCAL has UUIDs. */
export interface SspDescription {
  /** The plan's name: the same name and the same names within it make the same UUIDs. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly lastModified: string;
  readonly published?: string | undefined;
  readonly props?: readonly OscalProp[];
  readonly remarks?: string;
  readonly roles: readonly { readonly id: string; readonly title: string }[];
  /** People by a name of theirs that says nothing more of them. `roles`: those of the plan that they hold. */
  readonly people: readonly { readonly name: string; readonly scheme: string; readonly roles: readonly string[] }[];
  /** What people did to the document; `type` is one of NIST's words. */
  readonly actions: readonly {
    readonly type: 'approval' | 'request-changes';
    readonly date: string;
    readonly role: string;
    readonly person: string;
    readonly remarks?: string;
  }[];
  /** The catalogue or profile that the plan answers to, and others that some of its controls stand in. */
  readonly baseline: SspSource;
  readonly sources: readonly SspSource[];
  readonly system: {
    readonly name: string;
    readonly idScheme: string;
    readonly title: string;
    readonly description: string;
    readonly boundary: string;
    readonly information: { readonly title: string; readonly description: string };
    readonly status: SspState<
      'operational' | 'under-development' | 'under-major-modification' | 'disposition' | 'other'
    >;
    /** The day on which somebody with authority said yes. */
    readonly authorized?: string | undefined;
  };
  /** The first is the system itself. */
  readonly components: readonly SspComponentDescription[];
  readonly description: string;
  readonly requirements: readonly {
    readonly controlId: string;
    /** The name of the source that the control stands in, where that is not the baseline. */
    readonly source?: string | undefined;
    readonly props?: readonly OscalProp[];
    readonly remarks?: string;
    readonly by: readonly {
      readonly component: string;
      readonly description: string;
      /** One of NIST's words (implemented, partial, planned, alternative, not-applicable) or another token. */
      readonly status: SspState<string>;
      readonly props?: readonly OscalProp[];
    }[];
  }[];
}

export interface SspSource {
  readonly name: string;
  readonly href: string;
  readonly title: string;
  readonly description: string;
}

export interface SspComponentDescription {
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly status: SspState<'under-development' | 'operational' | 'disposition' | 'other'>;
  readonly props?: readonly OscalProp[];
  /** A role of the plan and who holds it for the component. */
  readonly responsible?: { readonly role: string; readonly person: string } | undefined;
}

const oscalNamespace = 'http://csrc.nist.gov/ns/oscal';

/** Signs that text of XML cannot have, which OSCAL's documents must be able to become. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as every form of OSCAL can hold it. */
function writable<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed().replace(unwritable, '\ufffd') as T;
  if (Array.isArray(value)) return value.map(writable) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([name, inner]) => [name, writable(inner)])) as T;
}

/** One line of text with something on it, as titles and strings are. */
const line = (text: string): string => text.replace(/\s+/g, ' ').trim() || '–';

/** A property whose value says nothing is none. */
const said = (props: readonly OscalProp[] = []): OscalProp[] =>
  props.flatMap((prop) => (prop.value.trim() === '' ? [] : [{ ...prop, value: line(prop.value) }]));

/** The members that have something in them. */
function filled(members: { readonly [name: string]: string | readonly unknown[] | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value.length > 0));
}

/** Looks up what is named. @throws OscalError at a name that the plan does not have */
function known(names: Iterable<string>, what: string): (name: string, pointer: string) => string {
  const all = new Set(names);
  return (name, pointer) => {
    if (all.has(name)) return name;
    throw new OscalError(pointer, name, `must be the name of a ${what} of the plan`);
  };
}

/**
 * A system security plan of OSCAL 1.2.1, the same whenever its description is: UUIDs follow from names, texts are repaired where OSCAL has
 * no form for them, and what is empty is left out. Ids of roles and controls, and statuses, must be tokens (`oscalToken`).
 * @throws OscalError where a component, role, person or source is named that the plan does not have
 */
export function assembleSsp(given: SspDescription): { 'system-security-plan': OscalSystemSecurityPlan } {
  const plan = writable(given);
  const { system } = plan;
  const uuidOf = (kind: string, name: string) => nameUuid(`${plan.name} ${kind} ${name}`);
  const component = known(
    plan.components.map((one) => one.name),
    'component',
  );
  const role = known(
    plan.roles.map((one) => one.id),
    'role',
  );
  const person = known(
    plan.people.map((one) => one.name),
    'person',
  );
  const sources = [plan.baseline, ...plan.sources];
  const source = known(
    sources.map((one) => one.name),
    'source',
  );
  const responsible = (of: { role: string; person: string }, pointer: string): OscalResponsibleRole => ({
    'role-id': role(of.role, `${pointer}/role`),
    'party-uuids': [uuidOf('person', person(of.person, `${pointer}/person`))],
  });
  const holders = plan.roles.flatMap(({ id }) => {
    const parties = plan.people.filter((one) => one.roles.includes(id)).map((one) => uuidOf('person', one.name));
    return parties.length > 0 ? [{ 'role-id': id, 'party-uuids': parties }] : [];
  });
  const document: OscalSystemSecurityPlan = {
    uuid: nameUuid(plan.name),
    metadata: {
      title: line(plan.title),
      'last-modified': plan.lastModified,
      version: line(plan.version),
      'oscal-version': oscalVersion,
      ...filled({
        published: plan.published,
        props: said(plan.props),
        roles: plan.roles.map(({ id, title }) => ({ id, title: line(title) })),
        parties: plan.people.map(({ name, scheme }) => ({
          uuid: uuidOf('person', name),
          type: 'person',
          name: `Person ${line(name)}`,
          'external-ids': [{ scheme, id: line(name) }],
        })),
        'responsible-parties': holders,
        actions: plan.actions.map((action, index) => ({
          uuid: uuidOf('action', `${action.role} ${action.person}`),
          ...{ date: action.date, type: action.type, system: oscalNamespace },
          'responsible-parties': [responsible(action, `/actions/${index}`)],
          ...filled({ remarks: action.remarks }),
        })),
        remarks: plan.remarks,
      }),
    },
    'import-profile': { href: `#${uuidOf('source', plan.baseline.name)}` },
    'system-characteristics': {
      'system-ids': [{ 'identifier-type': system.idScheme, id: line(system.name) }],
      'system-name': line(system.title),
      description: system.description,
      ...filled({ 'date-authorized': system.authorized }),
      'system-information': {
        'information-types': [
          {
            uuid: uuidOf('information', ''),
            title: line(system.information.title),
            description: system.information.description,
          },
        ],
      },
      status: system.status,
      'authorization-boundary': { description: system.boundary },
    },
    'system-implementation': {
      components: plan.components.map((one, index) => ({
        uuid: uuidOf('component', one.name),
        ...{ type: line(one.type), title: line(one.title), description: one.description },
        ...filled({ props: said(one.props) }),
        status: one.status,
        ...(one.responsible
          ? { 'responsible-roles': [responsible(one.responsible, `/components/${index}/responsible`)] }
          : {}),
      })),
    },
    'control-implementation': {
      description: plan.description,
      'implemented-requirements': plan.requirements.map((requirement, index): OscalSspRequirement => {
        const pointer = `/requirements/${index}`;
        const name = `${requirement.source ?? ''} ${requirement.controlId}`;
        const links = requirement.source
          ? [{ href: `#${uuidOf('source', source(requirement.source, `${pointer}/source`))}`, rel: 'reference' }]
          : [];
        return {
          uuid: uuidOf('requirement', name),
          'control-id': requirement.controlId,
          ...filled({ props: said(requirement.props), links }),
          ...filled({
            'by-components': requirement.by.map((one, place) => ({
              'component-uuid': uuidOf('component', component(one.component, `${pointer}/by/${place}/component`)),
              uuid: uuidOf('requirement', `${name} ${one.component}`),
              description: one.description,
              ...filled({ props: said(one.props) }),
              'implementation-status': one.status,
            })),
            remarks: requirement.remarks,
          }),
        };
      }),
    },
    'back-matter': {
      resources: sources.map(
        ({ name, href, title, description }): OscalResource => ({
          uuid: uuidOf('source', name),
          ...{ title: line(title), description },
          rlinks: [{ href }],
        }),
      ),
    },
  };
  return { 'system-security-plan': document };
}
