/** The part of busboy 1.6 that is used here; the package brings no types. */
declare module 'busboy' {
  import type { Readable, Writable } from 'node:stream';

  interface PartInfo {
    readonly filename?: string;
    readonly encoding: string;
    readonly mimeType: string;
  }

  interface Busboy extends Writable {
    on(event: 'file', listener: (name: string | undefined, stream: Readable, info: PartInfo) => void): this;
    on(
      event: 'field',
      listener: (
        name: string | undefined,
        value: string,
        info: { nameTruncated: boolean; valueTruncated: boolean },
      ) => void,
    ): this;
    on(event: 'fieldsLimit' | 'partsLimit' | 'close', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  export default function busboy(options: {
    headers: { 'content-type': string };
    limits?: { fields?: number; fieldSize?: number; fieldNameSize?: number; parts?: number };
    defParamCharset?: string;
  }): Busboy;
}
