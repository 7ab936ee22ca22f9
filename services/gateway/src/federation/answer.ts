import { AnnexError, type ErrorCode, errorCatalogue } from '@annex/schema';
import { type AnsweredError, answerError, unforeseen } from '@annex/service';
import type { Logger } from '../logger.ts';

interface Failure {
  readonly message?: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Record<string, unknown> | undefined;
  readonly originalError?: unknown;
}

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCatalogue, code);

/**
 * The errors of a federated answer as callers see them: those of the catalogue keep code, faults and details; anything else is logged and becomes
 * INTERNAL with a reference.
 */
export function answerErrors(
  failures: readonly Failure[],
  log: Logger,
  about: Record<string, unknown>,
): AnsweredError[] {
  const told = new Map<string, AnnexError>();
  return failures.map((failure) => {
    const where = failure.path && failure.path.length > 0 ? { path: failure.path } : {};
    const { code, faults, details } = failure.extensions ?? {};
    if (isCode(code)) {
      const known = new AnnexError(code, failure.message ?? errorCatalogue[code].title, {
        ...(Array.isArray(faults) ? { faults } : {}),
        ...(typeof details === 'object' && details !== null ? { details: details as Record<string, unknown> } : {}),
      });
      return answerError(known, where);
    }
    if (failure.originalError instanceof AnnexError) return answerError(failure.originalError, where);
    const text = failure.message ?? String(failure);
    let masked = told.get(text);
    if (!masked) {
      masked = unforeseen(failure.originalError ?? failure, log, { ...about, path: failure.path });
      told.set(text, masked);
    }
    return answerError(masked, where);
  });
}
