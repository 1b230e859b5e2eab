/** Why the HPA chose a size, in words: from its decision's steps, else from its event. */
import type { HpaDecision } from '../autoscaling/hpa/decision.js';
import type { HpaStep, LimitStep, PodMetricStep, StabilizeStep } from '../autoscaling/hpa/steps.js';
import { fieldOf } from '../core/json.js';
import type { HpaDecisionRecord, KubeEventRecord } from '../timeline/record.js';
import { measured, noData, type Measure } from './measure.js';
import type { Rescale } from './replicas.js';

/** What the HPA told of its decisions. */
export interface HpaWords {
  readonly decisions: readonly HpaDecisionRecord[];
  readonly events: readonly KubeEventRecord[];
}

/** Records of one decision come by different ways, which may be this far apart. */
const SKEW_MS = 3_000;

/**
 * The reason of a rescale: the steps that changed the count, such as "cpu at 188 % of the requests of 3
 * pods (target 60 %) proposes 10; limited to 7 (ScaleUpLimit)". Absent when the HPA told nothing.
 */
export function rescaleReason(rescale: Rescale, { decisions, events }: HpaWords): Measure<string> {
  const decision = decisions
    .filter(({ t }) => Math.abs(t - rescale.t) <= SKEW_MS)
    .map(decisionOf)
    .find((each) => each?.kind === 'rescale' && each.toReplicas === rescale.to);
  const texts = decision?.steps.map(stepText).filter((text) => text !== undefined) ?? [];
  if (texts.length > 0) return measured(texts.join('; '));
  const event = events.find(
    ({ t, reason, message }) =>
      reason === 'SuccessfulRescale' &&
      message.startsWith(`New size: ${rescale.to};`) &&
      Math.abs(t - rescale.t) <= SKEW_MS,
  );
  return event === undefined
    ? noData('the HPA told no reason that was recorded')
    : measured(event.message);
}

/** The decision of a record, which holds it alone or with what it was made from; undefined: neither. */
export function decisionOf({ decision }: HpaDecisionRecord): HpaDecision | undefined {
  const inner = fieldOf(decision, 'decision') ?? decision;
  return isDecision(inner) ? inner : undefined;
}

function isDecision(value: unknown): value is HpaDecision {
  return typeof fieldOf(value, 'kind') === 'string' && Array.isArray(fieldOf(value, 'steps'));
}

/** A step in words; undefined for one that says nothing new. */
function stepText(step: HpaStep): string | undefined {
  if (step.kind === 'metric') return step.from === 'pods' ? proposalText(step) : otherMetric(step);
  if (step.kind === 'stabilize') return stabilizeText(step);
  if (step.kind === 'limit') return limitText(step);
  return step.kind === 'bound' ? `set to ${step.replicas} (${step.reason})` : undefined;
}

function proposalText({
  resource,
  metric,
  measured: seen,
  target,
  ...step
}: PodMetricStep): string {
  const name = resource === '' ? metric : resource;
  const wanted = target.kind === 'utilization' ? ` (target ${target.percent} %)` : '';
  const value =
    seen.percent === undefined
      ? `an average of ${seen.averageMilli / 1_000}`
      : `${seen.percent} % of the requests`;
  const { missing, unready } = step.pods;
  const left = missing.length + unready.length;
  const others = left === 0 ? '' : `, ${left} more without a usable metric`;
  return `${name} at ${value} over ${plural(seen.podCount)}${wanted}${others} proposes ${step.replicas}`;
}

function otherMetric(step: Exclude<Extract<HpaStep, { kind: 'metric' }>, PodMetricStep>): string {
  return step.from === 'failed'
    ? `${step.metric} failed (${step.reason})`
    : `${step.metric} proposes ${step.replicas}`;
}

function stabilizeText({ reason, replicas }: StabilizeStep): string | undefined {
  return reason === 'ReadyForNewScale' ? undefined : `held at ${replicas} (${reason})`;
}

function limitText({ reason, replicas }: LimitStep): string | undefined {
  return reason === 'DesiredWithinRange' ? undefined : `limited to ${replicas} (${reason})`;
}

function plural(pods: number): string {
  return pods === 1 ? '1 pod' : `${pods} pods`;
}
