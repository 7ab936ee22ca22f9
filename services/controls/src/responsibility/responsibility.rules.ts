import type { Judgement, Rule, Tx } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Role {
  readonly id: string;
  readonly reference: string;
  readonly kind: 'CONFORMITY' | 'REPORTING' | 'OTHER';
  readonly assigned: boolean;
  readonly communicated: boolean;
}

async function roleFacts(tx: Tx<ControlsDatabase>, ismsId: string): Promise<readonly Role[]> {
  const { rows } = await tx.query<Role>(
    `select id, reference, kind, person_id is not null as assigned, communicated_at is not null as communicated
       from responsibility where tenant_id = $1 and isms_id = $2 and status = 'IN_FORCE' order by reference`,
    [tx.tenant, ismsId],
  );
  return rows;
}

const links = (roles: readonly Role[]) => roles.map(({ id, reference }) => ({ kind: 'responsibility', id, reference }));

/** Whether somebody has the role that a letter of 5.3 demands. */
function assigned(letter: 'a' | 'b', kind: Role['kind'], what: string): Rule<ControlsDatabase> {
  return {
    id: `controls.responsibility-${kind.toLowerCase()}`,
    clause: '5.3',
    letter,
    basis: 'REQUIREMENT',
    question: `Is the responsibility for ${what} assigned?`,
    async judge(_tx, _ismsId, shared): Promise<Judgement> {
      const roles = (await shared(roleFacts)).filter((role) => role.kind === kind);
      const having = roles.filter((role) => role.assigned);
      const missing = having.length === 0;
      return {
        verdict: missing ? 'GAP' : 'NO_GAP_FOUND',
        reason:
          roles.length === 0
            ? `No role answers for ${what}.`
            : missing
              ? `Nobody has the ${roles.length === 1 ? 'role' : 'roles'} that ${roles.length === 1 ? 'answers' : 'answer'} for ${what}.`
              : `${having.length} ${having.length === 1 ? 'role answers' : 'roles answer'} for ${what}, and a person has each.`,
        next: missing ? `Have top management assign the responsibility for ${what} to a person, and record it.` : '',
        facts: { examined: Math.max(roles.length, 1), total: Math.max(roles.length, 1), failing: missing ? 1 : 0 },
        links: missing ? links(roles) : [],
      };
    },
  };
}

const responsibilitiesCommunicated: Rule<ControlsDatabase> = {
  id: 'controls.responsibilities-communicated',
  clause: '5.3',
  basis: 'REQUIREMENT',
  question: 'Are the roles relevant to information security assigned and communicated?',
  async judge(_tx, _ismsId, shared): Promise<Judgement> {
    const roles = await shared(roleFacts);
    if (roles.length === 0) {
      return {
        verdict: 'GAP',
        reason: 'No role relevant to information security is recorded.',
        next: 'Record the roles, who has them, and how that was communicated.',
        facts: { examined: 0, total: 1, failing: 1 },
        links: [],
      };
    }
    const empty = roles.filter((role) => !role.assigned).length;
    const failing = roles.filter((role) => !(role.assigned && role.communicated));
    const open = [
      ...(empty > 0 ? [`${empty} ${empty === 1 ? 'is' : 'are'} not assigned`] : []),
      ...(failing.length > empty
        ? [`${failing.length - empty} ${failing.length - empty === 1 ? 'is' : 'are'} assigned and not communicated`]
        : []),
    ];
    return {
      verdict: failing.length > 0 ? 'GAP' : 'NO_GAP_FOUND',
      reason:
        failing.length > 0
          ? `Of ${roles.length} ${roles.length === 1 ? 'role' : 'roles'} ${open.join(' and ')}.`
          : `${roles.length} ${roles.length === 1 ? 'role is' : 'roles are'} assigned and communicated.`,
      next: failing.length > 0 ? 'Assign these, tell those concerned, and record when and how.' : '',
      facts: { examined: roles.length, total: roles.length, failing: failing.length },
      links: links(failing),
    };
  },
};

/** 27001, 5.3: roles, responsibilities and authorities. */
export const responsibilityRules: readonly Rule<ControlsDatabase>[] = [
  assigned('a', 'CONFORMITY', 'the ISMS conforming to the standard'),
  assigned('b', 'REPORTING', 'reporting on the ISMS to top management'),
  responsibilitiesCommunicated,
];
