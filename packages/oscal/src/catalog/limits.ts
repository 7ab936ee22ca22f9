import type { JsonLimits } from '../json/tokenizer.ts';

export interface CatalogLimits extends JsonLimits {
  /** Groups and controls together. */
  readonly controls: number;
  /** Bytes of one group or control without what is nested in it, and of the catalog's own members. */
  readonly partBytes: number;
  /** Values (also arrays and objects) of the same. */
  readonly partValues: number;
  /**
   * How much is held back so that parents come first in whichever order the members stand. In a larger group, control
   * or catalog its own members must stand before `groups` and `controls`, as every known tool writes them.
   */
  readonly heldBytes: number;
  readonly heldValues: number;
}

/**
 * With these a catalog of 50 MB takes some 40 MB beside it: the largest part, what is held, and the ids, which must be
 * known to the end. How many bytes come is for the caller to limit.
 */
export const catalogLimits: CatalogLimits = {
  stringBytes: 4 * 1024 * 1024,
  depth: 100,
  controls: 200_000,
  partBytes: 32 * 1024 * 1024,
  partValues: 400_000,
  heldBytes: 16 * 1024 * 1024,
  heldValues: 400_000,
};
