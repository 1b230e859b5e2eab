/** What kept the HPA from the size its metrics asked for, sync by sync or by its conditions. */
import type { HpaDecisionRecord, HpaRecord } from '../timeline/record.js';
import { type HeldBack, heldBack } from './held-back.js';
import { decisionOf } from './hpa-reason.js';

/**
 * - `stabilization`: an earlier recommendation within a window held it back.
 * - `policy`: a scaling policy, or the fixed rate of an HPA without `behavior`.
 * - `tolerance`: the ratio was too close to 1, else the size would have been another.
 * - `max`, `min`: a bound of the HPA.
 * - `metrics`: no size could be had from the metrics, or pods without one took it away.
 */
export type Hold = 'stabilization' | 'policy' | 'tolerance' | 'max' | 'min' | 'metrics';

/** From an instant on some holds applied. */
export interface Held {
  /** Ms since the run began. */
  readonly t: number;
  readonly holds: readonly Hold[];
  /** Upstream's own reasons, such as `ScaleDownStabilized`. */
  readonly reasons: readonly string[];
  /** True for a sync that changed the size, by less than was asked for. */
  readonly isRescale: boolean;
}

/** Every decision on record with what held it, in order of time. */
export function decisionHolds(decisions: readonly HpaDecisionRecord[]): readonly Held[] {
  return decisions.flatMap((record) => {
    const decision = decisionOf(record);
    if (decision === undefined) return [];
    const found = heldBack(decision);
    return [
      {
        t: record.t,
        holds: found.map(holdOf),
        reasons: found.map(reasonOf),
        isRescale: decision.kind === 'rescale',
      },
    ];
  });
}

function holdOf(held: HeldBack): Hold {
  if (held.by === 'rate') return 'policy';
  if (held.by === 'bounds') return held.asked > held.replicas ? 'max' : 'min';
  return held.by === 'stabilization' || held.by === 'tolerance' ? held.by : 'metrics';
}

function reasonOf(held: HeldBack): string {
  return 'reason' in held ? held.reason : held.by;
}

const LIMIT_HOLDS: Readonly<Record<string, Hold>> = {
  ScaleUpLimit: 'policy',
  ScaleDownLimit: 'policy',
  TooManyReplicas: 'max',
  TooFewReplicas: 'min',
};

/**
 * What the HPA's conditions say, for a cluster whose decisions are not on record: `AbleToScale` with
 * reason `ScaleUpStabilized` or `ScaleDownStabilized`, `ScalingLimited` and `ScalingActive`. They do not
 * tell of tolerance. Records without conditions are left out.
 *
 * @see Source: kubernetes `pkg/controller/podautoscaler/horizontal.go`, `normalizeDesiredReplicas`,
 *   `normalizeDesiredReplicasWithBehaviors` and `setCondition`.
 */
export function conditionHolds(hpas: readonly HpaRecord[]): readonly Held[] {
  return hpas.flatMap(({ t, status }) => {
    const conditions = status?.conditions;
    if (conditions === undefined || conditions.length === 0) return [];
    const found = conditions.flatMap(({ type, status: is, reason = '' }) => {
      const isStabilized = type === 'AbleToScale' && reason.endsWith('Stabilized');
      const isInactive = type === 'ScalingActive' && is === 'False';
      const isLimited = type === 'ScalingLimited' && is === 'True';
      const hold = isStabilized ? 'stabilization' : isInactive ? 'metrics' : LIMIT_HOLDS[reason];
      return hold === undefined || !(isStabilized || isInactive || isLimited)
        ? []
        : [{ hold, reason }];
    });
    const holds = found.map(({ hold }) => hold);
    return [{ t, holds, reasons: found.map(({ reason }) => reason), isRescale: false }];
  });
}
