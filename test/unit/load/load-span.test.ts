import { describe, expect, it } from 'vitest';
import { sloFigures } from '../../../src/analysis/slo-figures.js';
import { perSecond, spanMs } from '../../../src/load/load-span.js';

describe('seconds of a load that are told together', () => {
  it('are one where nothing else is said', () => {
    expect(spanMs({})).toBe(1_000);
    expect(perSecond(7, {})).toBe(7);
  });

  it('are as long as they say, and their counts are counts of all of them', () => {
    expect(spanMs({ seconds: 60 })).toBe(60_000);
    expect(perSecond(90, { seconds: 60 })).toBe(1.5);
  });

  it('count with their length in an SLO', () => {
    const held = { t: 0, seconds: 60, good: 100, goodAtMost: 100, total: 100, isHeld: true };
    const broken = { ...held, t: 60_000, good: 10, isHeld: false };
    const figures = sloFigures([held, broken], { responseTimeMs: 100, objective: 0.9 });
    expect(figures).toMatchObject({ seconds: 120, violationSeconds: 60, total: 200, good: 110 });
  });
});
