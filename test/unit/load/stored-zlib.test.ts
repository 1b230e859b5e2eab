import { inflateSync } from 'node:zlib';
import { Int32Histogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../src/load/base64.js';
import { storedBytes, zlibOf } from '../../../src/load/stored-zlib.js';
import { HIGHEST_MICROS, placeOfMicros } from '../../../src/load/time-counts.js';

function someBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7919 + (index >> 8)) & 0xff);
}

const LENGTHS = [0, 1, 2, 3, 255, 256, 65_534, 65_535, 65_536, 200_000];

describe('a zlib stream of stored blocks', () => {
  it.each(LENGTHS)('is read by zlib: %i bytes', (length) => {
    const bytes = someBytes(length);

    expect(Buffer.compare(inflateSync(zlibOf(bytes)), bytes)).toBe(0);
  });

  it('is read back where it is one block', () => {
    const bytes = someBytes(65_535);

    expect(storedBytes(zlibOf(bytes))).toEqual(bytes);
  });

  it.each([
    ['two blocks', zlibOf(someBytes(65_536))],
    ['a stream that was cut', zlibOf(someBytes(100)).subarray(0, 50)],
    ['nothing', new Uint8Array(0)],
  ])('is left to zlib where it is anything else: %s', (_, stream) => {
    expect(storedBytes(stream)).toBeUndefined();
  });
});

describe('base64', () => {
  it.each(LENGTHS)('is that of Node, both ways: %i bytes', (length) => {
    const bytes = someBytes(length);
    const text = Buffer.from(bytes).toString('base64');

    expect(toBase64(bytes)).toBe(text);
    expect(Buffer.compare(fromBase64(text), bytes)).toBe(0);
  });

  it.each(['A', 'AAA', 'AA=A', 'A?AA', 'AA\u00e9A', '===='])('refuses %s', (text) => {
    expect(() => fromBase64(text)).toThrow(TypeError);
  });
});

describe('the place of a time', () => {
  it('is that of the library, from 0 to an hour', () => {
    const library = new Int32Histogram(1, HIGHEST_MICROS, 3);
    const times = Array.from({ length: 32 }, (_, bits) => 2 ** bits)
      .flatMap((power) => [power - 1, power, power + 1, Math.floor(power * 1.3)])
      .filter((micros) => micros <= HIGHEST_MICROS);

    expect([...times, HIGHEST_MICROS].map(placeOfMicros)).toEqual(
      [...times, HIGHEST_MICROS].map((micros) => library.countsArrayIndex(micros)),
    );
  });
});
