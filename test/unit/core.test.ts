import { describe, expect, it } from 'vitest';
import { formatDurationMs, parseDurationMs } from '../../src/core/duration.js';
import { mergePatch } from '../../src/core/merge-patch.js';
import {
  compareQuantities,
  formatQuantity,
  milliValue,
  parseQuantity,
  wholeValue,
} from '../../src/core/quantity.js';
import { seededRandom } from '../../src/core/random.js';

describe('quantities', () => {
  it.each([
    { name: 'millicores', text: '250m', milli: 250, whole: 1 },
    { name: 'a fraction of a core', text: '0.5', milli: 500, whole: 1 },
    { name: 'nanocores round up, as upstream', text: '123456789n', milli: 124, whole: 1 },
    { name: 'binary memory', text: '1.5Gi', milli: 1_610_612_736_000, whole: 1_610_612_736 },
    { name: 'an exponent', text: '2e3', milli: 2_000_000, whole: 2_000 },
    { name: 'nothing', text: '0', milli: 0, whole: 0 },
    { name: 'a negative amount rounds towards zero', text: '-1500m', milli: -1_500, whole: -1 },
  ])('reads $name', ({ text, milli, whole }) => {
    expect(milliValue(text)).toBe(milli);
    expect(wholeValue(text)).toBe(whole);
  });

  it.each(['', 'm', '1.2.3', '5 m', '1Zi', '--1', '1e'])('refuses "%s"', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
    expect(() => milliValue(text)).toThrow(RangeError);
  });

  it.each([
    ['1000m', '1'],
    ['0.25', '250m'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['1.5Gi', '1536Mi'],
    ['100000k', '100M'],
    ['1e3', '1e3'],
    ['0.0', '0'],
  ])('spells %s as %s', (text, canonical) => {
    const quantity = parseQuantity(text);

    expect(quantity === undefined ? undefined : formatQuantity(quantity)).toBe(canonical);
  });

  it('compares by value and not by spelling', () => {
    expect(compareQuantities('1', '1000m')).toBe(0);
    expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0);
  });
});

describe('durations', () => {
  it.each([
    ['15s', 15_000],
    ['1m30s', 90_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['0', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '15', 's', '5x', '1m 30s', '-3s'])('refuses "%s"', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });

  it.each([
    [850, '850ms'],
    [12_340, '12.3s'],
    [59_960, '1m 00s'],
    [125_000, '2m 05s'],
    [3_720_000, '1h 02m'],
  ])('prints %d ms as %s', (ms, text) => {
    expect(formatDurationMs(ms)).toBe(text);
  });
});

function draw(seed: number): readonly number[] {
  const random = seededRandom(seed);
  return [random.next(), random.next(), random.below(100)];
}

describe('seeded random', () => {
  it('gives the same numbers for the same seed', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('gives a child that does not depend on what its parent drew', () => {
    const early = seededRandom(1).child('pods').next();
    const parent = seededRandom(1);
    parent.next();

    expect(parent.child('pods').next()).toBe(early);
    expect(parent.child('load').next()).not.toBe(early);
  });

  it('is uniform within what chance allows', () => {
    const random = seededRandom(3);
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let turn = 0; turn < 100_000; turn++) {
      const bucket = random.below(10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }

    // Five standard deviations of a binomial count: sqrt(100000 * 0.1 * 0.9) = 95.
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });
});

describe('merge patch', () => {
  it('merges objects, removes by null, replaces lists and leaves its arguments alone', () => {
    const target = { a: { b: 1, c: [1, 2] }, d: 'x' };

    const patched = mergePatch(target, { a: { c: [3], e: null, f: 4 }, d: null });

    expect(patched).toEqual({ a: { b: 1, c: [3], f: 4 } });
    expect(target).toEqual({ a: { b: 1, c: [1, 2] }, d: 'x' });
  });
});
