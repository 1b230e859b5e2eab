import { describe, expect, it } from 'vitest';
import { podHistories } from '../../../src/analysis/pod-history.js';
import { readiness } from '../../../src/analysis/readiness.js';
import type { PodRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const SPAN = { fromT: 0, toT: 100_000 };
const READY = { isReady: true };
const SEEN = { t: 1_000, change: 'seen' as const };

function readinessOf(...changes: readonly (Partial<PodRecord> & { readonly t: number })[]) {
  const records = changes.map((change) => aPodRecord(change));
  const pods = podHistories({ header: aHeader(), records });
  return readiness(pods, { span: SPAN, windowMs: 10_000 });
}

describe('readiness', () => {
  it('of a pod that became ready once has no loss', () => {
    expect(readinessOf(SEEN, { t: 5_000, ...READY })).toMatchObject({
      flaps: [],
      losses: 0,
      outOfRotationMs: 0,
      restarts: 0,
    });
  });

  it('that comes back within the window is a flap', () => {
    const result = readinessOf(
      SEEN,
      { t: 5_000, ...READY },
      { t: 20_000 },
      { t: 30_000, ...READY },
    );

    expect(result.flaps).toEqual([
      { pod: 'sample-service-0', unreadyT: 20_000, forMs: 10_000, hasRestarted: false },
    ]);
    expect(result).toMatchObject({ losses: 1, outOfRotationMs: 10_000 });
  });

  it('that comes back after the window is a loss but no flap', () => {
    expect(
      readinessOf(SEEN, { t: 5_000, ...READY }, { t: 20_000 }, { t: 30_001, ...READY }),
    ).toMatchObject({ flaps: [], losses: 1, outOfRotationMs: 10_001 });
  });

  it('that never comes back counts until the end of the observation', () => {
    expect(readinessOf(SEEN, { t: 5_000, ...READY }, { t: 90_000 })).toMatchObject({
      flaps: [],
      losses: 1,
      outOfRotationMs: 10_000,
    });
  });

  it('does not count a pod that is deleted as lost', () => {
    expect(
      readinessOf(
        SEEN,
        { t: 5_000, ...READY },
        { t: 20_000, ...READY, isTerminating: true },
        { t: 21_000, isTerminating: true },
        { t: 22_000, isTerminating: true, change: 'deleted' },
      ),
    ).toMatchObject({ flaps: [], losses: 0, outOfRotationMs: 0 });
  });

  it('counts restarts, and tells a flap by a restart from one without', () => {
    const result = readinessOf(
      SEEN,
      { t: 5_000, ...READY },
      { t: 20_000, restarts: 1 },
      { t: 25_000, ...READY, restarts: 1 },
      { t: 60_000, ...READY, restarts: 3 },
    );

    expect(result.flaps).toMatchObject([{ unreadyT: 20_000, hasRestarted: true }]);
    expect(result.restarts).toBe(3);
    expect(result.restartsByPod).toEqual({ 'sample-service-0': 3 });
  });

  it('counts each flap of a pod and of every pod', () => {
    const other = { name: 'other' };
    const result = readinessOf(
      { ...SEEN, ...READY },
      { t: 2_000 },
      { t: 3_000, ...READY },
      { t: 4_000 },
      { t: 5_000, ...READY },
      { ...SEEN, ...other, ...READY },
      { t: 7_000, ...other },
      { t: 8_000, ...other, ...READY },
    );

    expect(result.flaps.map(({ pod, unreadyT }) => [pod, unreadyT])).toEqual([
      ['sample-service-0', 2_000],
      ['sample-service-0', 4_000],
      ['other', 7_000],
    ]);
  });
});
