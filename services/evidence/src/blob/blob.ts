import type { Readable } from 'node:stream';

/** What arrived and was hashed, and is not kept yet. Exactly one of `keep` and `discard` ends it; `keep` may be repeated. */
export interface ReceivedBlob {
  readonly sha256: string;
  readonly bytes: number;
  /** The whole content in memory; only for what is limited to a size that fits. */
  read(): Promise<Buffer>;
  /** Keeps it for good under its hash. When this resolves, it survives a crash. */
  keep(): Promise<void>;
  /** Leaves nothing behind; does nothing to what was kept. */
  discard(): Promise<void>;
}

/** Files by the hash of their content: equal files are kept once, and a kept file never changes. */
export interface BlobStore {
  /**
   * Reads a stream to its end, hashing and counting, never holding more than a chunk in memory.
   * @throws AnnexError PAYLOAD_TOO_LARGE as soon as more than `limit` bytes came; whatever the stream fails with. Nothing is left behind then.
   */
  receive(content: AsyncIterable<Uint8Array>, limit: number): Promise<ReceivedBlob>;
  /** @throws Error (a defect) where the blob is missing, before the first byte */
  open(sha256: string): Promise<Readable>;
}
