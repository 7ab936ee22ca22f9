import type { Stream } from './stream.ts';

/** The 95th percentile of the standard normal distribution: half the width of a 90 % interval, in standard deviations. */
export const z95 = 1.6448536269514722;

/** Coefficients from the constant term on, evaluated by Horner's rule. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let value = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) value = value * x + (coefficients[index] as number);
  return value;
}

const central = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
] as const;
const middle = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const;
const far = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

const ratio = (x: number, [above, below]: readonly [readonly number[], readonly number[]]) =>
  polynomial(x, above) / polynomial(x, below);

/**
 * The value that a standard normal variable stays below with probability `p`: algorithm AS 241, PPND16 (Wichura, 1988), with a
 * relative error of about 1e-16. −∞ at 0 and ∞ at 1.
 */
export function normalQuantile(p: number): number {
  const fromCentre = p - 0.5;
  if (Math.abs(fromCentre) <= 0.425) return fromCentre * ratio(0.180625 - fromCentre * fromCentre, central);
  const tail = Math.min(p, 1 - p);
  if (tail <= 0) return fromCentre < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const value = r <= 5 ? ratio(r - 1.6, middle) : ratio(r - 5, far);
  return fromCentre < 0 ? -value : value;
}

/**
 * The probability that a standard normal variable stays below `x`: a series in the middle, a continued fraction in the tails
 * (Abramowitz and Stegun, 26.2.10 and 26.2.14), with a relative error below 1e-13.
 */
export function normalBelow(x: number): number {
  const size = Math.abs(x);
  const density = Math.exp(-0.5 * size * size) / Math.sqrt(2 * Math.PI);
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (size * size) / (2 * n + 1);
      sum += term;
    }
    const half = density * sum;
    return x < 0 ? 0.5 - half : 0.5 + half;
  }
  let fraction = 0;
  for (let n = 200; n >= 1; n--) fraction = n / (size + fraction);
  const tail = density / (size + fraction);
  return x < 0 ? tail : 1 - tail;
}

const layers = 256;
const edge = 3.654152885361009;
const heights = new Float64Array(layers + 1);
const widths = new Float64Array(layers);
const inner = new Float64Array(layers);

const density = (x: number) => Math.exp(-0.5 * x * x);

function buildLayers(): void {
  const area = edge * density(edge) + Math.sqrt(2 * Math.PI) * normalBelow(-edge);
  const edges = new Float64Array(layers + 1);
  edges[0] = area / density(edge);
  edges[1] = edge;
  for (let layer = 2; layer < layers; layer++) {
    const before = edges[layer - 1] as number;
    edges[layer] = Math.sqrt(-2 * Math.log(area / before + density(before)));
  }
  edges[layers] = 0;
  for (let layer = 0; layer < layers; layer++) {
    widths[layer] = edges[layer] as number;
    inner[layer] = (edges[layer + 1] as number) / (edges[layer] as number);
  }
  for (let layer = 0; layer <= layers; layer++) heights[layer] = density(edges[layer] as number);
}
buildLayers();

/** Beyond the last layer (Marsaglia, 1964). */
function beyond(stream: Stream): number {
  for (;;) {
    const x = -Math.log(1 - stream.uniform()) / edge;
    const y = -Math.log(1 - stream.uniform());
    if (2 * y > x * x) return edge + x;
  }
}

/**
 * A standard normal variable by the ziggurat (Marsaglia and Tsang, 2000) in 256 layers, with layer and place drawn from bits that
 * have nothing in common (Doornik, 2005): 8 bits choose the layer, 53 others the place in it. Exact but for rounding.
 */
export function normal(stream: Stream): number {
  for (;;) {
    const first = stream.next();
    const layer = first & 0xff;
    const u = ((first >>> 8) * 0x20000000 + (stream.next() >>> 3)) / 0x10000000000000 - 1;
    const x = u * (widths[layer] as number);
    if (Math.abs(u) < (inner[layer] as number)) return x;
    if (layer === 0) return u < 0 ? -beyond(stream) : beyond(stream);
    const low = heights[layer] as number;
    if (low + stream.uniform() * ((heights[layer + 1] as number) - low) < density(x)) return x;
  }
}

/** The first `count` places of `into` become standard normal variables, those that as many calls of `normal` give. */
export function fillNormal(stream: Stream, into: Float64Array, count: number): void {
  const { state } = stream;
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let index = 0; index < count; index++) {
    const [p, q, r, s] = [a, b, c, d];
    let sum = (a + d) | 0;
    const first = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    let shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    sum = (a + d) | 0;
    const second = (((sum << 7) | (sum >>> 25)) + a) >>> 3;
    shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    const layer = first & 0xff;
    const u = ((first >>> 8) * 0x20000000 + second) / 0x10000000000000 - 1;
    if (Math.abs(u) < (inner[layer] as number)) {
      into[index] = u * (widths[layer] as number);
      continue;
    }
    // One in a hundred: drawn again from where this one began, the long way.
    state[0] = p;
    state[1] = q;
    state[2] = r;
    state[3] = s;
    into[index] = normal(stream);
    a = state[0] as number;
    b = state[1] as number;
    c = state[2] as number;
    d = state[3] as number;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}
