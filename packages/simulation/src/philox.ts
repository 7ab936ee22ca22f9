/**
 * The high 32 bits of the product of two 32-bit numbers. Both halves of the sum stay below 2^53, so doubles are exact.
 */
function high(a: number, b: number): number {
  const low = b & 0xffff;
  const upper = b >>> 16;
  const carried = a * upper + Math.floor((a * low) / 0x10000);
  return Math.floor(carried / 0x10000) >>> 0;
}

const rounds = 10;

/**
 * Philox 4×32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011):
 * four random words of a counter of four words under a key of two. Nothing is remembered between calls, so any place of any stream
 * is reached at once.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [a, b, c, d] = counter.map((word) => word >>> 0) as [number, number, number, number];
  let k = key[0] >>> 0;
  let l = key[1] >>> 0;
  for (let round = 0; round < rounds; round++) {
    const highA = high(a, 0xd2511f53);
    const lowA = Math.imul(a, 0xd2511f53) >>> 0;
    const highC = high(c, 0xcd9e8d57);
    const lowC = Math.imul(c, 0xcd9e8d57) >>> 0;
    a = (highC ^ b ^ k) >>> 0;
    b = lowC;
    c = (highA ^ d ^ l) >>> 0;
    d = lowA;
    k = (k + 0x9e3779b9) >>> 0;
    l = (l + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}
