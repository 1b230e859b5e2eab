/** The rules of a container's probes as a pure state machine: when one may run, and what its results mean. */

/** Which of a container's probes. */
export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** What one run of a probe gave. */
export type ProbeOutcome = 'success' | 'failure';

/** How many results in a row change the verdict; both at least 1. */
export interface ProbeThresholds {
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** What a probe knows of its container. */
export interface ProbeState {
  /** What the probe says now; `unknown` only for a startup probe that has not decided. */
  readonly verdict: ProbeOutcome | 'unknown';
  /** Last result, with how many times in a row it came. Both outlive a restart of the container. */
  readonly lastOutcome: ProbeOutcome | undefined;
  readonly run: number;
  /** Nothing more is asked until there is a new container. */
  readonly isOnHold: boolean;
}

/** A container's state as far as it decides whether a probe may run. */
export interface ProbeTarget {
  /** Start of the running container, ms since the epoch; absent when none runs. */
  readonly startedAtMs: number | undefined;
  /** Whether the startup probe, if there is one, has succeeded. */
  readonly isStarted: boolean;
  /** Whether the pod is being deleted. */
  readonly isTerminating: boolean;
}

const INITIAL_VERDICT: Readonly<Record<ProbeKind, ProbeState['verdict']>> = {
  startup: 'unknown',
  readiness: 'failure',
  liveness: 'success',
};

/** The state before the first container: not ready, but alive. */
export function initialProbeState(kind: ProbeKind): ProbeState {
  return { verdict: INITIAL_VERDICT[kind], lastOutcome: undefined, run: 0, isOnHold: false };
}

/**
 * The state once a new container runs. The count of equal results goes on from the old container, so
 * that two liveness failures before a crash leave the next container one failure from being killed.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/prober/worker.go`, `doProbe`.
 */
export function probeStateForNewContainer(state: ProbeState, kind: ProbeKind): ProbeState {
  return { ...state, verdict: INITIAL_VERDICT[kind], isOnHold: false };
}

/**
 * Whether a probe may run now.
 *
 * The delay counts from the container's start *as the API tells it*, cut to whole seconds, and in
 * whole seconds: a container started at 10.9 s with a delay of 5 may be probed from 15.0 s on.
 *
 * @param initialDelaySeconds - whole seconds, at least 0.
 * @param nowMs - ms since the epoch.
 * @see Source: kubernetes 1.36 `pkg/kubelet/prober/worker.go`, `doProbe`.
 */
export function mayProbe(
  probe: {
    readonly kind: ProbeKind;
    readonly state: ProbeState;
    readonly initialDelaySeconds: number;
  },
  target: ProbeTarget,
  nowMs: number,
): boolean {
  if (target.startedAtMs === undefined || probe.state.isOnHold) return false;
  if (target.isTerminating && probe.kind !== 'readiness') return false;
  const startedAtSeconds = Math.floor(target.startedAtMs / 1_000);
  if (Math.trunc(nowMs / 1_000 - startedAtSeconds) < probe.initialDelaySeconds) return false;
  return probe.kind === 'startup' ? !target.isStarted : target.isStarted;
}

/**
 * The state after a result: the verdict changes only once the result came as often in a row as its
 * threshold asks. A failed liveness probe and a decided startup probe go on hold.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/prober/worker.go`, `doProbe`.
 */
export function recordProbeOutcome(
  state: ProbeState,
  outcome: ProbeOutcome,
  probe: { readonly kind: ProbeKind; readonly thresholds: ProbeThresholds },
): ProbeState {
  const run = state.lastOutcome === outcome ? state.run + 1 : 1;
  const threshold =
    outcome === 'success' ? probe.thresholds.successThreshold : probe.thresholds.failureThreshold;
  if (run < threshold) return { ...state, lastOutcome: outcome, run };
  const isOnHold = probe.kind === 'startup' || (probe.kind === 'liveness' && outcome === 'failure');
  return { verdict: outcome, lastOutcome: outcome, run: isOnHold ? 0 : run, isOnHold };
}
