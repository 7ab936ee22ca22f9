import type { FieldFault } from '@annex/schema';
import type { LinkValues } from './link.store.ts';

/** A link as a caller gives it. */
export interface LinkInput {
  readonly implementationId: string;
  readonly likelihoodEffect: number;
  readonly consequenceEffect: number;
  readonly commonCause?: string | null;
}

export const maxLinks = 100;

export function linkValues(link: LinkInput): LinkValues {
  const { implementationId, likelihoodEffect, consequenceEffect, commonCause } = link;
  return { implementationId, likelihoodEffect, consequenceEffect, commonCause: commonCause?.trim() || null };
}

/**
 * Every fault of links.
 * @param at the field that holds them, `input.links`, or the input itself where it is one link
 * @param known implementations of the ISMS
 */
export function checkLinks(at: string, links: readonly LinkInput[], known: ReadonlySet<string>): FieldFault[] {
  const faults: FieldFault[] = [];
  if (links.length > maxLinks) faults.push({ field: at, given: links.length, allowed: `at most ${maxLinks} links` });
  const seen = new Set<string>();
  for (const [index, link] of links.entries()) {
    const place = at === 'input' ? at : `${at}[${index}]`;
    const { implementationId, commonCause } = link;
    if (!known.has(implementationId)) {
      faults.push({
        field: `${place}.implementationId`,
        given: implementationId,
        allowed: 'the id of an implementation of the same ISMS',
      });
    }
    if (seen.has(implementationId)) {
      faults.push({
        field: `${place}.implementationId`,
        given: implementationId,
        allowed: 'an implementation that no other link names',
      });
    }
    seen.add(implementationId);
    for (const effect of ['likelihoodEffect', 'consequenceEffect'] as const) {
      const value = link[effect];
      if (!(value >= 0 && value <= 1))
        faults.push({ field: `${place}.${effect}`, given: value, allowed: 'a share from 0 to 1' });
    }
    if (commonCause && commonCause.length > 100) {
      faults.push({
        field: `${place}.commonCause`,
        given: commonCause.length,
        allowed: 'a name of at most 100 characters',
      });
    }
  }
  return faults;
}
