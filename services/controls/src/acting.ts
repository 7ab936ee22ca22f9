import type { Scope } from '@annex/service';

/** Who answers for an act: the person on whose behalf a key acts, otherwise whoever acts. */
export function actingPerson(scope: Pick<Scope, 'actor' | 'onBehalfOf'>): string {
  return scope.onBehalfOf ?? scope.actor;
}
