/** Seeded randomness: the same seed gives the same numbers on every machine. */

/** A stream of pseudo-random numbers. */
export interface Random {
  /** The next number, in [0, 1). */
  next(): number;
  /** The next integer, in [0, bound). */
  below(bound: number): number;
  /**
   * An independent stream for one consumer. It depends on this stream's seed and on `name` alone, so
   * adding a consumer does not shift the others.
   */
  child(name: string): Random;
}

/**
 * A random stream from a seed.
 *
 * Source: xoshiro128** by Blackman and Vigna (public domain), seeded by splitmix32.
 *
 * @param seed - any integer; its lowest 32 bits count.
 */
export function seededRandom(seed: number): Random {
  const next = xoshiro128(splitmix32(seed));
  return {
    next: () => next() / 2 ** 32,
    below: (bound) => Math.floor((next() / 2 ** 32) * bound),
    child: (name) => seededRandom(hash(`${seed >>> 0}/${name}`)),
  };
}

/**
 * The random stream of one of many numbered things. It depends on `seed` and `number` alone, in whatever
 * order the things come, and no two numbers of a seed have a state in common.
 *
 * @param number - a whole number, at least 0; its lowest 32 bits count.
 */
export function numberedRandom(seed: number, number: number): Random {
  const own = splitmix32(number);
  const ofSeed = splitmix32(seed);
  // taken in the other order: no number, the seed itself either, makes all four words 0
  const words = [ofSeed(), ofSeed(), ofSeed(), ofSeed()];
  const next = xoshiro128(() => own() ^ (words.pop() ?? 0));
  return {
    next: () => next() / 2 ** 32,
    below: (bound) => Math.floor((next() / 2 ** 32) * bound),
    child: (name) => seededRandom(hash(`${seed >>> 0}/${number}/${name}`)),
  };
}

/** @param state - called four times. */
function xoshiro128(state: () => number): () => number {
  let a = state();
  let b = state();
  let c = state();
  let d = state();
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
