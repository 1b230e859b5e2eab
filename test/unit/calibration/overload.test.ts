/**
 * The cascade of a real cluster under more than it can do (110 requests a second against three pods at their
 * limit), as the lab's research measured it: readiness lost 13 to 15 s after the step, the first liveness restarts at
 * 25 s, 23 restarts in all, 39 % answered though there were 10 pods, all 10 ready 22 s after the load fell.
 */
import { describe, expect, it } from 'vitest';
import { overload } from '../../support/overload.js';

const COUNT = Number(process.env['HPA_LAB_AGREEMENT_SEEDS'] ?? 2);
const SEEDS = Array.from({ length: COUNT }, (_, index) => index + 1);
/** How long the real clients waited was not recorded. */
const TIMEOUT_MS = 5_000;

describe('a service under far more than it can do', { timeout: 300_000 }, () => {
  it.each(SEEDS)('collapses as a real one did, and recovers after (seed %i)', async (seed) => {
    const seen = await overload(seed, TIMEOUT_MS);

    expect(seen.firstUnreadyMs).toBeGreaterThan(10_500);
    expect(seen.firstUnreadyMs).toBeLessThan(17_000);
    expect(seen.noneReadyMs).toBeLessThan(22_000);
    expect(seen.firstRestartMs).toBeGreaterThan(22_000);
    expect(seen.restarts).toBeGreaterThanOrEqual(10);
    expect(seen.restarts).toBeLessThanOrEqual(35);
    expect(seen.answered).toBeGreaterThan(0.25);
    expect(seen.answered).toBeLessThan(0.65);
    expect(seen.refused).toBeGreaterThan(400);
    // more pods do not cure it
    expect(seen.largestSize).toBeGreaterThanOrEqual(8);
    expect(seen.leastReadyAt10 ?? 0).toBeLessThanOrEqual(4);
  });

  it('answers the more the longer clients wait', async () => {
    const [long, short] = [await overload(1, 10_000), await overload(1, 2_000)];
    expect(long.answered).toBeGreaterThan(short.answered + 0.2);
  });
});
