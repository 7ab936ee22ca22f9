import { philox } from './philox.ts';

/** What a stream is drawn for. One of its own each, so that a change of one input leaves the draws of the others as they were. */
export const purposes = { counts: 1, thinning: 2, dependence: 3, forms: 16 } as const;

/** The name of a scenario's streams: two words of 32 bits. */
export type StreamKey = readonly [number, number];

/** The largest seed: what a GraphQL Int holds. */
export const maxSeed = 2 ** 31 - 1;

/** The key of the streams of whatever an id names, the same wherever and among whatever else it is simulated. */
export function streamKey(id: string): StreamKey {
  let key: StreamKey = [0x616e6e65, id.length];
  for (let at = 0; at < id.length; at += 4) {
    const word = (offset: number) => (at + offset < id.length ? id.charCodeAt(at + offset) : 0);
    const [a, b] = philox([word(0), word(1), word(2), word(3)], key);
    key = [a, b];
  }
  return key;
}

/**
 * xoshiro128++ 1.0 (Blackman and Vigna, 2019): 32 bits a step, period 2^128 − 1. Each stream begins at a state of its own, which
 * Philox makes of the seed, the scenario, the purpose and the block of trials. So a block can be drawn by any worker, in any
 * order, and is the same to the bit.
 */
export class Stream {
  /** The four words of the state. */
  readonly state: Int32Array;

  constructor(state: readonly number[]) {
    this.state = Int32Array.from(state);
    // The one state that the generator cannot leave.
    if (this.state.every((word) => word === 0)) this.state[0] = 1;
  }

  /** The stream of a block of trials of a scenario. */
  static of(seed: number, key: StreamKey, purpose: number, block: number): Stream {
    return new Stream(philox([key[0], key[1], purpose, block], [seed, 0x52495349]));
  }

  /** The next 32 bits, unsigned. */
  next(): number {
    const { state } = this;
    const a = state[0] as number;
    const b = state[1] as number;
    const c = (state[2] as number) ^ a;
    const d = (state[3] as number) ^ b;
    const sum = (a + (state[3] as number)) | 0;
    state[0] = a ^ d;
    state[1] = b ^ c;
    state[2] = c ^ (b << 9);
    state[3] = (d << 11) | (d >>> 21);
    return (((sum << 7) | (sum >>> 25)) + a) >>> 0;
  }

  /** A uniform number in [0, 1) of 53 bits. */
  uniform(): number {
    const upper = this.next() >>> 5;
    return (upper * 0x4000000 + (this.next() >>> 6)) / 0x20000000000000;
  }

  /** The first `count` places of `into` become what so many calls of `uniform` give. */
  fillUniform(into: Float64Array, count: number): void {
    const { state } = this;
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    // `next`, twice in a row, with the state in local variables: this is where a simulation spends its time.
    for (let index = 0; index < count; index++) {
      let sum = (a + d) | 0;
      const upper = (((sum << 7) | (sum >>> 25)) + a) >>> 5;
      let shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      sum = (a + d) | 0;
      const lower = (((sum << 7) | (sum >>> 25)) + a) >>> 6;
      shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
      into[index] = (upper * 0x4000000 + lower) / 0x20000000000000;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
  }
}
