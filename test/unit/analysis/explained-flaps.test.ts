import { describe, expect, it } from 'vitest';
import { explainFlap, type FlapSources } from '../../../src/analysis/explained-flaps.js';
import { measured, noData } from '../../../src/analysis/measure.js';
import type { UseInterval } from '../../../src/analysis/pod-use.js';
import type { LoadRecord } from '../../../src/timeline/record.js';
import { aLoadSecond } from '../../support/a-timeline.js';

/** Pod "a" was out of rotation from 30 s to 35 s. */
const FLAP = { pod: 'a', unreadyT: 30_000, forMs: 5_000, hasRestarted: false };
const SLO = measured({ responseTimeMs: 300, objective: 0.99 });
const NOTHING: FlapSources = {
  use: { source: noData('not read'), byPod: new Map() },
  troubles: new Map([
    ['a', { limits: { cpuMillicores: 500 }, oomKillTs: [], unschedulable: undefined }],
  ]),
  probeEvents: noData('no Event of a pod was observed'),
  seconds: [],
  slo: SLO,
};

/** Seconds of ten requests; so many of them late and so many refused. */
function secondsOf(fromSecond: number, count: number, of: { late: number; refused: number }) {
  return Array.from({ length: count }, (_, index): LoadRecord => {
    const second = fromSecond + index;
    const answered = 10 - of.refused;
    const timesMs = Array.from({ length: answered }, (__, each) => (each < of.late ? 900 : 20));
    const failed = of.refused === 0 ? {} : { refused: of.refused };
    const load = aLoadSecond(second, { timesMs, due: 10, sent: 10, failed });
    return { kind: 'load', t: second * 1_000, load };
  });
}

function using(...intervals: readonly UseInterval[]): Partial<FlapSources> {
  return { use: { source: measured('kernel'), byPod: new Map([['a', intervals]]) } };
}

describe('what surrounded a flap', () => {
  it('is absent where nothing was observed', () => {
    expect(explainFlap(FLAP, NOTHING)).toEqual({
      ...FLAP,
      around: {
        cpuThrottledShare: { kind: 'no-data', because: 'throttled periods were not counted' },
        cpuOfLimit: { kind: 'no-data', because: 'the use of the pod was not read' },
        eventLoopLagMs: { kind: 'no-data', because: 'the event loop of a pod is not observed' },
        ratePerSecond: { kind: 'no-data', because: 'there was no load' },
        probeFailures: { kind: 'no-data', because: 'no Event of a pod was observed' },
      },
      requests: { kind: 'no-data', because: 'no request was due meanwhile' },
    });
  });

  it('is CPU and throttling from 10 s before it until it was over', () => {
    const base = { memoryBytes: 1 };
    const { around } = explainFlap(FLAP, {
      ...NOTHING,
      ...using(
        { ...base, fromT: 0, toT: 20_000, cpuMillicores: 1, periods: 50, throttledPeriods: 0 },
        {
          ...base,
          fromT: 20_000,
          toT: 30_000,
          cpuMillicores: 500,
          periods: 100,
          throttledPeriods: 80,
        },
        {
          ...base,
          fromT: 30_000,
          toT: 35_000,
          cpuMillicores: 200,
          periods: 100,
          throttledPeriods: 0,
        },
      ),
    });

    expect(around.cpuThrottledShare).toEqual(measured(0.4));
    expect(around.cpuOfLimit).toEqual(measured(0.8));
  });

  it('is the load, and the probes that failed', () => {
    const event = { pod: 'a', what: 'readiness', times: 1, message: 'first' } as const;
    const { around } = explainFlap(FLAP, {
      ...NOTHING,
      seconds: secondsOf(0, 60, { late: 0, refused: 0 }),
      probeEvents: measured([
        { ...event, t: 5_000 },
        { ...event, t: 28_000, times: 2 },
        { ...event, t: 29_000, pod: 'b' },
        { ...event, t: 29_500, message: 'Readiness probe failed: 503' },
        { ...event, t: 29_600, what: 'livenessRestarts', message: 'Killing' },
      ]),
    });

    expect(around.ratePerSecond).toEqual(measured(10));
    expect(around.probeFailures).toEqual(measured(3));
    expect(around.lastProbeFailure).toBe('Readiness probe failed: 503');
  });
});

describe('requests during a flap', () => {
  it('are put down to it beyond the share that was late or failed before it', () => {
    const seconds = [
      ...secondsOf(20, 10, { late: 1, refused: 0 }),
      ...secondsOf(30, 5, { late: 4, refused: 2 }),
      ...secondsOf(35, 5, { late: 0, refused: 0 }),
    ];

    expect(explainFlap(FLAP, { ...NOTHING, seconds }).requests).toEqual(
      measured({
        due: 50,
        failed: 10,
        late: measured(20),
        failedBecauseOfIt: 10,
        lateBecauseOfIt: measured(15),
      }),
    );
  });

  it('are not put down to it where it was no worse than before', () => {
    const seconds = secondsOf(20, 15, { late: 2, refused: 1 });

    expect(explainFlap(FLAP, { ...NOTHING, seconds }).requests).toMatchObject({
      value: { failedBecauseOfIt: 0, lateBecauseOfIt: measured(0) },
    });
  });

  it('are late by the SLO; without one that is not known', () => {
    const found = explainFlap(FLAP, {
      ...NOTHING,
      seconds: secondsOf(30, 5, { late: 4, refused: 2 }),
      slo: noData('no slo'),
    });

    expect(found.requests).toMatchObject({
      value: { failed: 10, late: noData('no slo'), lateBecauseOfIt: noData('no slo') },
    });
  });
});
