import { describe, expect, it } from 'vitest';
import { goDuration, goDurationMs } from '../../../src/core/go-duration.js';

describe('durations as Go prints them', () => {
  it.each([
    [0, '0s'],
    [0.25, '250µs'],
    [850, '850ms'],
    [15_200, '15.2s'],
    [12_351.024, '12.351024s'],
    [10_000, '10s'],
    [80_000, '1m20s'],
    [300_000, '5m0s'],
    [3_661_500, '1h1m1.5s'],
  ])('%d ms is %s and back', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
    expect(goDurationMs(text)).toBeCloseTo(ms, 6);
  });

  it.each(['', '15', 's', '1m-', '15.2 s'])('reads nothing from "%s"', (text) => {
    expect(goDurationMs(text)).toBeUndefined();
  });
});
