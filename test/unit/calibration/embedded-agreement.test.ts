/**
 * The simulated cluster against the embedded one: a run of real processes, simulated with a model of another run
 * (test/vectors/embedded-agreement). Where its two loops stood when the load began is chance in a run, so it is
 * simulated over their phases. Most of that spread is the cluster's own, not an error of the model.
 */
import { describe, expect, it } from 'vitest';
import { valueOf } from '../../../src/analysis/measure.js';
import { embeddedAgreement, nearest, sizesOf } from '../../support/agreement.js';

const SEEDS = Array.from({ length: 16 }, (_, index) => index + 1);
const SYNC_MS = 15_000;

describe('a run of the embedded cluster by a model of another', { timeout: 120_000 }, () => {
  it('has the same sizes, scale-ups within a sync period, p50 within 15 % and cost within 5 %', async () => {
    const result = await embeddedAgreement('check', 'fit', SEEDS);
    expect(sizesOf(result.real.growth)).toBe('5, 8');
    expect(nearest(result)?.worstMs).toBeLessThan(SYNC_MS);
    expect(Math.abs(valueOf(result.errors.p50) ?? Infinity)).toBeLessThan(0.15);
    expect(Math.abs(valueOf(result.errors.cost) ?? Infinity)).toBeLessThan(0.05);
    // each scale-up is within a sync period of one that is simulated, whatever its size
    for (const [index, step] of result.real.growth.entries()) {
      const apart = result.simulated.map(({ growth }) =>
        Math.abs((growth[index]?.atMs ?? Infinity) - step.atMs),
      );
      expect(Math.min(...apart)).toBeLessThan(SYNC_MS);
    }
  });
});
