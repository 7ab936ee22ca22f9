import type { Judgement, Rule } from '@annex/service';
import type { ControlsDatabase } from '../database.ts';

interface Facts {
  readonly name: string;
  readonly statement: string;
  readonly version: { readonly id: string; readonly number: number } | null;
  /** Interfaces and dependencies of the version in force. */
  readonly touching: number;
  /** Issues recorded and requirements decided on after the version in force was submitted. */
  readonly later: number;
}

const scopeDocumented: Rule<ControlsDatabase> = {
  id: 'controls.scope-documented',
  clause: '4.3',
  basis: 'REQUIREMENT',
  question: 'Is the scope of the ISMS documented, with its boundaries, interfaces and dependencies?',
  async judge(tx, ismsId): Promise<Judgement> {
    const { rows } = await tx.query<Facts>(
      `with approved as (select * from scope_version where tenant_id = $1 and isms_id = $2 and status = 'APPROVED')
       select i.name, i.scope as statement,
         (select jsonb_build_object('id', id, 'number', number) from approved) as version,
         coalesce((select jsonb_array_length(interfaces) + jsonb_array_length(dependencies) from approved), 0) as touching,
         ((select count(*) from context_issue c, approved
            where c.tenant_id = $1 and c.isms_id = $2 and c.created_at > approved.submitted_at)
          + (select count(*) from party_requirement r, approved
            where r.tenant_id = $1 and r.isms_id = $2 and coalesce(r.decided_at, r.created_at) > approved.submitted_at))::int as later
         from isms i where i.tenant_id = $1 and i.id = $2`,
      [tx.tenant, ismsId],
    );
    const { name, statement, version, touching, later } = rows[0] ?? {
      ...{ name: '', statement: '', version: null, touching: 0, later: 0 },
    };
    if (!version) {
      return {
        verdict: 'GAP',
        reason: statement
          ? 'The ISMS has a scope statement, and no approved version says where its boundaries, interfaces and dependencies lie.'
          : 'The ISMS has no scope statement.',
        next: 'Draft the scope with its boundaries, interfaces and dependencies, and have another person approve it.',
        facts: { examined: 1, total: 1, failing: 1 },
        links: [{ kind: 'isms', id: ismsId, reference: name }],
      };
    }
    const open = [
      ...(touching === 0 ? ['it names no interface and no dependency'] : []),
      ...(later > 0
        ? [
            `${later} ${later === 1 ? 'issue or requirement was' : 'issues or requirements were'} settled after it was submitted`,
          ]
        : []),
    ];
    return {
      verdict: open.length > 0 ? 'JUDGEMENT_NEEDED' : 'NO_GAP_FOUND',
      reason:
        open.length > 0
          ? `Version ${version.number} of the scope is approved, and ${open.join(', and ')}.`
          : `Version ${version.number} of the scope is approved, with its boundaries and ${touching} ${touching === 1 ? 'interface or dependency' : 'interfaces and dependencies'}.`,
      next: open.length > 0 ? 'Judge whether the scope still holds, and draft a new version where it does not.' : '',
      facts: { examined: 1, total: 1, failing: open.length > 0 ? 1 : 0 },
      links: [{ kind: 'scopeVersion', id: version.id, reference: `Scope ${version.number}` }],
    };
  },
};

/** 27001, 4.3: the scope. */
export const scopeRules: readonly Rule<ControlsDatabase>[] = [scopeDocumented];
