/** What each metric proposes, with its status, or why it proposes nothing. */
import type {
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from '../../core/autoscaling-objects.js';
import type { CompiledMetric, CompiledTarget } from './compiled-hpa.js';
import { type HpaInput, type MetricReading, POD_VALUE } from './input.js';
import { type PodProposal, type PodProposalInput, proposeFromPods } from './propose-from-pods.js';
import {
  countPods,
  proposeForAverage,
  proposeForValue,
  sumValues,
  type ValueProposal,
} from './propose-from-value.js';
import { writeMilli } from './quantities.js';
import type { FailedMetricStep, PodMetricStep, Tolerances, ValueMetricStep } from './steps.js';

/** One metric's answer. */
export type Proposal =
  | {
      readonly kind: 'proposed';
      readonly replicas: number;
      readonly status: MetricStatus;
      readonly step: PodMetricStep | ValueMetricStep;
    }
  | {
      readonly kind: 'failed';
      /** For the event and the condition: the cause. */
      readonly step: FailedMetricStep;
      /** For the error of the reconciliation: the cause, wrapped once more. */
      readonly error: string;
    };

/** What all metrics of an HPA have in common in one decision. */
export interface ProposalContext {
  readonly input: HpaInput;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly tolerance: Tolerances;
  readonly nowMs: number;
}

type Metric<K extends CompiledMetric['kind']> = Extract<CompiledMetric, { readonly kind: K }>;

/** A metric that failed stands so in the status, as upstream leaves it. */
export const NO_METRIC_STATUS: NonNullable<HorizontalPodAutoscalerStatus['currentMetrics']>[0] = {
  type: '',
};

/**
 * The proposal of the metric at `index` of the spec.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `computeReplicasForMetric`.
 */
export function propose(context: ProposalContext, index: number): Proposal {
  const metric = context.input.spec.metrics[index];
  const reading = context.input.readings[index] ?? NOT_READ;
  if (metric?.kind === 'resource') return proposeResource(context, { index, metric, reading });
  if (metric?.kind === 'pods') return proposePods(context, { index, metric, reading });
  if (metric?.kind === 'object') return proposeObject(context, { index, metric, reading });
  if (metric?.kind === 'external') return proposeExternal(context, { index, metric, reading });
  const message = `unknown metric source type ${JSON.stringify(metric?.type ?? '')}`;
  const step = failedStep(
    { index, metric },
    { reason: 'InvalidMetricSourceType', message, pods: undefined },
  );
  return { kind: 'failed', step, error: message };
}

const NOT_READ: MetricReading = { kind: 'failed', message: 'the metric was not read' };

interface Asked<M> {
  readonly index: number;
  readonly metric: M;
  readonly reading: MetricReading;
}

function failedStep(
  { index, metric }: { readonly index: number; readonly metric: CompiledMetric | undefined },
  { reason, message, pods }: Pick<FailedMetricStep, 'reason' | 'message' | 'pods'>,
): FailedMetricStep {
  const name = metric?.name ?? '';
  return { kind: 'metric', from: 'failed', index, metric: name, reason, message, pods };
}

function proposeResource(context: ProposalContext, asked: Asked<Metric<'resource'>>): Proposal {
  const { index, metric } = asked;
  const { resource, container, target } = metric;
  const proposal = resourceProposal(context, asked);
  if (proposal.kind === 'failed') {
    const isContainer = container !== undefined;
    const reason = isContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric';
    const source = isContainer ? `${container} container` : `${resource} resource`;
    const { message, pods } = proposal;
    return {
      kind: 'failed',
      step: failedStep(asked, { reason, message, pods }),
      error: `failed to get ${source} metric value: ${proposal.message}`,
    };
  }
  const { averageMilli, percent } = proposal.measured;
  const averageValue = writeMilli(averageMilli, resource === 'memory' ? 'BinarySI' : 'DecimalSI');
  const current =
    percent === undefined ? { averageValue } : { averageUtilization: percent, averageValue };
  const step = podStep(context, { index, metric: metric.name, resource, target }, proposal);
  const status: MetricStatus =
    container === undefined
      ? { type: 'Resource', resource: { name: resource, current } }
      : { type: 'ContainerResource', containerResource: { name: resource, container, current } };
  return { kind: 'proposed', replicas: proposal.replicas, status, step };
}

/** @see Source: `horizontal.go`, `computeStatusForResourceMetricGeneric`. */
function resourceProposal(
  context: ProposalContext,
  { metric, reading }: Asked<Metric<'resource'>>,
): PodProposal {
  const { resource, container, target } = metric;
  if (target.kind !== 'utilization' && target.kind !== 'average-value') {
    const message =
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set';
    return { kind: 'failed', message, pods: undefined };
  }
  const what = target.kind === 'utilization' ? 'utilization' : 'usage';
  const items = podItems(reading, 'resource');
  if (typeof items === 'string') {
    const message = `failed to get ${resource} ${what}: unable to get metrics for resource ${resource}: ${items}`;
    return { kind: 'failed', message, pods: undefined };
  }
  const proposal = proposeFromPods(podInput(context, { resource, container, items, target }));
  if (proposal.kind !== 'failed') return proposal;
  const message = `failed to get ${resource} ${what}: ${proposal.message}`;
  return { kind: 'failed', message, pods: proposal.pods };
}

/** @see Source: `horizontal.go`, `computeStatusForPodsMetric`. */
function proposePods(context: ProposalContext, asked: Asked<Metric<'pods'>>): Proposal {
  const { index, metric, reading } = asked;
  const { target } = metric;
  const fail = (message: string): Proposal => ({
    kind: 'failed',
    step: failedStep(asked, { reason: 'FailedGetPodsMetric', message, pods: undefined }),
    error: `failed to get pods metric value: ${message}`,
  });
  if (metric.selectorFault !== undefined) return fail(metric.selectorFault);
  if (target.kind !== 'average-value') return fail('invalid pods metric source: no target average');
  const items = podItems(reading, 'custom');
  if (typeof items === 'string')
    return fail(`unable to get metric ${metric.metric.name}: ${items}`);
  const asking = { resource: POD_VALUE, container: undefined, items, target };
  const proposal = proposeFromPods(podInput(context, asking));
  if (proposal.kind === 'failed') return fail(proposal.message);
  const what = { index, metric: metric.name, resource: POD_VALUE, target };
  const current = { averageValue: writeMilli(proposal.measured.averageMilli) };
  return {
    kind: 'proposed',
    replicas: proposal.replicas,
    status: { type: 'Pods', pods: { metric: metric.metric, current } },
    step: podStep(context, what, proposal),
  };
}

function podInput(
  { input, specReplicas, tolerance, nowMs }: ProposalContext,
  { resource, container, items, target }: AskedOfPods,
): PodProposalInput {
  return {
    pods: input.pods,
    items,
    resource,
    container,
    target,
    tolerance,
    currentReplicas: specReplicas,
    settings: input.settings,
    nowMs,
  };
}

type AskedOfPods = Pick<PodProposalInput, 'resource' | 'container' | 'items' | 'target'>;

/** The metrics of pods, or upstream's words for having none. */
function podItems(
  reading: MetricReading,
  api: 'resource' | 'custom',
): Extract<MetricReading, { readonly kind: 'pods' }>['items'] | string {
  if (reading.kind === 'failed') {
    return `unable to fetch metrics from ${api} metrics API: ${reading.message}`;
  }
  if (reading.kind !== 'pods' || reading.items.length === 0) {
    return `no metrics returned from ${api} metrics API`;
  }
  return reading.items;
}

interface PodStepOf {
  readonly index: number;
  readonly metric: string;
  readonly resource: string;
  readonly target: CompiledTarget;
}

function podStep(
  { tolerance }: ProposalContext,
  { index, metric, resource, target }: PodStepOf,
  proposal: Extract<PodProposal, { readonly kind: 'proposed' }>,
): PodMetricStep {
  const { pods, requests, measured, recount, replicas, reason } = proposal;
  return {
    kind: 'metric',
    from: 'pods',
    index,
    metric,
    target,
    tolerance,
    resource,
    pods,
    requests,
    measured,
    recount,
    replicas,
    reason,
  };
}

/** @see Source: `horizontal.go`, `computeStatusForObjectMetric`; `metrics/client.go`, `GetObjectMetric`. */
function proposeObject(context: ProposalContext, asked: Asked<Metric<'object'>>): Proposal {
  const { metric, reading } = asked;
  const { target, object } = metric;
  const { name } = metric.metric;
  const isAverage = target.kind === 'average-value';
  const fail = (message: string): Proposal => ({
    kind: 'failed',
    step: failedStep(asked, { reason: 'FailedGetObjectMetric', message, pods: undefined }),
    error: `failed to get object metric value: ${isAverage ? `failed to get ${name} object metric: ` : ''}${message}`,
  });
  if (metric.selectorFault !== undefined) return fail(metric.selectorFault);
  if (target.kind !== 'value' && target.kind !== 'average-value') {
    return fail(
      'invalid object metric source: neither a value target nor an average value target was set',
    );
  }
  if (reading.kind !== 'object') {
    const because = reading.kind === 'failed' ? reading.message : 'no value';
    const api = `unable to fetch metrics from custom metrics API: ${because}`;
    // upstream's arguments are in this odd order
    const where = `${object.kind} on ${context.input.namespace} ${object.name}/${api}`;
    return fail(`unable to get metric ${name}: ${where}`);
  }
  const proposal = valueProposal(context, { usedMilli: reading.milli, target, isExternal: false });
  if (proposal.kind === 'failed') return fail(proposal.message);
  const current = currentValue(target, proposal.currentMilli);
  const { metric: identifier } = metric;
  return proposedValue(context, asked, {
    proposal,
    usedMilli: reading.milli,
    status: {
      type: 'Object',
      object: { metric: identifier, current, describedObject: object },
    },
  });
}

/** @see Source: `horizontal.go`, `computeStatusForExternalMetric`; `metrics/client.go`, `GetExternalMetric`. */
function proposeExternal(context: ProposalContext, asked: Asked<Metric<'external'>>): Proposal {
  const { metric, reading } = asked;
  const { target } = metric;
  const { name } = metric.metric;
  const inner =
    target.kind === 'average-value' ? `${name} external metric` : `external metric ${name}`;
  const fail = (message: string, error = `failed to get ${inner}: ${message}`): Proposal => ({
    kind: 'failed',
    step: failedStep(asked, { reason: 'FailedGetExternalMetric', message, pods: undefined }),
    error: `failed to get ${name} external metric value: ${error}`,
  });
  if (target.kind !== 'value' && target.kind !== 'average-value') {
    const message =
      'invalid external metric source: neither a value target nor an average value target was set';
    return fail(message, message);
  }
  if (metric.selectorFault !== undefined) return fail(metric.selectorFault);
  const values = externalValues(reading);
  if (typeof values === 'string') {
    const which = `${context.input.namespace}/${name}/${metric.selectorText}`;
    return fail(`unable to get external metric ${which}: ${values}`);
  }
  const usedMilli = sumValues(values);
  const proposal = valueProposal(context, { usedMilli, target, isExternal: true });
  if (proposal.kind === 'failed') return fail(proposal.message);
  const current = currentValue(target, proposal.currentMilli);
  const status: MetricStatus = { type: 'External', external: { metric: metric.metric, current } };
  return proposedValue(context, asked, { proposal, usedMilli, status });
}

function externalValues(reading: MetricReading): readonly number[] | string {
  if (reading.kind === 'failed') {
    return `unable to fetch metrics from external metrics API: ${reading.message}`;
  }
  if (reading.kind !== 'external' || reading.values.length === 0) {
    return 'no metrics returned from external metrics API';
  }
  return reading.values;
}

type ValueTarget = Extract<CompiledTarget, { readonly kind: 'value' | 'average-value' }>;

function valueProposal(
  { input, specReplicas, statusReplicas, tolerance }: ProposalContext,
  of: { readonly usedMilli: number; readonly target: ValueTarget; readonly isExternal: boolean },
): ValueProposal {
  const { usedMilli, target, isExternal } = of;
  const values = { usedMilli, targetMilli: target.milli, tolerance };
  return target.kind === 'value'
    ? proposeForValue(values, specReplicas, countPods(input.pods))
    : proposeForAverage(values, statusReplicas, isExternal);
}

function currentValue(
  target: ValueTarget,
  milli: number,
): { readonly value: string } | { readonly averageValue: string } {
  const text = writeMilli(milli);
  return target.kind === 'value' ? { value: text } : { averageValue: text };
}

function proposedValue(
  { tolerance }: ProposalContext,
  { index, metric }: Asked<Metric<'object' | 'external'>>,
  of: {
    readonly proposal: Extract<ValueProposal, { readonly kind: 'proposed' }>;
    readonly usedMilli: number;
    readonly status: MetricStatus;
  },
): Proposal {
  const { replicas, reason, ratio, podCount } = of.proposal;
  const { target, name } = metric;
  const step: ValueMetricStep = {
    kind: 'metric',
    from: 'value',
    index,
    metric: name,
    target,
    tolerance,
    usedMilli: of.usedMilli,
    ratio,
    podCount,
    replicas,
    reason,
  };
  return { kind: 'proposed', replicas, status: of.status, step };
}
