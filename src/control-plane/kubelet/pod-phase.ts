/** A pod's phase from the states of its containers. */
import type { ContainerStatus, PodPhase, PodSpec } from '../../core/objects.js';
import { initRole, isRestarted } from './restart-rules.js';

/** What the phase is made of. */
export interface PhaseInput {
  readonly spec: PodSpec;
  readonly containers: readonly ContainerStatus[];
  readonly initContainers: readonly ContainerStatus[];
  /** Whether no container will run any more (the pod is at its end and all of it has ended). */
  readonly isTerminal: boolean;
}

/**
 * The phase, as upstream counts it.
 *
 * @see Source: kubernetes 1.36 `pkg/kubelet/kubelet_pods.go`, `getPhase`.
 */
export function podPhase(input: PhaseInput): PodPhase {
  const init = countInit(input);
  if (init.failedForGood > 0) return 'Failed';
  const counts = countContainers(input);
  countSidecars(input, counts);
  const isInitializing =
    init.pending > 0 || (counts.pendingSidecars > 0 && !hasInitialized(input.containers));
  if (isInitializing || counts.waiting > 0) return input.isTerminal ? 'Failed' : 'Pending';
  if (counts.running > 0 && counts.unknown === 0) return 'Running';
  if (counts.running === 0 && counts.stopped > 0 && counts.unknown === 0) {
    if (!input.isTerminal && counts.stopped !== counts.stoppedForGood) return 'Running';
    return counts.stopped === counts.succeeded ? 'Succeeded' : 'Failed';
  }
  return input.isTerminal ? 'Failed' : 'Pending';
}

/** Whether any of the containers proper has run: the pod's initialization is over, for good. */
export function hasInitialized(containers: readonly ContainerStatus[]): boolean {
  return containers.some(
    ({ state, lastState }) =>
      state?.running !== undefined ||
      state?.terminated !== undefined ||
      lastState?.terminated !== undefined,
  );
}

function countInit(input: PhaseInput): { pending: number; failedForGood: number } {
  let pending = 0;
  let failedForGood = 0;
  for (const container of input.spec.initContainers ?? []) {
    if (initRole(container) === 'sidecar') continue;
    const exitCode = endOf(statusOf(input.initContainers, container.name))?.exitCode;
    if (exitCode === undefined) pending++;
    else if (exitCode !== 0) {
      if (isRestarted(container, input.spec.restartPolicy, exitCode)) pending++;
      else failedForGood++;
    }
  }
  return { pending, failedForGood };
}

interface Counts {
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  stoppedForGood: number;
  succeeded: number;
  /** Sidecars that have not started yet. */
  pendingSidecars: number;
}

function countContainers({ spec, containers }: PhaseInput): Counts {
  const counts: Counts = {
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
    pendingSidecars: 0,
  };
  for (const container of spec.containers) {
    const status = statusOf(containers, container.name);
    const ended = endOf(status);
    if (status?.state?.running !== undefined) counts.running++;
    else if (ended !== undefined) {
      counts.stopped++;
      if (!isRestarted(container, spec.restartPolicy, ended.exitCode)) counts.stoppedForGood++;
      if (status?.state?.terminated?.exitCode === 0) counts.succeeded++;
    } else if (status?.state?.waiting === undefined) counts.unknown++;
    else counts.waiting++;
  }
  return counts;
}

/** A sidecar that has ended once does not count any more: the phase is that of the containers proper. */
function countSidecars({ spec, initContainers }: PhaseInput, counts: Counts): void {
  for (const container of spec.initContainers ?? []) {
    if (initRole(container) === 'init') continue;
    const status = statusOf(initContainers, container.name);
    if (status?.state?.running !== undefined) {
      counts.running++;
      if (status.started !== true) counts.pendingSidecars++;
    } else if (endOf(status) === undefined) {
      counts.pendingSidecars++;
      if (status?.state?.waiting === undefined) counts.unknown++;
      else counts.waiting++;
    }
  }
}

/** How it ended: now, or before it began to wait. */
function endOf(status: ContainerStatus | undefined) {
  return (
    status?.state?.terminated ??
    (status?.state?.waiting === undefined ? undefined : status.lastState?.terminated)
  );
}

function statusOf(statuses: readonly ContainerStatus[], name: string): ContainerStatus | undefined {
  return statuses.find((candidate) => candidate.name === name);
}
