import { type GraphQLAbstractType, type GraphQLOutputType, isAbstractType, isListType, isNonNullType } from 'graphql';

/** Says which value stands for one of an interface's or union's: itself, or the error that it is answered with. */
export type Judge = (value: unknown, type: GraphQLAbstractType) => unknown;

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Whether values of the type need `settle`. */
export function needsSettling(type: GraphQLOutputType): boolean {
  const inner = isNonNullType(type) ? type.ofType : type;
  return isListType(inner) || isAbstractType(inner);
}

/**
 * What a resolver returned, safe for the compiled executor: it gives a rejected item of a list the wrong place and never ends
 * when `resolveType` throws, whereas errors that are values it answers as it should.
 */
export function settle(value: unknown, type: GraphQLOutputType, judge: Judge): unknown {
  if (isPromise(value)) return value.then((settled) => settle(settled, type, judge));
  if (value === null || value === undefined || value instanceof Error) return value;
  const inner = isNonNullType(type) ? type.ofType : type;
  if (isAbstractType(inner)) return judge(value, inner);
  if (!isListType(inner) || !Array.isArray(value)) return value;
  const deeper = needsSettling(inner.ofType);
  if (!deeper && !value.some(isPromise)) return value;
  const items = value.map((item) => {
    const settled = deeper ? settle(item, inner.ofType, judge) : item;
    return isPromise(settled) ? settled.then(undefined, asError) : settled;
  });
  return items.some(isPromise) ? Promise.all(items) : items;
}
