import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../src/load/histogram.js';
import {
  mergeSummaries,
  SharedProgress,
  SharedSeconds,
  type ShareSummary,
} from '../../../src/load/merge-shares.js';
import type { LoadProgress, LoadSecond, SenderAudit } from '../../../src/load/sender.js';

function encoded(...timesMs: readonly number[]): string {
  const histogram = new LatencyHistogram();
  for (const timeMs of timesMs) histogram.recordMs(timeMs);
  return histogram.encode();
}

function second(number: number, due: number): LoadSecond {
  return {
    second: number,
    due,
    dropped: 0,
    unsent: 0,
    sent: due,
    late: 0,
    answered: {},
    failed: {},
    unanswered: due,
    responseTime: '',
    serviceTime: '',
    byPod: {},
  };
}

describe('seconds of several senders', () => {
  it('are told when all have told theirs, in order', () => {
    const told: (readonly [number, number])[] = [];
    const shared = new SharedSeconds(3, (each) => told.push([each.second, each.due]));

    for (const number of [0, 1, 2]) shared.add(0, second(number, 1));
    for (const number of [0, 1]) shared.add(1, second(number, 10));
    expect(told).toEqual([]);
    for (const number of [0, 1, 2]) shared.add(2, second(number, 100));

    expect(told).toEqual([
      [0, 111],
      [1, 111],
    ]);
  });

  it('that only some had begun are told at the end', () => {
    const told: (readonly [number, number])[] = [];
    const shared = new SharedSeconds(2, (each) => told.push([each.second, each.due]));

    for (const number of [0, 1, 2]) shared.add(0, second(number, 1));
    shared.add(1, second(0, 10));
    shared.end();
    shared.end();

    expect(told).toEqual([
      [0, 11],
      [1, 1],
      [2, 1],
    ]);
  });

  it('are told without a share that tells no more, from the second on in which it ended', () => {
    const told: (readonly [number, number])[] = [];
    const shared = new SharedSeconds(2, (each) => told.push([each.second, each.due]));

    for (const number of [0, 1, 2]) shared.add(0, second(number, 1));
    shared.add(1, second(0, 10));
    shared.ended(1);
    shared.add(0, second(3, 1));

    expect(told).toEqual([
      [0, 11],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it('that one share skipped are told when it has told a later one', () => {
    const told: (readonly [number, number])[] = [];
    const shared = new SharedSeconds(2, (each) => told.push([each.second, each.due]));

    for (const number of [0, 1, 2]) shared.add(0, second(number, 1));
    shared.add(1, second(0, 10));
    expect(told).toEqual([[0, 11]]);
    shared.add(1, second(2, 10));

    expect(told).toEqual([
      [0, 11],
      [1, 1],
      [2, 11],
    ]);
  });
});

describe('progress of several senders', () => {
  it('is told once for each time all have told, without those that have ended', () => {
    const told: LoadProgress[] = [];
    const shared = new SharedProgress(2, (each) => told.push(each));

    shared.add(0, progress(10, 5));
    shared.add(0, progress(20, 6));
    shared.add(1, progress(30, undefined));
    expect(told).toHaveLength(1);
    shared.add(1, progress(40, 7));
    shared.ended(0);
    shared.add(1, progress(50, 8));
    shared.ended(1);

    expect(told[0]).toEqual({
      atMs: 30,
      sentPerSecond: 50,
      answeredPerSecond: 2,
      failedPerSecond: 4,
      inFlight: 6,
      waiting: 8,
      processes: 2,
      p50Ms: undefined,
      p99Ms: 6,
    });
    expect(told.slice(1).map((each) => each.sentPerSecond)).toEqual([40, 50]);
    expect(told.slice(1).map(({ processes }) => processes)).toEqual([undefined, undefined]);
  });
});

describe('summaries of several senders', () => {
  it('of one are its own', () => {
    const only = share(2_000, [1], { sendLagP99Ms: 1 });

    expect(mergeSummaries([only])).toBe(only.summary);
  });

  it('merge lags as if one had sent all, add CPU, and take the worst of the rest', () => {
    const lags = Array.from({ length: 98 }, () => 1);
    const merged = mergeSummaries([
      share(2_000, lags, {
        eventLoopLagP99Ms: 3,
        gcPauseMs: 5,
        gcLongestMs: 2,
        machineShare: 0.1,
        maxRssBytes: 70,
      }),
      share(2_500, [8, 9], { gcPauseMs: 7, gcLongestMs: 4, machineShare: 0.2, elapsedMs: 1_500 }),
    ]);

    expect(merged.endedAtMs).toBe(2_500);
    const { sendLagP99Ms, sendLagMaxMs, machineShare, ...rest } = merged.audit;
    expect(sendLagP99Ms).toBeCloseTo(8, 1);
    expect(sendLagMaxMs).toBeCloseTo(9, 1);
    // 0.1 for two thirds of the time, and 0.2 for all of it
    expect(machineShare).toBeCloseTo(0.1 * (2 / 3) + 0.2);
    expect(rest).toEqual({
      sendLagP50Ms: 1,
      eventLoopLagP99Ms: 3,
      gcPauseMs: 12,
      gcLongestMs: 4,
      cpuMs: 200,
      elapsedMs: 1_500,
      maxRssBytes: 70,
      processes: 2,
      isSaturated: false,
    });
  });

  it('say which was saturated, and nothing of what not all measured', () => {
    const { audit } = mergeSummaries([
      share(2_000, [], { gcPauseMs: 1 }),
      share(2_000, [], { isSaturated: true, because: 'it used 95.0 % of a core' }),
    ]);

    expect(audit).toMatchObject({
      isSaturated: true,
      because: 'process 2 of 2: it used 95.0 % of a core',
    });
    expect(audit).not.toHaveProperty('gcPauseMs');
    expect(audit).not.toHaveProperty('sendLagP99Ms');
  });
});

function progress(sentPerSecond: number, p99Ms: number | undefined): LoadProgress {
  return {
    atMs: sentPerSecond,
    sentPerSecond,
    answeredPerSecond: 1,
    failedPerSecond: 2,
    inFlight: 3,
    waiting: 4,
    p50Ms: undefined,
    p99Ms,
  };
}

function share(
  endedAtMs: number,
  lagsMs: readonly number[],
  audit: Partial<SenderAudit>,
): ShareSummary {
  return {
    summary: {
      startedAtMs: 1_000,
      endedAtMs,
      engine: 'socket',
      audit: { cpuMs: 100, elapsedMs: 1_000, maxRssBytes: 50, isSaturated: false, ...audit },
    },
    sendLag: encoded(...lagsMs),
  };
}
