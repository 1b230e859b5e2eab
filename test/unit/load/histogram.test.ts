import { describe, expect, it } from 'vitest';
import {
  countAtOrBelowMs,
  LatencyHistogram,
  mergeHistograms,
  MergedTimes,
  timeCounts,
} from '../../../src/load/histogram.js';

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

  it.each([
    ['a time at the limit', 2, 3],
    ['no time below it', 0.5, 0],
    ['the times up to it', 2.9, 3],
    ['all at the highest it can hold', 1e9, 6],
    ['none below 0', -1, 0],
  ])('counts %s', (_, limitMs, count) => {
    const counts = timeCounts(recorded([1, 2, 2, 3, 400, 1e8]).encode());

    expect(countAtOrBelowMs(counts, limitMs)).toBe(count);
  });

  it('counts what is above a limit by less than its resolution, and no more', () => {
    const counts = timeCounts(recorded([300, 300.02, 300.4]).encode());

    expect(countAtOrBelowMs(counts, 300)).toBe(2);
  });

  it('has the same percentiles when merged from its counts', () => {
    const times = Array.from({ length: 1_000 }, (_, index) => 0.001 * 1.02 ** index);
    const histogram = recorded(times);
    const merged = new MergedTimes();
    const percentiles = [0.1, 50, 90, 99, 99.9, 100];

    merged.add(timeCounts(recorded(times.slice(0, 300)).encode()));
    merged.add(timeCounts(recorded(times.slice(300)).encode()));
    merged.add(timeCounts(''));

    expect(merged.count).toBe(1_000);
    expect(merged.percentilesMs(percentiles)).toEqual(
      percentiles.map((percentile) => histogram.percentileMs(percentile)),
    );
  });

  it('has no percentiles without times', () => {
    expect(new MergedTimes().percentilesMs([50, 100])).toEqual([undefined, undefined]);
  });

  it('forgets everything on reset', () => {
    const histogram = recorded([1, 2, 3]);

    histogram.reset();

    expect(histogram.encode()).toBe('');
  });
});
