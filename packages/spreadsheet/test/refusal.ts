import { readTable, SheetError } from '../src/index.ts';

type Options = Parameters<typeof readTable>[2];

/** The SheetError that a file is refused with. */
export async function refusal(
  content: Uint8Array | string,
  format: 'csv' | 'xlsx',
  options?: Options,
): Promise<SheetError> {
  return refused(() => readTable(typeof content === 'string' ? Buffer.from(content) : content, format, options));
}

export async function refused(action: () => unknown): Promise<SheetError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SheetError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
