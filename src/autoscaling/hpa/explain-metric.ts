/** What one metric proposed, in words and numbers. */
import type { CompiledTarget } from './compiled-hpa.js';
import { amountText, countText, ratioText } from './explain-words.js';
import type {
  FailedMetricStep,
  Measurement,
  MetricStep,
  PodGroups,
  PodMetricStep,
  ProposalReason,
  Recount,
  Tolerances,
  ValueMetricStep,
} from './steps.js';

/** Pods named one by one up to so many; the rest is a number. */
const MAX_NAMED = 10;

/** The lines of one metric; those under the first are indented. */
export function metricLines(step: MetricStep, fromReplicas: number): readonly string[] {
  if (step.from === 'failed') return failedLines(step);
  const head = `${step.metric}, target ${targetText(step.target, unitOf(step))}: proposes ${step.replicas}`;
  const body = step.from === 'pods' ? podLines(step, fromReplicas) : valueLines(step, fromReplicas);
  return [head, ...body.map((line) => `  ${line}`)];
}

function failedLines({ metric, reason, message, pods }: FailedMetricStep): readonly string[] {
  const name = metric === '' ? 'a metric' : metric;
  const groups = pods === undefined ? [] : otherGroups(pods, undefined);
  return [`${name}: failed (${reason}): ${message}`, ...groups.map((line) => `  ${line}`)];
}

function unitOf(step: PodMetricStep | ValueMetricStep): string {
  return step.from === 'pods' ? step.resource : '';
}

function targetText(target: CompiledTarget, unit: string): string {
  switch (target.kind) {
    case 'utilization':
      return `${target.percent} % of the requests`;
    case 'average-value':
      return `${amountText(target.milli, unit)} a pod`;
    case 'value':
      return amountText(target.milli, unit);
    case 'none':
      return 'none';
    default:
      return target satisfies never;
  }
}

function podLines(step: PodMetricStep, fromReplicas: number): readonly string[] {
  const { pods, measured, recount, target, resource, tolerance, reason, replicas } = step;
  const lines = [readyLine(pods, resource), ...otherGroups(pods, recount)];
  lines.push(measuredLine('', measured, { target, resource }));
  if (recount !== undefined) {
    lines.push(measuredLine('with those counted in ', recount, { target, resource }));
  }
  const ratio = recount?.ratio ?? measured.ratio;
  const counted =
    recount?.podCount === undefined
      ? pods.ready.length
      : recount.podCount + (target.kind === 'utilization' ? pods.strangers : 0);
  lines.push(reasonLine(reason, { ratio, tolerance, counted, replicas, fromReplicas }));
  return lines;
}

function readyLine({ ready, readyMilli }: PodGroups, resource: string): string {
  const named = ready
    .slice(0, MAX_NAMED)
    .map((name, index) => `${name} ${amountText(readyMilli[index] ?? 0, resource)}`);
  const rest = ready.length > MAX_NAMED ? `, and ${ready.length - MAX_NAMED} more` : '';
  return `${ready.length} ready: ${named.join(', ')}${rest}`;
}

function otherGroups(
  { unready, missing, ignored, strangers }: PodGroups,
  recount: Recount | undefined,
): readonly string[] {
  const lines: string[] = [];
  if (missing.length > 0) {
    lines.push(`${missing.length} without a metric, ${missingText(recount)}: ${names(missing)}`);
  }
  if (unready.length > 0) {
    const as = recount?.hasUnreadyAsZero === true ? 'counted as using nothing' : 'left out';
    lines.push(`${unready.length} unready, ${as}: ${names(unready)}`);
  }
  if (ignored.length > 0) {
    lines.push(`${ignored.length} terminating or failed, ignored: ${names(ignored)}`);
  }
  if (strangers > 0) lines.push(`${countText(strangers, 'metric')} of pods that are not there`);
  return lines;
}

function names(pods: readonly string[]): string {
  const rest = pods.length > MAX_NAMED ? `, and ${pods.length - MAX_NAMED} more` : '';
  return `${pods.slice(0, MAX_NAMED).join(', ')}${rest}`;
}

function missingText(recount: Recount | undefined): string {
  const as = recount?.missingAs;
  if (as === undefined) return 'left out';
  if (as.kind === 'percent-of-request') return `counted as ${as.percent} % of the request`;
  return as.milli === 0 ? 'counted as using nothing' : 'counted as using the target';
}

function measuredLine(
  prefix: string,
  { usedMilli, requestedMilli, podCount, percent, averageMilli, ratio }: Measurement,
  { target, resource }: { readonly target: CompiledTarget; readonly resource: string },
): string {
  const used = `${prefix}${amountText(usedMilli, resource)} used by ${countText(podCount, 'pod')}`;
  if (percent !== undefined && requestedMilli !== undefined && target.kind === 'utilization') {
    const of = `of ${amountText(requestedMilli, resource)} requested is ${percent} %`;
    return `${used} ${of}, ${ratioText(ratio)} of the target`;
  }
  return `${used}, ${amountText(averageMilli, resource)} each, is ${ratioText(ratio)} of the target`;
}

interface Outcome {
  readonly ratio: number;
  readonly tolerance: Tolerances;
  readonly counted: number;
  readonly replicas: number;
  readonly fromReplicas: number;
}

function reasonLine(reason: ProposalReason, outcome: Outcome): string {
  const { ratio, counted, replicas, fromReplicas } = outcome;
  const product = `${ratioText(ratio)} x ${countText(counted, 'pod')}, rounded up`;
  switch (reason) {
    case 'usage-ratio':
      return `outside ${bandText(outcome.tolerance)}: ${product}, is ${replicas}`;
    case 'within-tolerance':
    case 'within-tolerance-after-recount':
      return `within ${bandText(outcome.tolerance)}: ${fromReplicas} stays`;
    case 'recount-turned-direction':
      return `counted in, they would turn the direction: ${fromReplicas} stays`;
    case 'count-against-direction':
      return `${product}, would go against the direction: ${fromReplicas} stays`;
    default:
      return reason satisfies never;
  }
}

function bandText({ down, up }: Tolerances): string {
  return `the tolerance, ${ratioText(1 - down)} to ${ratioText(1 + up)}`;
}

function valueLines(step: ValueMetricStep, fromReplicas: number): readonly string[] {
  const { usedMilli, ratio, podCount, replicas, reason, tolerance, target } = step;
  const value = amountText(usedMilli, '');
  const of = target.kind === 'average-value' ? `over ${countText(podCount, 'replica')}` : 'in all';
  const told = ratio === undefined ? '' : `, ${ratioText(ratio)} of the target`;
  const lines = [`${value} ${of}${told}`];
  if (reason === 'within-tolerance') {
    lines.push(
      `within ${bandText(tolerance)}: ${target.kind === 'value' ? fromReplicas : podCount} stays`,
    );
  } else if (reason === 'from-zero') {
    lines.push(`at 0 replicas the ratio itself, rounded up, is ${replicas}`);
  } else if (target.kind === 'average-value') {
    lines.push(
      `outside ${bandText(tolerance)}: ${value} shared by the target, rounded up, is ${replicas}`,
    );
  } else {
    const product = `${ratioText(ratio ?? 0)} x ${countText(podCount, 'ready pod')}, rounded up`;
    lines.push(`outside ${bandText(tolerance)}: ${product}, is ${replicas}`);
  }
  return lines;
}
