import { allPermissions, type Permission, roles } from '@annex/schema';
import fc from 'fast-check';
import { mayGrant, narrowed, permissionsOfRoles, roleNames } from './role.ts';

const anyPermissions = fc.subarray(allPermissions);

describe('permissions of roles', () => {
  it('add up', () => {
    const both = permissionsOfRoles(['OWNER', 'AUDITOR']);
    for (const permission of [...roles.OWNER.permissions, ...roles.AUDITOR.permissions])
      expect(both.has(permission)).toBe(true);
    expect(both.has('identity:write')).toBe(false);
  });

  it('are none for a name that is no role', () => {
    expect(permissionsOfRoles(['toString', 'ROOT'])).toEqual(new Set());
  });
});

describe('a key', () => {
  it('never allows more than its holder may do, nor more than its list', () => {
    fc.assert(
      fc.property(anyPermissions, fc.option(anyPermissions), (held, list) => {
        const may = narrowed(new Set(held), list);
        for (const permission of may) {
          expect(held).toContain(permission);
          if (list !== null) expect(list).toContain(permission);
        }
      }),
    );
  });
});

describe('granting', () => {
  it('succeeds exactly when the giver holds all that is given', () => {
    fc.assert(
      fc.property(anyPermissions, anyPermissions, (giver, gift) => {
        const grant = () => mayGrant(new Set(giver), gift, 'It');
        if (gift.every((permission) => giver.includes(permission))) expect(grant).not.toThrow();
        else expect(grant).toThrow(/more than you may do/);
      }),
    );
  });

  it('names what is missing', () => {
    const giver = new Set<Permission>(['identity:read', 'identity:write']);
    expect(() => mayGrant(giver, permissionsOfRoles(['AUDITOR']), 'The role AUDITOR')).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', details: { missing: expect.arrayContaining(['audit:write']) } }),
    );
    expect(roleNames).toContain('AUDITOR');
  });
});
