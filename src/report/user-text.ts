/** What users felt, in words. */
import type { FailureCause } from '../analysis/failures.js';
import type { SloCause } from '../analysis/slo-causes.js';
import type { SloReport } from '../analysis/slo-report.js';
import type { SessionCounts } from '../load/sender.js';
import { latencyText, measureText, numberText, percentText } from './format.js';

/** What was being waited for; completes "the SLO was broken ...". */
export const CAUSE_TEXTS: Readonly<Record<SloCause, string>> = {
  flapping: 'with a pod out of rotation',
  metric: 'waiting for the metric',
  hpa: 'waiting for the HPA',
  scheduling: 'waiting for pods to be scheduled',
  'node-capacity': 'waiting for room on a node',
  start: 'waiting for containers to start',
  readiness: 'waiting for pods to be ready',
  'max-replicas': 'at maxReplicas',
  throttling: 'with pods at their CPU limit',
  failures: 'with requests failing while pods went or crashed',
  unknown: 'for no reason that was seen',
};

/** What failures are put down to; completes "3 requests failed ...". */
export const FAILURE_TEXTS: Readonly<Record<FailureCause, string>> = {
  crash: 'in a crash',
  'no-ready-pod': 'without a ready pod',
  rollout: 'in a rollout',
  'scale-down': 'in a scale-down',
  'pod-deleted': 'when a pod was deleted',
  flapping: 'with a pod out of rotation',
  overload: 'in overload',
  unknown: 'for no reason that was seen',
};

/** The SLO and how it was held, in a sentence without its full stop. */
export function sloText(slo: SloReport): string {
  const { settings, goodShare, violationSeconds, seconds, budgetBurn } = slo;
  const promise = `${percentText(settings.objective)} within ${latencyText(settings.responseTimeMs)}`;
  const held = `${measureText(goodShare, percentText)} were good (promised: ${promise})`;
  const budget = measureText(
    budgetBurn,
    (burn) => `, which is ${numberText(burn, 1)} times what the error budget allows`,
  );
  const broken =
    violationSeconds === 0
      ? 'no second broke it'
      : `${violationSeconds} of ${seconds} seconds broke it`;
  return `${held}${budget === '-' ? '' : budget}; ${broken}`;
}

/** `sessions of several steps: 9 started, 7 finished, 1 failed, 1 cut off by the end`. */
export function sessionsText({ started, finished, failed }: SessionCounts): string {
  const cut = started - finished - failed;
  return `sessions of several steps: ${numberText(started)} started, ${numberText(finished)} finished, ${numberText(failed)} failed, ${numberText(cut)} cut off by the end`;
}
