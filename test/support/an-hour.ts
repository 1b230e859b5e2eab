/** An hour of a large run without a run: what reports must bear. Deterministic. */
import { seededRandom } from '../../src/core/random.js';
import { LatencyHistogram } from '../../src/load/histogram.js';
import { profileOf } from '../../src/load/profile.js';
import type { StageSpec } from '../../src/load/profile-spec.js';
import type { PodRecord, Timeline, TimelineRecord } from '../../src/timeline/record.js';
import { aHeader, aLoadSecond, anExperiment, aPodRecord } from './a-timeline.js';

const HOUR_S = 3_600;
const MEBIBYTE = 1024 ** 2;
const LEAST_PODS = 10;
const STAGE_S = 300;
const SYNC_S = 15;
/** Distinct seconds of response times; encoding each of 3,600 would take longer than what is measured. */
const DISTINCT_SECONDS = 120;
const START_MS = Date.UTC(2026, 10, 23, 6, 0, 0);

/** How large it is. */
export interface HourSize {
  /** At the peaks; at least 10. */
  readonly pods: number;
  /** Filled up with readings of the harness to so many records. */
  readonly records: number;
}

/**
 * An hour of load that goes up and down every five minutes, followed by the pods with a sync of the HPA
 * every 15 s; every pod is reported on every two seconds, and a few flap.
 */
export function anHour({ pods, records }: HourSize): Timeline {
  const stages = Array.from({ length: HOUR_S / STAGE_S }, (_, index): StageSpec => {
    const isPeak = index % 2 === 1;
    const name = `${isPeak ? 'peak' : 'base'} ${Math.floor(index / 2) + 1}`;
    return {
      name,
      kind: 'constant',
      ratePerSecond: isPeak ? pods * 20 : 200,
      durationMs: STAGE_S * 1_000,
    };
  });
  const lives = podLives(pods);
  const all = [
    ...phases(),
    ...lives.flatMap(podRecords),
    ...Array.from({ length: HOUR_S }, (_, second) => secondRecords(second, lives, stages)).flat(),
    ...Array.from({ length: HOUR_S / SYNC_S }, (_, sync) => syncRecords(sync, lives)).flat(),
  ];
  for (let index = all.length; index < records; index++) {
    const t = (index / records) * HOUR_S * 1_000;
    all.push({ t, kind: 'harness', rssBytes: 90 * MEBIBYTE, cpuMs: t / 10 });
  }
  all.sort((a, b) => a.t - b.t);
  all.push({ t: HOUR_S * 1_000 + 20, kind: 'end', outcome: 'completed' });
  const experiment = { ...anExperiment(stages), name: 'an-hour' };
  return { header: { ...aHeader(stages), experiment }, records: all };
}

interface Life {
  readonly name: string;
  readonly fromS: number;
  readonly toS: number;
  /** When it stops being ready for five seconds; undefined: it does not. */
  readonly flapS: number | undefined;
}

function podLives(pods: number): readonly Life[] {
  const lives: Life[] = [];
  const add = (fromS: number, toS: number): void => {
    const number = lives.length;
    const name = `sample-service-7fc7584ff4-${number.toString(36).padStart(5, '0')}`;
    lives.push({ name, fromS, toS, flapS: number % 17 === 3 ? fromS + 60 : undefined });
  };
  for (let pod = 0; pod < LEAST_PODS; pod++) add(0, HOUR_S);
  for (let peakS = STAGE_S; peakS < HOUR_S; peakS += 2 * STAGE_S) {
    // They come in four steps and go in two.
    for (let pod = LEAST_PODS; pod < pods; pod++) {
      const step = Math.floor(((pod - LEAST_PODS) * 4) / (pods - LEAST_PODS));
      add(peakS + (step + 1) * SYNC_S, peakS + STAGE_S + (step < 2 ? 60 : 45));
    }
  }
  return lives;
}

function phases(): readonly TimelineRecord[] {
  return [
    { t: 0, kind: 'phase', phase: 'load' },
    {
      t: HOUR_S * 1_000 + 5,
      kind: 'load-summary',
      summary: {
        startedAtMs: START_MS,
        endedAtMs: START_MS + HOUR_S * 1_000,
        engine: 'undici 7.30.2',
        audit: {
          sendLagP99Ms: 2.1,
          sendLagMaxMs: 6.3,
          cpuMs: 900_000,
          elapsedMs: HOUR_S * 1_000,
          maxRssBytes: 90 * MEBIBYTE,
          isSaturated: false,
        },
      },
    },
    { t: HOUR_S * 1_000 + 10, kind: 'phase', phase: 'tear-down' },
  ];
}

function podRecords({ name, fromS, toS, flapS }: Life): readonly TimelineRecord[] {
  const records: PodRecord[] = [];
  const add = (s: number, of: Partial<PodRecord>): void => {
    records.push(aPodRecord({ name, t: s * 1_000, ...of }));
  };
  add(fromS, { change: 'seen', phase: 'Pending' });
  add(fromS + 0.05, { phase: 'Pending', node: 'node-1' });
  add(fromS + 1.3, { containerStartedAt: new Date(START_MS + fromS * 1_000).toISOString() });
  for (let s = fromS + 7; s < toS; s += 2) {
    add(s, { isReady: flapS === undefined || s < flapS || s > flapS + 5 });
  }
  if (toS < HOUR_S) {
    add(toS, { isReady: true, isTerminating: true });
    add(toS + 2, { change: 'deleted', isTerminating: true });
  }
  return records;
}

function podsAt(lives: readonly Life[], s: number): readonly Life[] {
  return lives.filter(({ fromS, toS }) => fromS <= s && s < toS);
}

function secondRecords(
  second: number,
  lives: readonly Life[],
  stages: readonly StageSpec[],
): readonly TimelineRecord[] {
  const present = podsAt(lives, second);
  const ready = present.filter(({ fromS }) => fromS + 7 <= second);
  const due = Math.round(profileOf({ stages }).ratePerSecondAt(second * 1_000));
  const times = encodedTimes(second % DISTINCT_SECONDS);
  const t = second * 1_000;
  return [
    {
      t,
      kind: 'load',
      load: aLoadSecond(second, {
        due,
        sent: due,
        answered: { '2xx': due - (second % 50 === 7 ? 1 : 0) },
        failed: second % 50 === 7 ? { timeout: 1 } : {},
        responseTime: times,
        serviceTime: times,
        byPod: Object.fromEntries(ready.map(({ name }) => [name, Math.floor(due / ready.length)])),
      }),
    },
    {
      t: t + 300,
      kind: 'cpu',
      pods: present.map(({ name, fromS }) => ({
        name,
        uid: `uid-${name}`,
        cpuMs: (second - fromS) * 110 + ((second * 37) % 50),
        memoryBytes: 80 * MEBIBYTE,
        periods: (second - fromS) * 10,
        throttledPeriods: (second - fromS) * 2,
      })),
    },
  ];
}

const timesByIndex = new Map<number, string>();

function encodedTimes(index: number): string {
  const known = timesByIndex.get(index);
  if (known !== undefined) return known;
  const random = seededRandom(index);
  const histogram = new LatencyHistogram();
  for (let answer = 0; answer < 800; answer++) {
    histogram.recordMs(20 - (20 + index) * Math.log(1 - random.next()));
  }
  const encoded = histogram.encode();
  timesByIndex.set(index, encoded);
  return encoded;
}

function syncRecords(sync: number, lives: readonly Life[]): readonly TimelineRecord[] {
  const second = sync * SYNC_S;
  const t = second * 1_000;
  const from = podsAt(lives, second - 1).length || LEAST_PODS;
  const to = podsAt(lives, second).length;
  const present = podsAt(lives, second);
  const names = present.map(({ name }) => name);
  const records: readonly TimelineRecord[] = [
    {
      t,
      kind: 'workload',
      name: 'sample-service',
      specReplicas: to,
      replicas: to,
      updatedReplicas: to,
      readyReplicas: to,
      availableReplicas: to,
    },
    { t: t + 20, kind: 'endpoints', ready: names, notReady: [] },
    {
      t: t + 30,
      kind: 'hpa',
      name: 'sample-service',
      minReplicas: LEAST_PODS,
      maxReplicas: 50,
      status: { currentReplicas: to, desiredReplicas: to },
    },
    {
      t: t - 500,
      kind: 'pod-metrics',
      pods: names.map((name) => ({
        name,
        timestamp: new Date(START_MS + t - 1_000).toISOString(),
        windowMs: 15_000,
        cpuMillicores: 100 + (sync % 20),
        memoryBytes: 80 * MEBIBYTE,
      })),
    },
    {
      t: t - 5,
      kind: 'hpa-decision',
      name: 'sample-service',
      decision: decision(t, { from, to, names }),
    },
  ];
  return records.filter((record) => record.t >= 0);
}

function decision(
  t: number,
  {
    from,
    to,
    names,
  }: { readonly from: number; readonly to: number; readonly names: readonly string[] },
): unknown {
  const metric = 'cpu resource utilization (percentage of request)';
  const atMs = START_MS + t;
  const scale = { kind: 'found', specReplicas: from, statusReplicas: from, selector: 'app=web' };
  return {
    sync: { scale, pods: [], resources: { kind: 'pods', items: [] } },
    decision: {
      kind: from === to ? 'hold' : 'rescale',
      atMs,
      fromReplicas: from,
      toReplicas: to,
      reason: from === to ? '' : `${metric} ${to > from ? 'above' : 'below'} target`,
      steps: [
        {
          kind: 'metric',
          from: 'pods',
          index: 0,
          metric,
          resource: 'cpu',
          target: { kind: 'utilization', percent: 60 },
          tolerance: { down: 0.1, up: 0.1 },
          pods: {
            ready: names,
            readyMilli: names.map(() => 120),
            unready: [],
            missing: [],
            ignored: [],
            strangers: 0,
            strangersMilli: 0,
          },
          requests: { ready: names.length * 200, unready: 0, missing: 0, missingFallback: 0 },
          measured: {
            usedMilli: names.length * 120,
            requestedMilli: names.length * 200,
            podCount: names.length,
            percent: 60,
            averageMilli: 120,
            ratio: 1,
          },
          replicas: to,
          reason: from === to ? 'within-tolerance' : 'usage-ratio',
        },
        { kind: 'highest', replicas: to, metric, failed: 0, of: 1 },
        {
          kind: 'stabilize',
          replicas: to,
          reason: 'ReadyForNewScale',
          down: { windowSeconds: 20, replicas: to, atMs },
        },
        {
          kind: 'limit',
          replicas: to,
          reason: 'DesiredWithinRange',
          minReplicas: LEAST_PODS,
          maxReplicas: 50,
        },
      ],
    },
  };
}
