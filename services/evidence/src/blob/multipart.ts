import type { Readable } from 'node:stream';
import { AnnexError, badInput, type FieldFault } from '@annex/schema';
import busboy from 'busboy';
import type { BlobStore, ReceivedBlob } from './blob.ts';
import { tooLarge } from './folder.ts';

/** A form as it arrived: one file, and the values of each field in order. */
export interface ReceivedForm {
  readonly file: ReceivedBlob;
  readonly fileName: string;
  readonly mediaType: string;
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** Which fields a form may have, and whether one may come several times. */
export type FormFields = { readonly [name: string]: 'one' | 'several' };

const mostFields = 250;
const longestField = 64 * 1024;

function fieldFaults(fields: ReadonlyMap<string, readonly string[]>, allowed: FormFields): FieldFault[] {
  return [...fields].flatMap(([name, values]): FieldFault[] => {
    const kind = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (kind === undefined) {
      return [{ field: name.slice(0, 100), allowed: `must be one of file, ${Object.keys(allowed).join(', ')}` }];
    }
    return kind === 'one' && values.length > 1
      ? [{ field: name, given: values.length, allowed: 'must be given once' }]
      : [];
  });
}

/**
 * Reads a `multipart/form-data` body; its one file (the part named `file`) goes to the store chunk by chunk. The body is always read
 * to its end or thrown away, so that an answer can reach the caller.
 * @throws AnnexError BAD_INPUT naming every faulty part, PAYLOAD_TOO_LARGE; nothing of the file is left behind then
 */
export async function receiveForm(
  body: Readable,
  contentType: string | undefined,
  options: { readonly store: BlobStore; readonly limit: number; readonly fields: FormFields },
): Promise<ReceivedForm> {
  const { store, limit, fields: allowed } = options;
  if (!/^multipart\/form-data\s*;/i.test(contentType ?? '')) {
    body.resume();
    throw new AnnexError('UNSUPPORTED_FORMAT', 'The body must be multipart/form-data', {
      details: { supported: ['multipart/form-data'] },
    });
  }
  const fields = new Map<string, string[]>();
  const faults: FieldFault[] = [];
  let receiving: Promise<ReceivedBlob> | undefined;
  let named = { fileName: '', mediaType: 'application/octet-stream' };

  const read = new Promise<void>((resolve, reject) => {
    let parser: ReturnType<typeof busboy>;
    try {
      parser = busboy({
        headers: { 'content-type': contentType ?? '' },
        limits: { fields: mostFields, fieldSize: longestField, fieldNameSize: 200, parts: mostFields + 10 },
        defParamCharset: 'utf8',
      });
    } catch (error) {
      body.resume();
      reject(
        badInput('Content-Type', contentType, `must name the boundary of the parts (${(error as Error).message})`),
      );
      return;
    }
    const fail = (error: unknown) => {
      body.unpipe(parser);
      parser.destroy();
      body.resume();
      reject(error);
    };
    parser.on('file', (name = '', stream, info) => {
      // Whoever reads the stream hears of its end; this keeps an early end from being nobody's error.
      stream.on('error', () => undefined);
      if (name !== 'file' || receiving) {
        faults.push(
          name === 'file'
            ? { field: 'file', given: 'two files', allowed: 'must be exactly one file' }
            : { field: name.slice(0, 100), given: 'a file', allowed: 'must not be a file; the file is named file' },
        );
        stream.resume();
        return;
      }
      named = { fileName: info.filename ?? '', mediaType: info.mimeType };
      receiving = store.receive(stream, limit);
      receiving.catch(fail);
    });
    parser.on('field', (name = '', value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) {
        faults.push({ field: name, allowed: `must have at most ${nameTruncated ? 200 : longestField} bytes` });
        return;
      }
      fields.set(name, [...(fields.get(name) ?? []), value]);
    });
    const tooMany = () => fail(badInput('body', undefined, `must have at most ${mostFields} fields`));
    parser.on('fieldsLimit', tooMany);
    parser.on('partsLimit', tooMany);
    parser.on('error', (error) =>
      fail(badInput('body', undefined, `must be a whole multipart body (${error.message.toLowerCase()})`)),
    );
    parser.on('close', resolve);
    const cut = () => fail(badInput('body', undefined, 'must be a whole multipart body; it ended early'));
    body.once('error', cut);
    body.once('aborted', cut);
    body.pipe(parser);
  });

  let file: ReceivedBlob | undefined;
  try {
    await read;
    file = await receiving;
    if (!file) faults.push({ field: 'file', given: 'no file', allowed: 'must be exactly one file' });
    faults.push(...fieldFaults(fields, allowed));
    if (faults.length > 0 || !file) {
      throw new AnnexError('BAD_INPUT', faults.map((fault) => `${fault.field} ${fault.allowed}`).join('; '), {
        faults,
      });
    }
    return { file, ...named, fields };
  } catch (error) {
    // The store cleans up after a stream that fails; what it took whole is discarded here.
    const taken = await receiving?.catch(() => undefined);
    await taken?.discard();
    throw error;
  }
}

/**
 * @param beside bytes that the body may have beside what the limit is about
 * @throws AnnexError PAYLOAD_TOO_LARGE for a body that says beforehand that it is too long
 */
export function checkLength(length: string | undefined, limit: number, beside = 0): void {
  if (length !== undefined && Number(length) > limit + beside) throw tooLarge(limit);
}
