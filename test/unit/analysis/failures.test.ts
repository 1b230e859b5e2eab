import { describe, expect, it } from 'vitest';
import { failureWindows, type FailureSources } from '../../../src/analysis/failure-windows.js';
import { attributeFailures, failureReport } from '../../../src/analysis/failures.js';
import { podHistories } from '../../../src/analysis/pod-history.js';
import { readySeries } from '../../../src/analysis/replicas.js';
import type { LoadSecond } from '../../../src/load/sender.js';
import type { PodRecord, WorkloadRecord } from '../../../src/timeline/record.js';
import { aHeader, aLoadSecond, aPodRecord } from '../../support/a-timeline.js';

const READY = { isReady: true };
const STAYS = { t: 0, name: 'stays', ...READY };
const TIMEOUT_MS = 5_000;

interface World {
  readonly pods?: readonly (Partial<PodRecord> & { readonly t: number })[];
  readonly of?: Partial<FailureSources>;
  /** What was due in the second from 20 s to 21 s. */
  readonly second: Partial<LoadSecond>;
}

function reportOf({ pods = [STAYS], of = {}, second }: World) {
  const histories = podHistories({
    header: aHeader(),
    records: pods.map((pod) => aPodRecord(pod)),
  });
  const windows = failureWindows({
    pods: histories,
    ready: readySeries(histories),
    rescales: [],
    workloads: [],
    shortages: [],
    span: { fromT: 0, toT: 100_000 },
    ...of,
  });
  const seconds = [{ kind: 'load' as const, t: 20_000, load: aLoadSecond(0, second) }];
  return failureReport(attributeFailures(seconds, windows, TIMEOUT_MS));
}

/** A pod that is deleted at an instant and gone two seconds later. */
function removedAt(t: number) {
  const name = 'goes';
  return [
    { t: 0, name, ...READY },
    { t, name, ...READY, isTerminating: true },
    { t: t + 2_000, name, isTerminating: true, change: 'deleted' as const },
  ];
}

const WORKLOAD: WorkloadRecord = {
  kind: 'workload',
  t: 19_000,
  name: 'app',
  specReplicas: 2,
  replicas: 3,
  updatedReplicas: 1,
  readyReplicas: 2,
  availableReplicas: 2,
};
const SHORTAGE = { pod: 'stays', fromT: 19_000, toT: 21_000, throttledShare: 0.5, ofLimit: 1 };

describe('a failure is put down to', () => {
  it.each<World & { name: string; cause: string; evidence: RegExp }>([
    {
      name: 'nothing, where nothing was going on',
      second: { failed: { reset: 1 } },
      cause: 'unknown',
      evidence: /nothing of the kind/,
    },
    {
      name: 'the scale-down that removed a pod',
      pods: [STAYS, ...removedAt(20_300)],
      of: { rescales: [{ t: 20_250, from: 2, to: 1 }] },
      second: { failed: { refused: 1 } },
      cause: 'scale-down',
      evidence: /^pod goes was removed by the scale-down from 2 to 1$/,
    },
    {
      name: 'the scale-down, for a request that was under way when it came',
      pods: [STAYS, ...removedAt(22_500)],
      of: { rescales: [{ t: 22_400, from: 2, to: 1 }] },
      second: { failed: { reset: 1 } },
      cause: 'scale-down',
      evidence: /removed/,
    },
    {
      name: 'nothing, long before a scale-down',
      pods: [STAYS, ...removedAt(30_000)],
      of: { rescales: [{ t: 29_900, from: 2, to: 1 }] },
      second: { failed: { reset: 1 } },
      cause: 'unknown',
      evidence: /nothing/,
    },
    {
      name: 'the scale-down, for one that timed out after it came',
      pods: [STAYS, ...removedAt(24_000)],
      of: { rescales: [{ t: 23_900, from: 2, to: 1 }] },
      second: { failed: { timeout: 1 } },
      cause: 'scale-down',
      evidence: /removed/,
    },
    {
      name: 'a rollout',
      pods: [STAYS, ...removedAt(20_300)],
      of: { workloads: [WORKLOAD], rescales: [{ t: 20_000, from: 3, to: 2 }] },
      second: { failed: { closed: 1 } },
      cause: 'rollout',
      evidence: /^pod goes was removed by a rollout$/,
    },
    {
      name: 'a deletion without a scale-down',
      pods: [STAYS, ...removedAt(20_300)],
      of: { rescales: [{ t: 20_000, from: 1, to: 2 }] },
      second: { failed: { truncated: 1 } },
      cause: 'pod-deleted',
      evidence: /^pod goes was removed, not by a scale-down$/,
    },
    {
      name: 'a crash, from when readiness was lost',
      pods: [
        STAYS,
        { t: 0, name: 'dies', ...READY },
        { t: 19_900, name: 'dies' },
        { t: 30_000, name: 'dies', restarts: 1 },
        { t: 35_000, name: 'dies', restarts: 1, ...READY },
      ],
      second: { answered: { '5xx': 2 } },
      cause: 'crash',
      evidence: /^a container of pod dies restarted$/,
    },
    {
      name: 'the want of any ready pod, before a flap',
      pods: [
        { t: 0, name: 'only', ...READY },
        { t: 19_000, name: 'only' },
        { t: 25_000, name: 'only', ...READY },
      ],
      second: { failed: { refused: 3 } },
      cause: 'no-ready-pod',
      evidence: /^no pod was ready for 6s$/,
    },
    {
      name: 'a flap where other pods were ready',
      pods: [
        STAYS,
        { t: 0, name: 'flaps', ...READY },
        { t: 19_000, name: 'flaps' },
        { t: 25_000, name: 'flaps', ...READY },
      ],
      second: { failed: { reset: 1 } },
      cause: 'flapping',
      evidence: /^pod flaps was out of rotation for 6s$/,
    },
    {
      name: 'a CPU at its limit',
      of: { shortages: [SHORTAGE] },
      second: { failed: { timeout: 1 } },
      cause: 'overload',
      evidence: /pod stays was stopped at its CPU limit in 50 % of its periods/,
    },
    {
      name: 'no CPU at its limit, where it was refused',
      of: { shortages: [SHORTAGE] },
      second: { failed: { refused: 1 } },
      cause: 'unknown',
      evidence: /nothing/,
    },
    {
      name: 'nothing, where TLS failed',
      pods: [STAYS, ...removedAt(20_300)],
      second: { failed: { tls: 1 } },
      cause: 'unknown',
      evidence: /nothing/,
    },
  ])('$name', ({ cause, evidence, ...world }) => {
    expect(reportOf(world).byCause).toMatchObject([
      { cause, evidence: expect.stringMatching(evidence), seconds: 1 },
    ]);
  });
});

describe('the report of failures', () => {
  it('adds up, whatever they are put down to', () => {
    const report = reportOf({
      of: { shortages: [SHORTAGE] },
      second: { failed: { refused: 2, timeout: 3, tls: 1 }, answered: { '2xx': 9, '5xx': 4 } },
    });

    expect(report).toMatchObject({
      total: 10,
      byKind: { refused: 2, timeout: 3, tls: 1, '5xx': 4 },
      byCause: [
        { cause: 'overload', count: 7, byKind: { timeout: 3, '5xx': 4 } },
        { cause: 'unknown', count: 3, byKind: { refused: 2, tls: 1 } },
      ],
    });
  });

  it('of a load without failures is empty', () => {
    expect(reportOf({ second: { answered: { '2xx': 5, '4xx': 5 }, dropped: 3 } })).toEqual({
      total: 0,
      byKind: {},
      byCause: [],
    });
  });
});
