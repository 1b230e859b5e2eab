/** Custom and external metrics by rules, from what pods told: what prometheus-adapter makes of Prometheus. */
import type { KubeObject, LabelSelector, Pod, StringMap } from '../../core/objects.js';
import type { Combination, PodMetricRule } from '../../core/pod-metric-rules.js';
import type { Clock } from '../../time/clock.js';
import type { KubeApi } from '../api.js';
import { isSelected } from '../label-selector.js';
import { DEPLOYMENTS, NAMESPACES, PODS, REPLICA_SETS, SERVICES } from '../resources.js';
import type { Resource } from '../resources.js';
import type { ScrapedSeries, SeriesValue } from './scraped-series.js';

/** Whether labels of a series, or of an object, are selected. */
export type LabelMatch = (labels: StringMap) => boolean;

/** An object with its value of a custom metric. */
export interface ObjectMetric {
  readonly object: KubeObject;
  readonly resource: Resource;
  /** Thousandths, cut. */
  readonly milli: number;
}

/** One value of an external metric. */
export interface ExternalMetric {
  readonly labels: StringMap;
  /** Thousandths, cut. */
  readonly milli: number;
}

/** What {@link NamedMetrics} needs. */
export interface NamedMetricsOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly rules: readonly PodMetricRule[];
  readonly series: ScrapedSeries;
}

/** Resources whose objects have custom metrics: pods, and what pods belong to. */
export const DESCRIBED_RESOURCES: readonly Resource[] = [
  DEPLOYMENTS,
  NAMESPACES,
  PODS,
  REPLICA_SETS,
  SERVICES,
];

/** Answers for both APIs, at the instant of the question. */
export class NamedMetrics {
  readonly #options: NamedMetricsOptions;

  constructor(options: NamedMetricsOptions) {
    this.#options = options;
  }

  /** Names of the custom metrics that a pod has told. */
  get customNames(): readonly string[] {
    return this.#names('custom');
  }

  /** Names of the external metrics that a pod has told. */
  get externalNames(): readonly string[] {
    return this.#names('external');
  }

  /**
   * The values of objects, in order of their names; those without one are left out.
   *
   * @param of - `isSeries`: which series count; `isObject`: which objects are asked for.
   * @returns undefined when no pod has told such a metric.
   */
  custom(
    name: string,
    resource: Resource,
    of: {
      readonly namespace: string;
      readonly isSeries: LabelMatch;
      readonly isObject: (object: KubeObject) => boolean;
    },
  ): readonly ObjectMetric[] | undefined {
    const rule = this.#rule('custom', name);
    if (rule === undefined || !DESCRIBED_RESOURCES.includes(resource)) return undefined;
    const { api } = this.#options;
    const { namespace, isSeries, isObject } = of;
    const values = this.#valuesOf(rule, isSeries);
    const pods = api.list(PODS, { namespace }).items;
    const selection = resource.namespaced ? { namespace } : {};
    return api
      .list(resource, selection)
      .items.filter((object) => isObject(object))
      .flatMap((object) => {
        const own = podsOf(object, resource, pods).flatMap(
          ({ metadata }) => values.get(metadata.uid ?? '') ?? [],
        );
        const value = combined(own, rule.combine);
        return value === undefined ? [] : [{ object, resource, milli: milliOf(value) }];
      });
  }

  /**
   * The values of an external metric in a namespace, one for each set of the labels that its rule keeps.
   *
   * @returns undefined when no pod has told such a metric.
   */
  external(
    name: string,
    { namespace, matches }: { readonly namespace: string; readonly matches: LabelMatch },
  ): readonly ExternalMetric[] | undefined {
    const rule = this.#rule('external', name);
    if (rule === undefined) return undefined;
    const values = this.#valuesOf(rule, () => true);
    const groups = new Map<string, { labels: StringMap; values: SeriesValue[] }>();
    for (const { metadata } of this.#options.api.list(PODS, { namespace }).items) {
      for (const each of values.get(metadata.uid ?? '') ?? []) {
        const labels = keptLabels(each.labels, rule.by);
        if (!matches(labels)) continue;
        const key = JSON.stringify(labels);
        const group = groups.get(key) ?? { labels, values: [] };
        groups.set(key, group);
        group.values.push(each);
      }
    }
    return [...groups.values()].flatMap(({ labels, values: own }) => {
      const value = combined(own, rule.combine);
      return value === undefined ? [] : [{ labels, milli: milliOf(value) }];
    });
  }

  #names(api: PodMetricRule['api']): readonly string[] {
    const { rules, series } = this.#options;
    return rules
      .filter((rule) => rule.api === api && series.hasSeriesOf(rule))
      .map(({ as }) => as)
      .sort();
  }

  #rule(api: PodMetricRule['api'], name: string): PodMetricRule | undefined {
    const { rules, series } = this.#options;
    return rules.find((rule) => rule.api === api && rule.as === name && series.hasSeriesOf(rule));
  }

  #valuesOf(
    rule: PodMetricRule,
    isSeries: LabelMatch,
  ): ReadonlyMap<string, readonly SeriesValue[]> {
    const { series, clock } = this.#options;
    const byPod = new Map<string, SeriesValue[]>();
    for (const value of series.valuesOf(rule, clock.now())) {
      if (!isSeries(value.labels)) continue;
      const own = byPod.get(value.podUid) ?? [];
      byPod.set(value.podUid, own);
      own.push(value);
    }
    return byPod;
  }
}

function podsOf(object: KubeObject, resource: Resource, pods: readonly Pod[]): readonly Pod[] {
  const { uid, name, namespace = '' } = object.metadata;
  if (resource.plural === PODS.plural) return pods.filter((pod) => pod.metadata.uid === uid);
  if (resource.plural === NAMESPACES.plural) {
    return pods.filter(({ metadata }) => metadata.namespace === name);
  }
  const selector = selectorOf(object, resource);
  return pods.filter(
    ({ metadata }) =>
      (metadata.namespace ?? '') === namespace && isSelected(selector, metadata.labels),
  );
}

/** A Service's selector is a plain mapping, and one without any selects nothing. */
function selectorOf(object: KubeObject, resource: Resource): LabelSelector | undefined {
  const spec: unknown = 'spec' in object ? object.spec : undefined;
  if (typeof spec !== 'object' || spec === null || !('selector' in spec)) return undefined;
  const { selector } = spec;
  if (typeof selector !== 'object' || selector === null) return undefined;
  if (resource.plural !== SERVICES.plural) return selector;
  const matchLabels = Object.fromEntries(Object.entries(selector).map(([k, v]) => [k, String(v)]));
  return Object.keys(matchLabels).length === 0 ? undefined : { matchLabels };
}

function keptLabels(labels: StringMap, by: readonly string[]): StringMap {
  return Object.fromEntries(
    by.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function combined(values: readonly SeriesValue[], how: Combination): number | undefined {
  if (values.length === 0) return undefined;
  const numbers = values.map(({ value }) => value);
  if (how === 'max') return Math.max(...numbers);
  if (how === 'min') return Math.min(...numbers);
  const sum = numbers.reduce((total, each) => total + each, 0);
  return how === 'average' ? sum / numbers.length : sum;
}

/**
 * @see Source: prometheus-adapter `pkg/custom-provider/provider.go`, `metricFor`: `int64(value * 1000)`.
 */
function milliOf(value: number): number {
  return Math.trunc(value * 1_000);
}
