/** What scrapes of pods found: the newest points of every series that a rule is about. */
import type { PodMetricRule } from '../../core/pod-metric-rules.js';
import type { StringMap } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import { counterRate, type SeriesPoint } from './counter-rate.js';
import type { MetricSample } from './prometheus-text.js';

/** The value of one series of one pod. */
export interface SeriesValue {
  readonly podUid: string;
  readonly labels: StringMap;
  readonly value: number;
}

interface Series {
  readonly name: string;
  readonly labels: StringMap;
  readonly points: SeriesPoint[];
  /** Whether the newest scrape of its pod had it. */
  isFresh: boolean;
}

/** What is kept of one pod; more series are not taken in, as by Prometheus' `sample_limit`. */
const MAX_SERIES_OF_POD = 5_000;

/** Points by pod and series, as far back as the longest window of a rule. */
export class ScrapedSeries {
  readonly #rules: readonly PodMetricRule[];
  readonly #names: ReadonlySet<string>;
  readonly #keptMs: number;
  readonly #pods = new Map<string, Map<string, Series>>();

  constructor(rules: readonly PodMetricRule[]) {
    this.#rules = rules;
    this.#names = new Set(rules.map(({ series }) => series));
    this.#keptMs = Math.max(0, ...rules.map(({ windowMs }) => windowMs));
  }

  /**
   * Takes in one scrape of a pod.
   *
   * @param samples - everything the pod told; undefined when the scrape failed, after which no series
   *   of the pod has a newest value (its rates go on while their window has points).
   */
  store(podUid: string, samples: readonly MetricSample[] | undefined, atMs: EpochMs): void {
    const known = this.#pods.get(podUid) ?? new Map<string, Series>();
    this.#pods.set(podUid, known);
    for (const series of known.values()) series.isFresh = false;
    for (const { name, labels, value } of samples ?? []) {
      if (!this.#names.has(name)) continue;
      const key = keyOf(name, labels);
      let series = known.get(key);
      if (series === undefined) {
        if (known.size >= MAX_SERIES_OF_POD) continue;
        series = { name, labels, points: [], isFresh: true };
        known.set(key, series);
      }
      series.isFresh = true;
      series.points.push({ atMs, value });
    }
    for (const [key, { points, isFresh }] of known) {
      const firstKept = points.findIndex((point) => point.atMs > atMs - this.#keptMs);
      // the newest point stays, however old the window makes it
      points.splice(0, firstKept < 0 ? points.length - 1 : firstKept);
      if (firstKept < 0 && !isFresh) known.delete(key);
    }
  }

  /** Forgets a pod. */
  forget(podUid: string): void {
    this.#pods.delete(podUid);
  }

  /** Whether any pod has a series that a rule is about. */
  hasSeriesOf(rule: PodMetricRule): boolean {
    if (!this.#rules.includes(rule)) return false;
    for (const known of this.#pods.values()) {
      for (const series of known.values()) if (isAbout(rule, series)) return true;
    }
    return false;
  }

  /** Values of a rule's series at an instant; series without one are left out. NaN counts as 0. */
  valuesOf(rule: PodMetricRule, nowMs: EpochMs): readonly SeriesValue[] {
    const found: SeriesValue[] = [];
    for (const [podUid, known] of this.#pods) {
      for (const series of known.values()) {
        if (!isAbout(rule, series)) continue;
        const value = valueAt(series, rule, nowMs);
        if (value === undefined || Math.abs(value) === Infinity) continue;
        found.push({ podUid, labels: series.labels, value: Number.isNaN(value) ? 0 : value });
      }
    }
    return found;
  }
}

function keyOf(name: string, labels: StringMap): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function isAbout(rule: PodMetricRule, { name, labels }: Series): boolean {
  if (name !== rule.series) return false;
  return Object.entries(rule.match).every(([key, value]) => labels[key] === value);
}

function valueAt(series: Series, rule: PodMetricRule, nowMs: EpochMs): number | undefined {
  if (rule.value === 'rate') return counterRate(series.points, rule.windowMs, nowMs);
  return series.isFresh ? series.points.at(-1)?.value : undefined;
}
