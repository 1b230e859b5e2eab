/** How long a failing container or image waits before the next attempt. */
import { goDuration } from '../../core/go-duration.js';
import type { Pod } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';

/** Lengths of a back-off. */
export interface BackOffSettings {
  readonly initialMs: number;
  readonly maximumMs: number;
  /** An attempt that held for longer begins anew; absent: 10 min, whatever the maximum is. */
  readonly resetAfterMs?: number;
}

/**
 * 10 s doubling to 5 min.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet.go`, `NewMainKubelet`: a shorter maximum leaves the
 *   10 min of `HasExpiredFunc` as they are.
 */
export const DEFAULT_BACK_OFF: BackOffSettings = { initialMs: 10_000, maximumMs: 300_000 };

const RESET_AFTER_MS = 600_000;

/** Memory of one container's (or image's) attempts; absent before the first. */
export interface BackOff {
  /** How long to wait after the next failure. */
  readonly delayMs: number;
  /** When the last attempt was let through. */
  readonly attemptedAtMs: EpochMs;
}

/**
 * How much longer to wait after a failure; 0 when the next attempt may be made now.
 *
 * @param failedAtMs - when the last attempt ended, ms since the epoch.
 * @see Source: kubernetes `client-go/util/flowcontrol/backoff.go`, `IsInBackOffSince`.
 */
export function backOffRemainingMs(
  backOff: BackOff | undefined,
  times: { readonly failedAtMs: EpochMs; readonly nowMs: EpochMs },
  settings: BackOffSettings,
): number {
  if (backOff === undefined || isExpired(backOff, times.failedAtMs, settings)) return 0;
  return Math.max(0, times.failedAtMs + backOff.delayMs - times.nowMs);
}

/**
 * The memory once an attempt is let through: twice the delay, from the start again when the last
 * attempt held for more than 10 min.
 *
 * @see Source: kubernetes `client-go/util/flowcontrol/backoff.go`, `Next`, `hasExpired`.
 */
export function nextBackOff(
  backOff: BackOff | undefined,
  times: { readonly failedAtMs: EpochMs; readonly nowMs: EpochMs },
  settings: BackOffSettings,
): BackOff {
  const isFresh = backOff === undefined || isExpired(backOff, times.failedAtMs, settings);
  const delayMs = isFresh ? settings.initialMs : Math.min(backOff.delayMs * 2, settings.maximumMs);
  return { delayMs, attemptedAtMs: times.nowMs };
}

/**
 * What the Event and the status say of a container that waits.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `doBackOff`.
 */
export function backOffTexts(
  { metadata }: Pod,
  { container, delayMs }: { readonly container: string; readonly delayMs: number },
): { readonly event: string; readonly message: string } {
  const pod = `${metadata.name}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
  return {
    event: `Back-off restarting failed container ${container} in pod ${pod}`,
    message: `back-off ${goDuration(delayMs)} restarting failed container=${container} pod=${pod}`,
  };
}

function isExpired(backOff: BackOff, failedAtMs: EpochMs, settings: BackOffSettings): boolean {
  return failedAtMs - backOff.attemptedAtMs > (settings.resetAfterMs ?? RESET_AFTER_MS);
}
