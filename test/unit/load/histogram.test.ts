import { describe, expect, it } from 'vitest';
import { LatencyHistogram, mergeHistograms } from '../../../src/load/histogram.js';

function recorded(times: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const time of times) histogram.recordMs(time);
  return histogram;
}

describe('a latency histogram', () => {
  it('is absent, not 0, while empty', () => {
    const empty = new LatencyHistogram();

    expect(empty.percentileMs(50)).toBeUndefined();
    expect(empty.maxMs()).toBeUndefined();
    expect(empty.meanMs()).toBeUndefined();
    expect(empty.encode()).toBe('');
  });

  it('keeps three digits from a microsecond to an hour', () => {
    for (const time of [0.001, 0.123, 1.5, 99.9, 1_234, 3_600_000]) {
      const found = recorded([time]).percentileMs(50) ?? Number.NaN;
      expect(Math.abs(found - time) / time).toBeLessThan(0.001);
    }
  });

  it('counts what is longer than an hour as an hour', () => {
    expect(recorded([1e9]).maxMs()).toBeCloseTo(3_600_000, -4);
  });

  it('is the same after encoding and decoding', () => {
    const histogram = recorded(Array.from({ length: 1_000 }, (_, index) => index * 0.37));

    const copy = mergeHistograms([histogram.encode()]);

    expect(copy.encode()).toBe(histogram.encode());
    expect(copy.count).toBe(1_000);
    expect(copy.percentileMs(99)).toBe(histogram.percentileMs(99));
  });

  it('merges without loss: parts give the same histogram as the whole', () => {
    const times = Array.from({ length: 500 }, (_, index) => (index * 7919) % 1_000);
    const parts = [times.slice(0, 100), [], times.slice(100)].map((part) =>
      recorded(part).encode(),
    );

    expect(mergeHistograms(parts).encode()).toBe(recorded(times).encode());
  });

  it('forgets everything on reset', () => {
    const histogram = recorded([1, 2, 3]);

    histogram.reset();

    expect(histogram.encode()).toBe('');
  });
});
