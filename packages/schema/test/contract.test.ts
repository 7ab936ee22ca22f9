import { STATUS_CODES } from 'node:http';
import {
  AnnexError,
  allPermissions,
  badInput,
  consumerNames,
  consumersOf,
  type ErrorEntry,
  errorCatalogue,
  eventDataFaults,
  eventFaults,
  events,
  eventTypes,
  isEventType,
  isPermission,
  notFound,
  permissions,
  roles,
  routes,
  serviceNames,
} from '../src/index.ts';

const id = '01900000-0000-7000-8000-000000000001';
const tenantChanged = {
  specversion: '1.0',
  id,
  source: '/annex/identity',
  type: 'annex.identity.tenant.changed.v1',
  time: '2026-11-24T09:30:00.000Z',
  datacontenttype: 'application/json',
  dataschema: 'urn:annex:event:annex.identity.tenant.changed.v1',
  tenantid: id,
  sequence: 1,
  actor: 'system:identity',
  correlationid: id,
  hops: 0,
  data: { rows: [{ id, version: 1, slug: 'acme', name: 'Acme' }] },
};

describe('errors', () => {
  it('have a registered HTTP status of 4xx or 5xx, a title and a help text each', () => {
    for (const [code, entry] of Object.entries<ErrorEntry>(errorCatalogue)) {
      expect(code).toMatch(/^[A-Z][A-Z_]*$/);
      expect(STATUS_CODES).toHaveProperty(String(entry.status));
      expect(entry.status).toBeGreaterThanOrEqual(400);
      expect(entry.title).not.toMatch(/\.$|^$/);
      expect(entry.help).not.toBe('');
    }
  });

  it('know their entry, name the field at fault and keep the cause', () => {
    const error = badInput('input.title', '', 'a text of 1 to 200 characters');
    expect(error.entry.status).toBe(400);
    expect(error.faults).toEqual([{ field: 'input.title', given: '', allowed: 'a text of 1 to 200 characters' }]);
    expect(notFound('Risk', id)).toMatchObject({ code: 'NOT_FOUND', details: { kind: 'Risk', id } });
    const cause = new Error('socket closed');
    expect(new AnnexError('UNAVAILABLE', 'risk does not answer', { cause }).cause).toBe(cause);
  });
});

describe('permissions', () => {
  it('are named area:verb and say what they allow', () => {
    for (const [permission, meaning] of Object.entries(permissions)) {
      expect(permission).toMatch(/^[a-z]+:[a-z]+$/);
      expect(meaning).not.toBe('');
    }
    expect(isPermission('risk:accept')).toBe(true);
    expect(isPermission('toString')).toBe(false);
  });

  it('of every role exist, once each', () => {
    for (const role of Object.values(roles)) {
      expect(role.permissions.filter((permission) => !isPermission(permission))).toEqual([]);
      expect(new Set(role.permissions).size).toBe(role.permissions.length);
    }
  });

  it('are all held by some role, and changing an area implies reading it', () => {
    const held = new Set(Object.values(roles).flatMap((role) => role.permissions));
    expect(allPermissions.filter((permission) => !held.has(permission))).toEqual([]);
    for (const role of Object.values(roles)) {
      for (const permission of role.permissions) {
        expect(role.permissions).toContain(permission.replace(/:.*/, ':read'));
      }
    }
  });

  it('let everybody report an event, and an auditor change nothing else but findings', () => {
    for (const role of Object.values(roles)) expect(role.permissions).toContain('risk:report');
    expect(roles.AUDITOR.permissions.filter((permission) => !permission.endsWith(':read'))).toEqual([
      'risk:report',
      'audit:write',
    ]);
  });
});

describe('routes', () => {
  it('send every event type to somebody, the trail among them', () => {
    for (const type of eventTypes) {
      expect(consumersOf(type)).toContain('trail');
      expect(consumersOf(type).filter((name) => consumerNames.includes(name))).toEqual(consumersOf(type));
    }
  });

  it('name services and event types that exist, no type twice', () => {
    for (const { service, types } of Object.values(routes)) {
      expect(serviceNames).toContain(service);
      expect(types.filter((type) => !isEventType(type))).toEqual([]);
      expect(new Set(types).size).toBe(types.length);
    }
  });

  it('reach every source with requests to send again', () => {
    const asked = consumersOf('annex.audit.resend.requested.v1').map((name) => routes[name].service);
    expect(new Set(asked)).toEqual(new Set(serviceNames));
  });
});

describe('events', () => {
  it('are named annex.<service>.<thing>.<verb>.v<n> after a service, and say what they mean', () => {
    for (const type of eventTypes) {
      const [, service] = /^annex\.([a-z]+)\.[a-z-]+\.[a-z]+\.v[1-9]\d*$/.exec(type) ?? [];
      expect(serviceNames).toContain(service);
      expect(events[type].description).not.toBe('');
    }
  });

  it('pass when envelope and data are right', () => {
    expect(eventFaults(tenantChanged)).toEqual([]);
  });

  it.each([
    ['a type that nobody knows', { type: 'annex.identity.tenant.painted.v1' }, /painted/],
    ['a source outside Annex', { source: '/elsewhere' }, /source/],
    ['more than 32 hops', { hops: 33 }, /hops/],
    ['a tenant that is no UUID', { tenantid: 'acme' }, /tenantid/],
    ['data without rows', { data: { rows: [] } }, /data\/rows/],
    ['a row that lacks a field', { data: { rows: [{ id, version: 1, slug: 'acme' }] } }, /data\/rows\/0/],
  ])('are refused with the place for %s', (_case, change, place) => {
    expect(eventFaults({ ...tenantChanged, ...change }).join()).toMatch(place);
  });

  it('carry at most 1,000 rows', () => {
    const rows = (count: number) => ({ rows: Array.from({ length: count }, () => tenantChanged.data.rows[0]) });
    expect(eventDataFaults('annex.identity.tenant.changed.v1', rows(1000))).toEqual([]);
    expect(eventDataFaults('annex.identity.tenant.changed.v1', rows(1001))).not.toEqual([]);
  });
});
