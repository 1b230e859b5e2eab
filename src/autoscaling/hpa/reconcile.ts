/** A whole reconciliation with given inputs: decision, scale, events, status, memory. */
import { removeCondition, setCondition } from './conditions.js';
import { decide, targetReference } from './decide.js';
import type { HpaDecision, HpaEvent, HpaOutcome, ScaleWrite, Verdict } from './decision.js';
import type { HpaInput } from './input.js';
import type { HpaMemory } from './memory.js';
import { recordScale } from './record-scale.js';
import { isSameStatus, makeStatus } from './status.js';

/**
 * Reconciles an HPA when writing the scale is known to succeed (replays, models). A controller that
 * writes in between calls `decide` and {@link conclude} itself.
 */
export function reconcile(input: HpaInput, memory: HpaMemory, nowMs: number): HpaOutcome {
  const decided = decide(input, memory, nowMs);
  return conclude(input, decided, { kind: 'accepted' });
}

/**
 * What follows from a decision once its scale was written (or refused): conditions, events, status,
 * error, and the memory with the change of size.
 *
 * @param write - ignored when the decision is no rescale.
 * @see Source: kubernetes 1.36 `podautoscaler/horizontal.go`, `reconcileAutoscaler` from the rescale on.
 */
export function conclude(
  input: HpaInput,
  decided: { readonly verdict: Verdict; readonly memory: HpaMemory },
  write: ScaleWrite,
): HpaOutcome {
  const { verdict, memory } = decided;
  const { decision } = verdict;
  const rescale = rescaleOf(decision);
  if (rescale === undefined) return concludeWithout(input, verdict, memory);
  return write.kind === 'accepted'
    ? accepted(input, { verdict, memory, rescale })
    : refused(input, { verdict, memory, rescale }, write.message);
}

interface Rescale {
  readonly from: number;
  readonly to: number;
}

interface Rescaling {
  readonly rescale: Rescale;
  readonly verdict: Verdict;
  readonly memory: HpaMemory;
}

function rescaleOf({ kind, fromReplicas, toReplicas }: HpaDecision): Rescale | undefined {
  if (kind !== 'rescale' || fromReplicas === undefined || toReplicas === undefined)
    return undefined;
  return { from: fromReplicas, to: toReplicas };
}

function concludeWithout(input: HpaInput, verdict: Verdict, memory: HpaMemory): HpaOutcome {
  const { decision, conditions, events, currentMetrics } = verdict;
  const { fromReplicas: current, kind, error } = decision;
  const desired = kind === 'cannot-decide' ? (input.status?.desiredReplicas ?? 0) : (current ?? 0);
  const status =
    current === undefined
      ? { desiredReplicas: 0, ...input.status, conditions }
      : makeStatus(input.status, {
          currentReplicas: current,
          desiredReplicas: desired,
          currentMetrics,
          conditions,
          scaledAtMs: undefined,
        });
  return {
    decision,
    scaleTo: undefined,
    status: isSameStatus(input.status, status) ? undefined : status,
    events,
    error,
    memory,
  };
}

function accepted(input: HpaInput, rescaling: Rescaling): HpaOutcome {
  const { verdict, memory, rescale } = rescaling;
  const { from, to } = rescale;
  const { decision } = verdict;
  const { atMs } = decision;
  const conditions = verdict.conditions.slice();
  const message = `the HPA controller was able to update the target scale to ${to}`;
  const reason = 'SucceededRescale';
  setCondition(conditions, { type: 'AbleToScale', isTrue: true, reason, message }, atMs);
  noteZero(input, conditions, { rescale, atMs });
  const event: HpaEvent = {
    type: 'Normal',
    reason: 'SuccessfulRescale',
    message: `New size: ${to}; reason: ${decision.reason}`,
  };
  const status = makeStatus(input.status, {
    currentReplicas: from,
    desiredReplicas: to,
    currentMetrics: verdict.currentMetrics,
    conditions,
    scaledAtMs: atMs,
  });
  const { behavior } = input.spec;
  return {
    decision,
    scaleTo: to,
    status: isSameStatus(input.status, status) ? undefined : status,
    events: [...verdict.events, event],
    error: decision.error,
    memory: recordScale(memory, { behavior, fromReplicas: from, toReplicas: to }, atMs),
  };
}

function noteZero(
  { spec, settings }: HpaInput,
  conditions: Parameters<typeof setCondition>[0],
  { rescale, atMs }: { readonly rescale: Rescale; readonly atMs: number },
): void {
  const { from, to } = rescale;
  const type = 'ScaledToZero';
  if (settings.isScaleToZeroEnabled !== true) {
    removeCondition(conditions, type);
    return;
  }
  const isTrue = from > 0 && to === 0 && spec.minReplicas === 0 && spec.hasObjectOrExternal;
  const change = isTrue
    ? { reason: type, message: 'the HPA controller scaled the workload to zero' }
    : {
        reason: 'NotScaledToZero',
        message: 'the HPA controller did not scale the workload to zero',
      };
  setCondition(conditions, { type, isTrue, ...change }, atMs);
}

function refused(input: HpaInput, rescaling: Rescaling, because: string): HpaOutcome {
  const { verdict, memory, rescale } = rescaling;
  const { from, to } = rescale;
  const { decision } = verdict;
  const conditions = verdict.conditions.slice();
  const message = `the HPA controller was unable to update the target scale: ${because}`;
  const reason = 'FailedUpdateScale';
  const { atMs } = decision;
  setCondition(conditions, { type: 'AbleToScale', isTrue: false, reason, message }, atMs);
  const event: HpaEvent = {
    type: 'Warning',
    reason: 'FailedRescale',
    message: `New size: ${to}; reason: ${decision.reason}; error: ${because}`,
  };
  const status = makeStatus(input.status, {
    currentReplicas: from,
    desiredReplicas: input.status?.desiredReplicas ?? 0,
    currentMetrics: verdict.currentMetrics,
    conditions,
    scaledAtMs: undefined,
  });
  return {
    decision,
    scaleTo: undefined,
    status: isSameStatus(input.status, status) ? undefined : status,
    events: [...verdict.events, event],
    error: `failed to rescale ${targetReference(input)}: ${because}`,
    memory,
  };
}
