/** Decisions of an HPA as the embedded cluster records them, from the sizes after each of their steps. */
import type { HpaStep, LimitStep, StabilizeStep } from '../../src/autoscaling/hpa/steps.js';
import type { HpaDecisionRecord, HpaRecord } from '../../src/timeline/record.js';

/** The size after each step; a step that is not given changes nothing. */
export interface DecisionScript {
  readonly t: number;
  readonly from: number;
  /** What the metrics asked for; without tolerance `asked`. */
  readonly proposed: number;
  /** What the ratio alone would have asked for; given: the proposal is within tolerance. */
  readonly asked?: number;
  readonly stabilized?: {
    readonly at: number;
    readonly reason: StabilizeStep['reason'];
  };
  readonly limited?: { readonly at: number; readonly reason: LimitStep['reason'] };
}

/** A record of one sync. */
export function anHpaDecision(script: DecisionScript): HpaDecisionRecord {
  const { t, from, proposed, asked = proposed, stabilized, limited } = script;
  const afterWindows = stabilized?.at ?? proposed;
  const to = limited?.at ?? afterWindows;
  const steps: readonly HpaStep[] = [
    {
      kind: 'metric',
      from: 'value',
      index: 0,
      metric: 'external metric queue',
      target: { kind: 'value', milli: 1_000 },
      tolerance: { down: 0.1, up: 0.1 },
      usedMilli: (asked * 1_000) / from,
      ratio: asked / from,
      podCount: from,
      replicas: proposed,
      reason: script.asked === undefined ? 'usage-ratio' : 'within-tolerance',
    },
    { kind: 'highest', replicas: proposed, metric: 'queue', failed: 0, of: 1 },
    {
      kind: 'stabilize',
      replicas: afterWindows,
      reason: stabilized?.reason ?? 'ReadyForNewScale',
      up: undefined,
      down: { windowSeconds: 60, replicas: afterWindows, atMs: t },
    },
    {
      kind: 'limit',
      replicas: to,
      reason: limited?.reason ?? 'DesiredWithinRange',
      minReplicas: 1,
      maxReplicas: 10,
      rateLimit: undefined,
      selectPolicy: undefined,
      policies: undefined,
    },
  ];
  const decision = {
    kind: to === from ? 'hold' : 'rescale',
    atMs: t,
    fromReplicas: from,
    toReplicas: to,
    reason: '',
    steps,
    error: undefined,
  };
  return { t, kind: 'hpa-decision', name: 'sample-service', decision: { decision } };
}

/** State of an HPA with conditions `type`: `reason` (`ScalingLimited` only where it has one: it is true). */
export function anHpaRecord(
  t: number,
  reasons: Readonly<Partial<Record<'AbleToScale' | 'ScalingLimited', string>>>,
): HpaRecord {
  const { AbleToScale = 'ReadyForNewScale', ScalingLimited } = reasons;
  return {
    t,
    kind: 'hpa',
    name: 'sample-service',
    minReplicas: 1,
    maxReplicas: 10,
    status: {
      desiredReplicas: 3,
      conditions: [
        { type: 'AbleToScale', status: 'True', reason: AbleToScale },
        ScalingLimited === undefined
          ? { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange' }
          : { type: 'ScalingLimited', status: 'True', reason: ScalingLimited },
      ],
    },
  };
}
