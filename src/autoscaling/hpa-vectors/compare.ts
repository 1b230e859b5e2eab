/** Compares what our HPA did with what Kubernetes' did. */
import type {
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from '../../core/autoscaling-objects.js';
import { kubeTimeMs } from '../../core/kube-time.js';
import type { HpaEvent, HpaOutcome } from '../hpa/decision.js';
import { isSameMetric } from '../hpa/status.js';
import type { ExpectedOutcome } from './scenario.js';

/** One thing that is not as expected. */
export interface Difference {
  /** `scaleTo`, `conditions[AbleToScale].reason`, `events[0].message`. */
  readonly what: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** A label selector as Go prints it; how it is printed does not matter. */
const GO_SELECTOR = /&LabelSelector\{.*?MatchExpressions:.*?\},\}/g;

/** Everything in which an outcome differs from the expected one; empty when they agree. */
export function compareOutcome(
  expected: ExpectedOutcome,
  outcome: HpaOutcome,
): readonly Difference[] {
  const differences: Difference[] = [];
  const compare: Compare = (what, want, got) => {
    if (want !== got) differences.push({ what, expected: want, got });
  };
  compare('scaleTo', expected.scaleTo, outcome.scaleTo ?? null);
  compare('error', comparable(expected.error), comparable(outcome.error ?? ''));
  compareEvents(expected.events, outcome.events, compare);
  if (expected.status === null || outcome.status === undefined) {
    compare('status', writtenOrNot(expected.status), writtenOrNot(outcome.status));
  } else {
    compareStatus(expected.status, outcome.status, compare);
  }
  return differences;
}

function writtenOrNot(status: HorizontalPodAutoscalerStatus | null | undefined): string {
  return (status ?? null) === null ? 'not written' : 'written';
}

type Compare = (what: string, want: unknown, got: unknown) => void;

function comparable(text: string | undefined): string {
  return (text ?? '').replaceAll(GO_SELECTOR, '<selector>');
}

function compareEvents(
  want: readonly HpaEvent[],
  got: readonly HpaEvent[],
  compare: Compare,
): void {
  compare('events.length', want.length, got.length);
  for (const [index, event] of want.entries()) {
    const other = got[index];
    if (other === undefined) continue;
    compare(`events[${index}].type`, event.type, other.type);
    compare(`events[${index}].reason`, event.reason, other.reason);
    compare(`events[${index}].message`, comparable(event.message), comparable(other.message));
  }
}

function compareStatus(
  want: HorizontalPodAutoscalerStatus,
  got: HorizontalPodAutoscalerStatus,
  compare: Compare,
): void {
  compare('currentReplicas', want.currentReplicas ?? 0, got.currentReplicas ?? 0);
  compare('desiredReplicas', want.desiredReplicas, got.desiredReplicas);
  compare('lastScaleTime', kubeTimeMs(want.lastScaleTime), kubeTimeMs(got.lastScaleTime));
  compareConditions(want, got, compare);
  compareMetrics(want.currentMetrics ?? null, got.currentMetrics ?? null, compare);
}

function compareConditions(
  want: HorizontalPodAutoscalerStatus,
  got: HorizontalPodAutoscalerStatus,
  compare: Compare,
): void {
  compare('conditions', conditionTypes(want), conditionTypes(got));
  for (const condition of want.conditions ?? []) {
    const at = `conditions[${condition.type}]`;
    const other = got.conditions?.find(({ type }) => type === condition.type);
    if (other === undefined) continue;
    compare(`${at}.status`, condition.status, other.status);
    compare(`${at}.reason`, condition.reason, other.reason);
    compare(`${at}.message`, comparable(condition.message), comparable(other.message));
    const [since, otherSince] = [condition.lastTransitionTime, other.lastTransitionTime];
    compare(`${at}.lastTransitionTime`, since, otherSince);
  }
}

function conditionTypes({ conditions }: HorizontalPodAutoscalerStatus): string {
  return (conditions ?? []).map(({ type }) => type).join(',');
}

function compareMetrics(
  want: readonly MetricStatus[] | null,
  got: readonly MetricStatus[] | null,
  compare: Compare,
): void {
  compare('currentMetrics.length', want?.length ?? null, got?.length ?? null);
  for (const [index, metric] of (want ?? []).entries()) {
    const other = got?.[index];
    if (other === undefined || isSameMetric(metric, other)) continue;
    compare(`currentMetrics[${index}]`, JSON.stringify(metric), JSON.stringify(other));
  }
}
