/** An HPA's spec as decisions read it: quantities parsed, names of metrics made, tolerances chosen. */
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ScalingPolicy,
  ScalingRules,
} from '../../core/autoscaling-objects.js';
import { printLabelSelector, selectorFault } from './label-selector-text.js';
import { readMilli, readRatio } from './quantities.js';

/** What a metric is held against. */
export type CompiledTarget =
  /** Percent of the requests. */
  | { readonly kind: 'utilization'; readonly percent: number }
  /** Thousandths for each pod. */
  | { readonly kind: 'average-value'; readonly milli: number }
  /** Thousandths in all. */
  | { readonly kind: 'value'; readonly milli: number }
  /** Nothing that fits the metric: the HPA cannot be evaluated. */
  | { readonly kind: 'none' };

/** One entry of `spec.metrics`. `name` is what upstream calls it in reasons and conditions. */
export type CompiledMetric =
  | {
      readonly kind: 'resource';
      readonly name: string;
      readonly resource: string;
      /** Absent: whole pods. */
      readonly container: string | undefined;
      readonly target: CompiledTarget;
    }
  | (NamedMetric & { readonly kind: 'pods' })
  | (NamedMetric & { readonly kind: 'object'; readonly object: CrossVersionObjectReference })
  | (NamedMetric & { readonly kind: 'external' })
  | { readonly kind: 'unknown'; readonly name: ''; readonly type: string };

interface NamedMetric {
  readonly name: string;
  readonly metric: MetricIdentifier;
  /** The selector as Go prints it. */
  readonly selectorText: string;
  /** What is wrong with the metric's own selector, in upstream's words; undefined when nothing is. */
  readonly selectorFault: string | undefined;
  readonly target: CompiledTarget;
}

/** Rules for one direction, every default but the window of scale-down filled in. */
export interface CompiledRules {
  /** Undefined: the controller's own window (scale-down only). */
  readonly stabilizationWindowSeconds: number | undefined;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly ScalingPolicy[];
  readonly longestPeriodSeconds: number;
  /** Undefined: the controller's own. */
  readonly tolerance: number | undefined;
}

/** A spec, read once. */
export interface CompiledSpec {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly CompiledMetric[];
  /** Whether an Object or External metric is among them: only such can wake a target at 0. */
  readonly hasObjectOrExternal: boolean;
  /** Absent: the older path without policies is taken. */
  readonly behavior:
    | { readonly scaleUp: CompiledRules; readonly scaleDown: CompiledRules }
    | undefined;
}

/**
 * Reads the spec of an HPA that has the API server's defaults (`defaultHpa`).
 *
 * @throws {RangeError} when a quantity of it is none (the API server refuses such).
 */
export function compileSpec(hpa: HorizontalPodAutoscaler): CompiledSpec {
  const { minReplicas = 1, maxReplicas, metrics = [], behavior } = hpa.spec;
  return {
    minReplicas,
    maxReplicas,
    metrics: metrics.map(compileMetric),
    hasObjectOrExternal: metrics.some(({ type }) => type === 'Object' || type === 'External'),
    behavior:
      behavior === undefined
        ? undefined
        : {
            scaleUp: compileRules(behavior.scaleUp),
            scaleDown: compileRules(behavior.scaleDown),
          },
  };
}

/** Compiled specs by the object they were read from: an HPA whose spec did not change is read once. */
export class CompiledSpecs {
  readonly #specs = new WeakMap<HorizontalPodAutoscaler['spec'], CompiledSpec>();

  /** {@link compileSpec}, kept. */
  of(hpa: HorizontalPodAutoscaler): CompiledSpec {
    const known = this.#specs.get(hpa.spec);
    if (known !== undefined) return known;
    const spec = compileSpec(hpa);
    this.#specs.set(hpa.spec, spec);
    return spec;
  }
}

function compileRules(rules: ScalingRules = {}): CompiledRules {
  const { stabilizationWindowSeconds, selectPolicy = 'Max', policies = [], tolerance } = rules;
  return {
    stabilizationWindowSeconds,
    selectPolicy,
    policies,
    longestPeriodSeconds: policies.reduce((most, each) => Math.max(most, each.periodSeconds), 0),
    tolerance: tolerance === undefined ? undefined : readRatio(tolerance),
  };
}

/**
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `computeReplicasForMetric` and the functions
 *   it calls: an Object metric with a target average is called external there.
 */
function compileMetric(spec: MetricSpec): CompiledMetric {
  const { resource, containerResource, pods, object, external } = spec;
  if (spec.type === 'Resource' && resource !== undefined) return compileResource(resource);
  if (spec.type === 'ContainerResource' && containerResource !== undefined) {
    return compileResource(containerResource);
  }
  if (spec.type === 'Pods' && pods !== undefined) {
    const target = averageTarget(pods.target);
    return { kind: 'pods', name: `pods metric ${pods.metric.name}`, ...named(pods.metric), target };
  }
  if (spec.type === 'Object' && object !== undefined) {
    const { describedObject, metric } = object;
    const target = objectTarget(object.target);
    const base = { kind: 'object', object: describedObject, ...named(metric), target } as const;
    const plain = `${describedObject.kind} metric ${metric.name}`;
    return { ...base, name: target.kind === 'value' ? plain : externalName(metric) };
  }
  if (spec.type === 'External' && external !== undefined) {
    const { metric, target } = external;
    const average = averageTarget(target);
    return {
      kind: 'external',
      name: externalName(metric),
      ...named(metric),
      target: average.kind === 'none' ? valueTarget(target) : average,
    };
  }
  return { kind: 'unknown', name: '', type: spec.type };
}

function compileResource(source: {
  readonly name: string;
  readonly container?: string;
  readonly target: MetricTarget;
}): CompiledMetric {
  const { name: resource, container, target: spec } = source;
  const average = averageTarget(spec);
  const { averageUtilization: percent } = spec;
  const isUtilization = average.kind === 'none' && percent !== undefined;
  const target: CompiledTarget = isUtilization ? { kind: 'utilization', percent } : average;
  const of = isUtilization ? ' utilization (percentage of request)' : '';
  const prefix = isUtilization && container !== undefined ? 'container ' : '';
  return {
    kind: 'resource',
    name: `${resource} ${prefix}resource${of}`,
    resource,
    container,
    target,
  };
}

function named(metric: MetricIdentifier): Omit<NamedMetric, 'name' | 'target'> {
  return {
    metric,
    selectorText: printLabelSelector(metric.selector),
    selectorFault: selectorFault(metric.selector),
  };
}

function externalName(metric: MetricIdentifier): string {
  return `external metric ${metric.name}(${printLabelSelector(metric.selector)})`;
}

function averageTarget({ averageValue }: MetricTarget): CompiledTarget {
  if (averageValue === undefined) return { kind: 'none' };
  return { kind: 'average-value', milli: readMilli(averageValue) };
}

function valueTarget({ value }: MetricTarget): CompiledTarget {
  return value === undefined ? { kind: 'none' } : { kind: 'value', milli: readMilli(value) };
}

/** Only here the target's type decides, and not which field is set. */
function objectTarget(target: MetricTarget): CompiledTarget {
  if (target.type === 'Value') return valueTarget(target);
  return target.type === 'AverageValue' ? averageTarget(target) : { kind: 'none' };
}
