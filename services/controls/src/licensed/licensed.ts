import { badInput } from '@annex/schema';

/**
 * A language tag in the one way it is written: `de-ch` is `de-CH`.
 * @throws AnnexError BAD_INPUT unless it is one of BCP 47
 */
export function languageTag(field: string, given: string): string {
  const refused = badInput(field, given, 'must be a language tag of BCP 47, such as en or de-CH');
  if (given.length > 35) throw refused;
  try {
    return Intl.getCanonicalLocales(given)[0] ?? given;
  } catch {
    throw refused;
  }
}

/** Whether the words may still be shown. The end itself is already too late. */
export function isLicensed({ licensedUntil }: { readonly licensedUntil: Date | null }, at: Date): boolean {
  return licensedUntil === null || licensedUntil > at;
}

/** The text in a language; where none is asked for, English before the first by name. */
export function inLanguage<T extends { readonly language: string }>(
  texts: readonly T[],
  language: string | null | undefined,
): T | undefined {
  if (language) return texts.find((one) => one.language === language);
  const sorted = [...texts].sort((a, b) => (a.language < b.language ? -1 : 1));
  return sorted.find((one) => /^en(-|$)/.test(one.language)) ?? sorted[0];
}
