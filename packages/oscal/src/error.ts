const longest = 100;

/** What was found, short enough to be shown. */
function shortened(given: unknown): unknown {
  if (typeof given === 'string') {
    return given.length > longest ? `${given.slice(0, longest - 1).toWellFormed()}…` : given;
  }
  if (Array.isArray(given)) return 'an array';
  return typeof given === 'object' && given !== null ? 'an object' : given;
}

/** What is refused: the place as a JSON pointer (RFC 6901), what stood there, and what may stand there. */
export class OscalError extends Error {
  readonly pointer: string;
  /** At most 100 characters; absent where nothing was given. */
  readonly given?: unknown;
  readonly allowed: string;
  /** Where the text itself is at fault: line and column from 1, the column counted in bytes. */
  readonly position?: { readonly line: number; readonly column: number };

  constructor(pointer: string, given: unknown, allowed: string, position?: { line: number; column: number }) {
    const where = position ? ` (line ${position.line}, column ${position.column})` : '';
    super(`${pointer || 'The document'}${where}: ${allowed}`);
    this.name = 'OscalError';
    this.pointer = pointer;
    if (given !== undefined) this.given = shortened(given);
    this.allowed = allowed;
    if (position) this.position = position;
  }
}

/** What is legal, but worth a look. */
export interface OscalWarning {
  readonly code: 'DANGLING_LINK' | 'DUPLICATE_UUID' | 'DUPLICATE_CONTROL' | 'WITHOUT_EFFECT' | 'MORE_WARNINGS';
  readonly pointer: string;
  readonly given: string;
  readonly message: string;
}

/** A JSON pointer with one more step. */
export function below(pointer: string, step: string | number): string {
  return `${pointer}/${typeof step === 'number' ? step : step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
