import { describe, expect, it } from 'vitest';
import { measured } from '../../../src/analysis/measure.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import type { ProbeFailures } from '../../../src/analysis/probe-failures.js';
import { readiness } from '../../../src/analysis/readiness.js';
import type { KubeEventRecord, PodRecord } from '../../../src/timeline/record.js';
import { aHeader, aPodRecord } from '../../support/a-timeline.js';

const SPAN = { fromT: 0, toT: 100_000 };
const NO_PROBE = { readiness: 0, liveness: 0, startup: 0, livenessRestarts: 0 };
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

  it('tells of each pod: transitions, flaps, losses and time out of rotation', () => {
    const result = readinessOf(
      SEEN,
      { t: 5_000, ...READY },
      { t: 20_000 },
      { t: 22_000, ...READY },
      { t: 60_000 },
      { ...SEEN, name: 'calm', ...READY },
    );

    expect(result.pods).toMatchObject([
      { pod: 'sample-service-0', transitions: 3, flaps: 1, losses: 2, outOfRotationMs: 42_000 },
      { pod: 'calm', transitions: 0, flaps: 0, losses: 0, outOfRotationMs: 0 },
    ]);
  });

  it('does not take a pod that is ready only after it was deleted for back in rotation', () => {
    const result = readinessOf(
      SEEN,
      { t: 5_000, ...READY },
      { t: 20_000 },
      { t: 24_000, isTerminating: true },
      { t: 25_000, ...READY, isTerminating: true },
    );

    expect(result).toMatchObject({ flaps: [], losses: 1, outOfRotationMs: 4_000 });
  });
});

function probesOf(...events: readonly KubeEventRecord[]) {
  const records = [aPodRecord({ t: 0, name: 'a' }), aPodRecord({ t: 0, name: 'b' })];
  const pods = podHistories({ header: aHeader(), records });
  return readiness(pods, { span: SPAN, windowMs: 10_000, events });
}

describe('failed probes', () => {
  const EVENT = { kind: 'event', type: 'Warning', object: 'Pod/a', count: 1 } as const;
  const UNHEALTHY = { ...EVENT, reason: 'Unhealthy' };
  const READINESS = {
    ...UNHEALTHY,
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
  };
  const LIVENESS = { ...UNHEALTHY, message: 'Liveness probe failed: context deadline exceeded' };
  const KILLING = { ...EVENT, type: 'Normal', reason: 'Killing' };
  const STARTED = { ...EVENT, type: 'Normal', reason: 'Started', message: 'Started container app' };

  it.each<{ name: string; events: readonly KubeEventRecord[]; failures: Partial<ProbeFailures> }>([
    { name: 'are none where Events tell of none', events: [{ ...STARTED, t: 1 }], failures: {} },
    {
      name: 'are counted by kind of probe',
      events: [
        { ...READINESS, t: 1 },
        { ...LIVENESS, t: 2 },
        { ...UNHEALTHY, t: 3, message: 'Startup probe failed: no' },
      ],
      failures: { readiness: 1, liveness: 1, startup: 1 },
    },
    {
      name: 'are as many as the count of an Event rose',
      events: [
        { ...READINESS, t: 1, count: 2 },
        { ...READINESS, t: 2, count: 5 },
        { ...READINESS, t: 3, count: 5 },
      ],
      failures: { readiness: 5 },
    },
    {
      name: 'begin anew where a count begins anew',
      events: [
        { ...LIVENESS, t: 1, count: 3 },
        { ...LIVENESS, t: 2, count: 1 },
      ],
      failures: { liveness: 4 },
    },
    {
      name: 'are told where Events were combined',
      events: [
        { ...READINESS, t: 1, message: `(combined from similar events): ${READINESS.message}` },
      ],
      failures: { readiness: 1 },
    },
    {
      name: 'restart a container, which a pod that is deleted does not',
      events: [
        { ...KILLING, t: 1, message: 'Container app failed liveness probe, will be restarted' },
        { ...KILLING, t: 2, message: 'Stopping container app' },
      ],
      failures: { livenessRestarts: 1 },
    },
    {
      name: 'of the tear-down do not count',
      events: [
        { ...STARTED, t: 1 },
        { ...READINESS, t: 100_001 },
      ],
      failures: {},
    },
    {
      name: 'are those of pods alone',
      events: [
        { ...STARTED, t: 1 },
        { ...READINESS, t: 2, object: 'Service/a' },
      ],
      failures: {},
    },
  ])('$name', ({ events, failures }) => {
    const result = probesOf(...events);

    const expected = measured({ ...NO_PROBE, ...failures });
    expect(result.probes).toEqual(expected);
    expect(result.pods.map(({ probes }) => probes)).toEqual([expected, measured(NO_PROBE)]);
  });

  it('are absent, not 0, where no Event of a pod was observed', () => {
    const scaled = { ...STARTED, t: 1, object: 'HorizontalPodAutoscaler/a' };

    expect(probesOf(scaled).probes).toMatchObject({ kind: 'no-data' });
    expect(probesOf().pods[0]?.probes).toMatchObject({ kind: 'no-data' });
  });
});
