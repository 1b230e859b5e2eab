/** What tries at a rate tell of a service's capacity, and the demand curve of all. */
import { describe, expect, it } from 'vitest';
import {
  demandCurveOf,
  firstGuess,
  sloText,
  trialFigures,
  trialOutcome,
  type ClosedEstimate,
  type ReplicaCapacity,
} from '../../../src/analysis/capacity.js';
import { demandAt } from '../../../src/analysis/demand-curve.js';
import { measured, noData } from '../../../src/analysis/measure.js';
import type { CapacityFound } from '../../../src/load/capacity-search.js';
import { LatencyHistogram } from '../../../src/load/histogram.js';
import type { LoadSecond, AuditedLoadSummary, SenderAudit } from '../../../src/load/sender.js';

const SLO = { responseTimeMs: 300, objective: 0.99 };

function encoded(fast: number, slow: number, slowMs: number): string {
  const histogram = new LatencyHistogram();
  for (let index = 0; index < fast; index++) histogram.recordMs(20);
  for (let index = 0; index < slow; index++) histogram.recordMs(slowMs);
  return histogram.encode();
}

/** 100 due: so many answered slowly, so many 5xx, so many dropped. */
function second(of: {
  readonly slow?: number;
  readonly slowMs?: number;
  readonly serviceMs?: number;
  readonly serverErrors?: number;
  readonly dropped?: number;
}): LoadSecond {
  const { slow = 0, slowMs = 1_000, serviceMs = slowMs, serverErrors = 0, dropped = 0 } = of;
  const answered = 100 - dropped;
  return {
    second: 0,
    due: 100,
    dropped,
    unsent: 0,
    sent: answered,
    late: 0,
    answered: { '2xx': answered - serverErrors, '5xx': serverErrors },
    failed: {},
    unanswered: 0,
    responseTime: encoded(answered - slow, slow, slowMs),
    serviceTime: encoded(answered - slow, slow, serviceMs),
    byPod: {},
  };
}

function summary(audit: Partial<SenderAudit> = {}): AuditedLoadSummary {
  return {
    startedAtMs: 0,
    endedAtMs: 1,
    engine: 'x',
    audit: { cpuMs: 1, elapsedMs: 1, maxRssBytes: 1, isSaturated: false, ...audit },
  };
}

function outcomeOf(of: Parameters<typeof second>[0], audit: Partial<SenderAudit> = {}) {
  const seconds = [second(of)];
  const figures = trialFigures(seconds, SLO);
  return trialOutcome({ seconds, figures, summary: summary(audit) }, SLO);
}

describe('a try at a rate', () => {
  it.each([
    { name: 'held with one slow answer in a hundred', of: { slow: 1 }, outcome: 'held' },
    { name: 'missed with two', of: { slow: 2 }, outcome: 'missed' },
    { name: 'missed with two server errors', of: { serverErrors: 2 }, outcome: 'missed' },
    { name: 'missed with two dropped', of: { dropped: 2 }, outcome: 'missed' },
  ])('$name', ({ of, outcome }) => {
    expect(outcomeOf(of)).toBe(outcome);
  });

  it.each([
    {
      name: 'held although the sender was late: it would have held the more',
      of: { slow: 1 },
      audit: { sendLagMaxMs: 50 },
      outcome: 'held',
    },
    {
      name: 'says nothing when the sender was as late as the answers',
      of: { slow: 10, slowMs: 400, serviceMs: 330 },
      audit: { sendLagMaxMs: 70 },
      outcome: 'saturated',
    },
    {
      name: 'missed when the answers were later than the sender can explain',
      of: { slow: 10, slowMs: 900, serviceMs: 830 },
      audit: { sendLagMaxMs: 70, eventLoopLagP99Ms: 30 },
      outcome: 'missed',
    },
    {
      name: 'missed when requests failed, however late the sender was',
      of: { serverErrors: 20 },
      audit: { sendLagMaxMs: 5_000 },
      outcome: 'missed',
    },
  ])('by a saturated sender $name', ({ of, audit, outcome }) => {
    expect(outcomeOf(of, { isSaturated: true, ...audit })).toBe(outcome);
  });

  it('has absent figures when nothing was due', () => {
    expect(trialFigures([], SLO)).toMatchObject({
      due: 0,
      goodShare: { kind: 'no-data' },
      answeredPerSecond: { kind: 'no-data' },
    });
  });
});

function estimate(through: number, goodShare: number): ClosedEstimate {
  return {
    ...trialFigures([], SLO),
    concurrency: 1,
    goodShare: measured(goodShare),
    answeredPerSecond: measured(through),
  };
}

describe('the first guess', () => {
  it('is near the most that users got through within the SLO', () => {
    expect(firstGuess([estimate(20, 1), estimate(100, 0.995), estimate(140, 0.5)], SLO)).toBe(85);
  });

  it('is well below what they got through when every number of users was too many', () => {
    expect(firstGuess([estimate(20, 0.2), estimate(30, 0)], SLO)).toBe(15);
  });

  it('is absent when nothing was answered', () => {
    const none = {
      ...estimate(0, 0),
      answeredPerSecond: noData('nothing'),
      goodShare: noData('-'),
    };

    expect(firstGuess([none], SLO)).toBeUndefined();
  });
});

function capacity(replicas: number, found: CapacityFound): ReplicaCapacity {
  return { replicas, estimates: [], trials: [], found };
}

function holding(replicas: number, rate: number, kind: CapacityFound['kind'] = 'found') {
  return capacity(replicas, { kind, held: { ratePerSecond: rate, held: 3, missed: 0 } });
}

describe('a demand curve', () => {
  const options = { upTo: 5, slo: SLO, source: 'x' };
  const told = (capacities: readonly ReplicaCapacity[]) =>
    demandCurveOf(capacities, options)?.points.map(
      ({ replicas, maxRatePerSecond, kind }) => `${replicas}: ${maxRatePerSecond} ${kind}`,
    );

  it('is measured where it was measured, and in proportion elsewhere', () => {
    expect(told([holding(3, 54), holding(1, 20)])).toEqual([
      '1: 20 measured',
      '2: 40 modelled',
      '3: 54 measured',
      '4: 72 modelled',
      '5: 90 modelled',
    ]);
  });

  it('never falls: fewer pods that seem to hold more are noise', () => {
    expect(told([holding(1, 20), holding(2, 19)])?.slice(0, 3)).toEqual([
      '1: 20 measured',
      '2: 20 measured',
      '3: 28.5 modelled',
    ]);
  });

  it('says of what only may be more that it is at least that', () => {
    const points = demandCurveOf([holding(1, 20, 'at-least')], options)?.points;

    expect(points?.every(({ isAtLeast }) => isAtLeast)).toBe(true);
  });

  it('is absent when nothing held', () => {
    expect(demandCurveOf([capacity(1, { kind: 'nothing-held' })], options)).toBeUndefined();
  });

  it('tells the fewest replicas for a rate, and nothing beyond its end', () => {
    const curve = demandCurveOf([holding(1, 20)], options) ?? {
      points: [],
      sloText: '',
      source: '',
    };

    expect(demandAt(curve, 0)).toMatchObject({ value: { replicas: 1, kind: 'measured' } });
    expect(demandAt(curve, 20)).toMatchObject({ value: { replicas: 1 } });
    expect(demandAt(curve, 20.1)).toMatchObject({ value: { replicas: 2, kind: 'modelled' } });
    expect(demandAt(curve, 101)).toEqual({
      kind: 'not-reached',
      because: 'the demand curve ends at 100/s with 5 replicas',
    });
    expect(demandAt(curve, Number.NaN).kind).toBe('no-data');
  });

  it('names its SLO', () => {
    expect(sloText({ responseTimeMs: 1_500, objective: 0.999 })).toBe(
      '99.9 % of requests answered within 1.5s',
    );
  });
});
