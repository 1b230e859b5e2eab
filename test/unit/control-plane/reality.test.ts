/**
 * The defaults against a real cluster: `manifests/` as they are, and the CPU that runs B and D of
 * `test/vectors/real-cluster` took, on virtual time, over many seeds.
 *
 * Nothing here is fitted: the only figures from the recordings are the load and, where it says so, when
 * the two loops (HPA controller and metrics-server) were in step with it.
 */
import { describe, expect, it } from 'vitest';
import type { ManifestPatch } from '../../../src/experiment/experiment.js';
import { type ModelledRun, modelledRun } from '../../support/modelled-cluster.js';

const SEEDS = Array.from({ length: 14 }, (_, index) => index + 1);
/** Runs of many seeds take seconds, more on a machine with much else to do. */
const TIMEOUT_MS = 120_000;
const LOOK_MS = 62_000;

const WITH_BEHAVIOR: readonly ManifestPatch[] = [
  {
    kind: 'HorizontalPodAutoscaler',
    name: 'sample-service',
    patch: { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 30 } } } },
  },
];

interface Recording {
  readonly name: string;
  readonly patches: readonly ManifestPatch[];
  /** CPU of all pods before and after the step, millicores: the recorded counters. */
  readonly lowMillicores: number;
  readonly highMillicores: number;
  /** From the load's step, ms: syncs of the HPA and changes of the metrics API, modulo 15 s. */
  readonly phases: { readonly syncMs: number; readonly scrapeMs: number };
  readonly sizes: string;
  readonly firstRescaleMs: number;
}

const RECORDINGS: readonly Recording[] = [
  {
    name: 'run B, with a behavior block',
    patches: WITH_BEHAVIOR,
    lowMillicores: 240,
    highMillicores: 1_050,
    phases: { syncMs: 13_500, scrapeMs: 4_300 },
    sizes: '3, 7, 9',
    firstRescaleMs: 28_600,
  },
  {
    name: 'run D, without one',
    patches: [],
    lowMillicores: 230,
    highMillicores: 912,
    phases: { syncMs: 100, scrapeMs: 7_100 },
    sizes: '3, 6, 8',
    firstRescaleMs: 30_100,
  },
];

function runsOf(
  { patches, lowMillicores, highMillicores, phases }: Recording,
  hasPhases: boolean,
): readonly ModelledRun[] {
  return SEEDS.map((seed) =>
    modelledRun({
      seed,
      patches,
      loadMillicores: (ms) => (ms < 0 ? lowMillicores : highMillicores),
      forMs: LOOK_MS,
      ...(hasPhases ? { phases } : {}),
    }),
  );
}

function sizesOf({ rescales }: ModelledRun): string {
  return [3, ...rescales.map(({ to }) => to)].join(', ');
}

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

describe.each(RECORDINGS)('$name', (recording) => {
  it('has the recorded sizes at the recorded times when its loops are where they were', {
    timeout: TIMEOUT_MS,
  }, () => {
    const runs = runsOf(recording, true);

    const sizes = runs.map(sizesOf);
    expect(mostFrequent(sizes)).toBe(recording.sizes);
    expect(sizes.filter((each) => each === recording.sizes).length).toBeGreaterThanOrEqual(
      SEEDS.length / 2,
    );
    const onTime = runs.filter(
      ({ rescales }) =>
        Math.abs((rescales[0]?.atMs ?? Infinity) - recording.firstRescaleMs) < 1_000,
    );
    expect(onTime.length).toBeGreaterThanOrEqual(0.8 * SEEDS.length);
    // created to ready: 6.1 to 9.3 s in reality
    const readyMs = runs.flatMap(({ readyAfterMs }) => readyAfterMs);
    expect(Math.min(...readyMs)).toBeGreaterThan(6_000);
    expect(Math.max(...readyMs)).toBeLessThan(9_000);
    // running to the first metric: 19 to 23 s in reality, with these phases
    const metricMs = runs.flatMap(({ firstMetricAfterMs }) => firstMetricAfterMs);
    expect(quantile(metricMs, 0.5)).toBeGreaterThan(18_500);
    expect(quantile(metricMs, 0.5)).toBeLessThan(23_500);
  });
});

it('wherever its loops are, a step is answered within 46 s, mostly after 20 to 33 s', {
  timeout: TIMEOUT_MS,
}, () => {
  const [recording] = RECORDINGS;
  if (recording === undefined) throw new Error('expected a recording');
  const runs = runsOf(recording, false);

  const firstMs = runs.map(({ rescales }) => rescales[0]?.atMs ?? Infinity);
  expect(Math.max(...firstMs)).toBeLessThan(46_000);
  expect(Math.min(...firstMs)).toBeGreaterThan(8_000);
  expect(quantile(firstMs, 0.5)).toBeGreaterThan(20_000);
  expect(quantile(firstMs, 0.5)).toBeLessThan(33_000);
  expect(
    runs.every((run) => ['7', '8', '9', '10'].includes(sizesOf(run).split(', ').at(-1) ?? '')),
  ).toBe(true);
});
