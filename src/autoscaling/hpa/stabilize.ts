/** Recent recommendations hold a change back. */
import type { CompiledSpec } from './compiled-hpa.js';
import type { Recommendation } from './memory.js';
import type { HpaSettings } from './settings.js';
import type { StabilizeStep, WindowExtreme } from './steps.js';

/** What is stabilized. */
export interface StabilizeInput {
  readonly behavior: CompiledSpec['behavior'];
  readonly settings: HpaSettings;
  readonly currentReplicas: number;
  /** What the metrics ask for. */
  readonly wantedReplicas: number;
  readonly nowMs: number;
}

/** The step, and the recommendations with the present one among them. */
export interface Stabilized {
  readonly step: StabilizeStep;
  readonly recommendations: readonly Recommendation[];
}

/** Holds a wanted count to what was recommended of late, by the path that the HPA's spec asks for. */
export function stabilize(
  recommendations: readonly Recommendation[],
  input: StabilizeInput,
): Stabilized {
  return input.behavior === undefined
    ? highestOfWindow(recommendations, input)
    : withinBothWindows(recommendations, input, input.behavior);
}

/**
 * The older path: the highest recommendation of the controller's window, also on the way up.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `stabilizeRecommendation` and
 *   `normalizeDesiredReplicas`.
 */
function highestOfWindow(
  recommendations: readonly Recommendation[],
  { settings, wantedReplicas, nowMs }: StabilizeInput,
): Stabilized {
  const windowMs = settings.downscaleStabilizationMs;
  const cutoffMs = nowMs - windowMs;
  let highest: Recommendation = { replicas: wantedReplicas, atMs: nowMs };
  let oldIndex = -1;
  for (let index = 0; index < recommendations.length; index++) {
    const each = recommendations[index];
    if (each === undefined) continue;
    if (each.atMs < cutoffMs) oldIndex = index;
    else if (each.replicas > highest.replicas) highest = each;
  }
  const isHeld = highest.replicas !== wantedReplicas;
  return {
    step: {
      kind: 'stabilize',
      replicas: highest.replicas,
      reason: isHeld ? 'ScaleDownStabilized' : 'ReadyForNewScale',
      up: undefined,
      down: extreme(windowMs / 1_000, highest),
    },
    recommendations: withRecommendation(recommendations, oldIndex, {
      replicas: wantedReplicas,
      atMs: nowMs,
    }),
  };
}

/**
 * The current count, brought to at least the lowest recommendation of the scale-up window and at most
 * the highest of the scale-down window.
 *
 * @see Source: kubernetes `podautoscaler/horizontal.go`, `stabilizeRecommendationWithBehaviors`,
 *   `maybeInitScaleDownStabilizationWindow` and `normalizeDesiredReplicasWithBehaviors`.
 */
function withinBothWindows(
  recommendations: readonly Recommendation[],
  input: StabilizeInput,
  behavior: NonNullable<CompiledSpec['behavior']>,
): Stabilized {
  const { settings, currentReplicas, wantedReplicas, nowMs } = input;
  const upSeconds = behavior.scaleUp.stabilizationWindowSeconds ?? 0;
  const downSeconds =
    behavior.scaleDown.stabilizationWindowSeconds ??
    Math.trunc(settings.downscaleStabilizationMs / 1_000);
  const upCutoffMs = nowMs - upSeconds * 1_000;
  const downCutoffMs = nowMs - downSeconds * 1_000;
  const present: Recommendation = { replicas: wantedReplicas, atMs: nowMs };
  let lowest = present;
  let highest = present;
  let oldIndex = -1;
  for (let index = 0; index < recommendations.length; index++) {
    const each = recommendations[index];
    if (each === undefined) continue;
    if (each.atMs > upCutoffMs && each.replicas < lowest.replicas) lowest = each;
    if (each.atMs > downCutoffMs && each.replicas > highest.replicas) highest = each;
    if (each.atMs < upCutoffMs && each.atMs < downCutoffMs) oldIndex = index;
  }
  const replicas = Math.min(Math.max(currentReplicas, lowest.replicas), highest.replicas);
  return {
    step: {
      kind: 'stabilize',
      replicas,
      reason: stabilizeReason(replicas, input),
      up: extreme(upSeconds, lowest),
      down: extreme(downSeconds, highest),
    },
    recommendations: withRecommendation(recommendations, oldIndex, present),
  };
}

function stabilizeReason(
  replicas: number,
  { currentReplicas, wantedReplicas }: StabilizeInput,
): StabilizeStep['reason'] {
  if (replicas === wantedReplicas) return 'ReadyForNewScale';
  return wantedReplicas >= currentReplicas ? 'ScaleUpStabilized' : 'ScaleDownStabilized';
}

function extreme(windowSeconds: number, { replicas, atMs }: Recommendation): WindowExtreme {
  return { windowSeconds, replicas, atMs };
}

/**
 * A recommendation older than every window gives up its place; the others that are too old stay until
 * theirs is needed. This is upstream's, and shows when a window is made longer.
 */
function withRecommendation(
  recommendations: readonly Recommendation[],
  oldIndex: number,
  present: Recommendation,
): readonly Recommendation[] {
  const next = recommendations.slice();
  if (oldIndex >= 0) next[oldIndex] = present;
  else next.push(present);
  return next;
}
