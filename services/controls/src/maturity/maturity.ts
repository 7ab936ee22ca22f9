import type { Theme } from '@annex/catalogues';
import { badInput, type FieldFault, refuseAll } from '@annex/schema';

/** A step of our own scale. */
export interface MaturityLevel {
  readonly level: number;
  readonly title: string;
  readonly description: string;
}

/** Our own scale of how settled the way is in which a control is carried out. It is of no standard, and says nothing of strength. */
export const scale: readonly MaturityLevel[] = [
  { level: 0, title: 'Absent', description: 'Nothing is done about it, or nobody can say what is.' },
  {
    level: 1,
    title: 'By chance',
    description: 'Somebody does it when they think of it; it goes well or badly with that person.',
  },
  {
    level: 2,
    title: 'By habit',
    description: 'Those who know it do it the same way each time; little is written down, and newcomers must ask.',
  },
  {
    level: 3,
    title: 'By a settled way',
    description: 'The way is written down, has an owner, and everybody whom it concerns knows and follows it.',
  },
  {
    level: 4,
    title: 'By the numbers',
    description: 'Measures tell whether it does what it is for; who owns it acts when they say that it does not.',
  },
  {
    level: 5,
    title: 'Getting better',
    description:
      'It is improved on purpose, from what measures, incidents, audits and others have taught, and the improvement shows.',
  },
];

/** So many assessments in one mutation. */
const mostAssessments = 200;

/** One control's level, as somebody gives it. */
export interface GivenLevel {
  readonly controlId: string;
  readonly level: number;
  readonly reason: string;
  readonly assessedAt?: Date | null;
}

/**
 * Assessments as they are given, with the full ids of their controls.
 * @param resolve the full id of a control, undefined where there is none
 * @throws AnnexError BAD_INPUT with the fault of every row by its place: `input.assessments.3.level`
 */
export function checkedLevels(
  given: readonly GivenLevel[],
  resolve: (id: string) => string | undefined,
  now: Date,
): { controlId: string; level: number; reason: string; assessedAt: Date }[] {
  if (given.length < 1 || given.length > mostAssessments)
    throw badInput('input.assessments', given.length, `must hold 1 to ${mostAssessments} assessments`);
  const faults: FieldFault[] = [];
  const seen = new Set<string>();
  const checked = given.map(({ controlId, level, reason, assessedAt }, index) => {
    const fault = (field: string, what: unknown, allowed: string) =>
      faults.push({ field: `input.assessments.${index}.${field}`, given: what, allowed });
    const id = resolve(controlId);
    if (id === undefined) fault('controlId', controlId, 'must be a control of a catalogue, such as A.8.28');
    else if (seen.has(id)) fault('controlId', controlId, 'must be named once');
    if (id !== undefined) seen.add(id);
    if (!scale.some((step) => step.level === level)) fault('level', level, 'must be a whole number from 0 to 5');
    const said = reason.trim();
    if (said === '' || said.length > 5000 || said.includes('\u0000'))
      fault('reason', said.slice(0, 60), 'must have 1 to 5000 characters');
    if (assessedAt && assessedAt > now) fault('assessedAt', assessedAt.toISOString(), 'must not lie in the future');
    return { controlId: id ?? '', level, reason: said, assessedAt: assessedAt ?? now };
  });
  refuseAll('BAD_INPUT', faults);
  return checked;
}

/** How settled a group of controls is: the mean of those that were assessed, and how many of how many that is. */
export interface MaturityOf {
  readonly mean: number | null;
  readonly assessed: number;
  readonly total: number;
}

function meanOf(levels: readonly (number | undefined)[]): MaturityOf {
  const known = levels.filter((level) => level !== undefined);
  const sum = known.reduce((total, level) => total + level, 0);
  return { mean: known.length === 0 ? null : sum / known.length, assessed: known.length, total: levels.length };
}

/**
 * The maturity of an ISMS over the controls of Annex A, in all and by theme in the standard's order.
 * @param levels the level that counts of each control that was assessed
 */
export function aggregated(
  controls: readonly { readonly id: string; readonly theme: Theme | null }[],
  levels: ReadonlyMap<string, number>,
): { overall: MaturityOf; themes: (MaturityOf & { readonly theme: Theme })[] } {
  const levelsOf = (some: typeof controls) => some.map(({ id }) => levels.get(id));
  const themes = [...new Set(controls.map(({ theme }) => theme))].filter((theme) => theme !== null);
  return {
    overall: meanOf(levelsOf(controls)),
    themes: themes.map((theme) => ({ theme, ...meanOf(levelsOf(controls.filter((one) => one.theme === theme))) })),
  };
}
