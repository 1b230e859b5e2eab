import {
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  Int32Histogram,
  JsHistogram,
} from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../src/load/histogram.js';
import {
  countAtOrBelowMs,
  leastMicrosOf,
  MergedTimes,
  timeCounts,
  type TimeCounts,
} from '../../../src/load/time-counts.js';

function recorded(times: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const time of times) histogram.recordMs(time);
  return histogram;
}

/** Times from below a microsecond to beyond an hour, some of them so often that a count takes several bytes. */
function manyTimes(): readonly number[] {
  return Array.from({ length: 2_000 }, (_, index) => 0.0001 * 1.013 ** index).flatMap(
    (time, index) => Array.from({ length: index % 197 === 0 ? 9_000 : 1 }, () => time),
  );
}

/** Place and count of each time, as the library reads them. */
function asTheLibraryReads(encoded: string): readonly (readonly [number, number])[] {
  const decoded = decodeFromCompressedBase64(encoded, 32, false);
  if (!(decoded instanceof JsHistogram)) throw new TypeError('expected a histogram in JavaScript');
  const places = decoded.countsArrayIndex(decoded.maxValue) + 1;
  return Array.from({ length: places }, (_, place) => {
    return [decoded.valueFromIndex(place), decoded.getCountAtIndex(place)] as const;
  }).filter(([, count]) => count > 0);
}

/** Least time and count of each place. */
function pairs(times: TimeCounts): readonly (readonly [number, number])[] {
  return Array.from({ length: times.length / 2 }, (_, index) => {
    return [leastMicrosOf(times[2 * index] ?? -1), times[2 * index + 1] ?? -1] as const;
  });
}

describe('the counts of an encoded histogram', () => {
  it.each([
    ['one time', [12.5]],
    ['the least and the longest time', [0, 3_600_000]],
    ['one time very often', Array.from({ length: 70_000 }, () => 3)],
    ['times of every length', manyTimes()],
  ])('are those that the library reads: %s', (_, times) => {
    const encoded = recorded(times).encode();

    expect(pairs(timeCounts(encoded))).toEqual(asTheLibraryReads(encoded));
  });

  it('are told in our places where another histogram was encoded', () => {
    const other = new Int32Histogram(1, 10_000_000, 2);
    for (const micros of [1_000, 1_000, 50_000]) other.recordValue(micros);

    const counts = timeCounts(encodeIntoCompressedBase64(other));

    expect(pairs(counts).map(([, count]) => count)).toEqual([2, 1]);
    expect(countAtOrBelowMs(counts, 10)).toBe(2);
    expect(countAtOrBelowMs(counts, 51)).toBe(3);
  });

  it.each([
    ['no base64', '?'],
    ['base64 of something else', 'AAAAAAAAAAAAAAAA'],
    ['a histogram that was cut', recorded([1, 2, 3]).encode().slice(0, 24)],
  ])('are refused of %s', (_, text) => {
    expect(() => timeCounts(text)).toThrow();
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
});
