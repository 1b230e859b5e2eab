/** How a start of a container went: while it runs, once it has ended, and seen from a later kubelet. */
import { kubeTime } from '../../core/kube-time.js';
import type { ContainerState, ContainerStatus } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { ContainerEvent, RunningContainer } from '../pod-runtime.js';

/** One start of a container. */
export interface Run {
  readonly container: RunningContainer;
  startedAtMs: EpochMs | undefined;
  containerID: string | undefined;
  /** It has ended, which the kubelet may not have seen yet. */
  hasExited: boolean;
}

/** What a status says of a container that has ended. */
export type Ended = NonNullable<ContainerState['terminated']>;

/** A container ended by itself or because it was told to. */
export type Exit = Extract<ContainerEvent, { kind: 'exited' }>;

/** What is known of the starts before this kubelet's. */
interface Past {
  readonly starts: number;
  readonly containerID: string;
  readonly lastEnded: Ended | undefined;
}

/** @see Source: containerd `internal/cri/server/restart.go`: the exit of a container that is found dead. */
const UNSEEN_END = { exitCode: 255, reason: 'Unknown' };

/** The end of a start, as a status tells it. */
export function terminated(run: Run, event: Exit): Ended {
  const reason = event.isOutOfMemory ? 'OOMKilled' : event.exitCode === 0 ? 'Completed' : 'Error';
  return {
    exitCode: event.exitCode,
    ...(event.signal === undefined ? {} : { signal: event.signal }),
    reason,
    ...(event.message === undefined || event.message === '' ? {} : { message: event.message }),
    startedAt: kubeTime(run.startedAtMs ?? event.atMs),
    finishedAt: kubeTime(event.atMs),
    ...(run.containerID === undefined ? {} : { containerID: run.containerID }),
  };
}

/**
 * The past of a container of which a status is left from before the kubelet was started anew, as after a
 * reboot: what ran then has ended unseen. Absent when it never ran.
 */
export function pastOf(before: ContainerStatus | undefined, nowMs: EpochMs): Past | undefined {
  if (before?.containerID === undefined) return undefined;
  const { containerID, restartCount, state, lastState } = before;
  const now = kubeTime(nowMs);
  const unseen =
    state?.running === undefined
      ? undefined
      : {
          ...UNSEEN_END,
          startedAt: state.running.startedAt ?? now,
          finishedAt: now,
          containerID,
        };
  return {
    starts: restartCount + 1,
    containerID,
    lastEnded: unseen ?? state?.terminated ?? lastState?.terminated,
  };
}
