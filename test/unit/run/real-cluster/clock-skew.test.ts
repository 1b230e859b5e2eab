import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockSkew, skewCorrectionMs } from '../../../../src/run/real-cluster/clock-skew.js';

/** What a server whose clock is `skewMs` ahead answers, `wayMs` after it was asked and as long before it is heard. */
function answerOf(skewMs: number, sentAtMs: number, wayMs = 5) {
  const dateMs = Math.floor((sentAtMs + wayMs + skewMs) / 1_000) * 1_000;
  return { dateMs, sentAtMs, answeredAtMs: sentAtMs + 2 * wayMs };
}

describe('clockSkew', () => {
  test('the true skew is always within its bounds', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 12 });
    const skews = fc.integer({ min: -1e7, max: 1e7 });
    fc.assert(
      fc.property(skews, instants, fc.integer({ min: 0, max: 400 }), (skewMs, sentAt, wayMs) => {
        const skew = clockSkew(sentAt.map((at) => answerOf(skewMs, at, wayMs)));
        expect(skew?.minMs).toBeLessThanOrEqual(skewMs);
        expect(skew?.maxMs).toBeGreaterThanOrEqual(skewMs);
      }),
    );
  });

  test('answers spread over a second tell it within a part of it', () => {
    const skew = clockSkew(
      Array.from({ length: 9 }, (_, index) => answerOf(3_333, 10_000 + 127 * index)),
    );
    expect((skew?.maxMs ?? 0) - (skew?.minMs ?? 0)).toBeLessThan(160);
    expect(Math.abs(skewCorrectionMs(skew) - 3_333)).toBeLessThan(80);
  });

  test('a clock that may well be right is left alone', () => {
    expect(skewCorrectionMs(clockSkew([answerOf(40, 10_500)]))).toBe(0);
  });

  test('nothing is known without a Date, or when a clock was set meanwhile', () => {
    expect(clockSkew([{ dateMs: undefined, sentAtMs: 0, answeredAtMs: 1 }])).toBeUndefined();
    expect(clockSkew([answerOf(0, 0), answerOf(9_000, 100)])).toBeUndefined();
    expect(skewCorrectionMs(undefined)).toBe(0);
  });
});
