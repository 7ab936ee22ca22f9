/**
 * Every permission of Annex, with what it allows. A permission is a GraphQL scope: the SDL names it in
 * `@requiresScopes`, an API key may be narrowed to some, a role is a set of them.
 */
export const permissions = {
  'identity:read': 'See the tenant, its people, roles and API keys',
  'identity:write': 'Add and change people, roles and API keys',
  'controls:read': 'See standards, clauses, controls, the ISMS and its implementations',
  'controls:write': 'Change the ISMS and its implementations',
  'controls:approve':
    'Approve what others prepared: scopes, Statements of Applicability, exceptions, changes of the ISMS (27001, 4.3, 6.1.3 d, 6.3)',
  'risk:read': 'See criteria and risks',
  'risk:write': 'Change criteria and risks',
  'risk:accept': 'Accept a residual risk that one owns (27005, 8.6)',
  'risk:report': 'Report a security event (27001, A.6.8)',
  'evidence:read': 'See evidence, measures and measurements',
  'evidence:write': 'Add evidence, measures, measurements and imports',
  'audit:read': 'See conformity, readiness, findings and the trail',
  'audit:write': 'Confirm, decline and change findings',
  'integrations:read': 'See webhook endpoints and their deliveries',
  'integrations:write': 'Change webhook endpoints and redeliver',
  'operations:read': 'See dead letters and the state of delivery',
  'operations:write': 'Retry dead letters, replay and resync',
} as const;

export type Permission = keyof typeof permissions;

export const allPermissions = Object.keys(permissions) as Permission[];

const reading = allPermissions.filter((permission) => permission.endsWith(':read'));

/** The roles every tenant starts with. A person may hold several; their permissions add up. */
export const roles = {
  ADMINISTRATOR: {
    title: 'Administrator',
    description: 'Runs the installation for the tenant: people, keys, integrations, operations',
    permissions: allPermissions,
  },
  ISMS_MANAGER: {
    title: 'ISMS manager',
    description: 'Answers for the ISMS: controls, risks, evidence, findings',
    permissions: [
      ...reading,
      'controls:write',
      'controls:approve',
      'risk:write',
      'risk:report',
      'evidence:write',
      'audit:write',
      'integrations:write',
    ] as Permission[],
  },
  MANAGEMENT: {
    title: 'Top management',
    description:
      'Directs the ISMS: reads everything, approves scopes, Statements of Applicability, exceptions and changes, accepts risks',
    permissions: [
      ...reading.filter((permission) => permission !== 'operations:read'),
      'controls:approve',
      'risk:accept',
      'risk:report',
    ] as Permission[],
  },
  OWNER: {
    title: 'Owner',
    description: 'Owns risks or controls: keeps them current, accepts the residual risks that are theirs',
    permissions: [
      'identity:read',
      'controls:read',
      'risk:read',
      'evidence:read',
      'audit:read',
      'risk:write',
      'risk:accept',
      'risk:report',
      'evidence:write',
    ] as Permission[],
  },
  AUDITOR: {
    title: 'Auditor',
    description: 'Reads everything, judges findings, reports events, changes nothing else',
    permissions: [
      ...reading.filter((permission) => permission !== 'operations:read'),
      'risk:report',
      'audit:write',
    ] as Permission[],
  },
  INTEGRATION: {
    title: 'Integration',
    description: 'A machine that delivers evidence, reports events and reads the register',
    permissions: [
      'controls:read',
      'risk:read',
      'evidence:read',
      'audit:read',
      'risk:report',
      'evidence:write',
    ] as Permission[],
  },
} as const;

export type RoleName = keyof typeof roles;

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissions, text);
}
