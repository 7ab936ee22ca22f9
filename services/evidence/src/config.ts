import type { EnvironmentReader } from '@annex/service';

export interface EvidenceConfig {
  /** Where files are kept, by the hash of their content. */
  readonly blobFolder: string;
  /** Bytes of one piece of evidence. */
  readonly uploadLimit: number;
  /** Bytes of one imported file; it is read into memory, so it is far smaller. */
  readonly importLimit: number;
}

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

/** @param blobFolder the installation's */
export function evidenceConfig(read: EnvironmentReader, blobFolder: string): EvidenceConfig {
  return {
    blobFolder,
    uploadLimit: read.integer('ANNEX_UPLOAD_LIMIT', gibibyte, { min: 1024, max: 2 * gibibyte - 1 }),
    importLimit: read.integer('ANNEX_IMPORT_LIMIT', 64 * mebibyte, { min: 1024, max: 256 * mebibyte }),
  };
}
