/** A pod's phase from the states of its containers. */
import type { ContainerStatus, PodPhase, PodSpec } from '../../core/objects.js';

/** What the phase is made of. */
export interface PhaseInput {
  readonly spec: PodSpec;
  readonly containers: readonly ContainerStatus[];
  readonly initContainers: readonly ContainerStatus[];
  /** Whether no container will run any more (the pod is being deleted and all have ended). */
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
  if (init.pending > 0 || counts.waiting > 0) {
    return input.isTerminal ? 'Failed' : 'Pending';
  }
  if (counts.running > 0 && counts.unknown === 0) return 'Running';
  if (counts.running === 0 && counts.stopped > 0 && counts.unknown === 0) {
    if (!input.isTerminal && counts.stopped !== counts.stoppedForGood) return 'Running';
    return counts.stopped === counts.succeeded ? 'Succeeded' : 'Failed';
  }
  return input.isTerminal ? 'Failed' : 'Pending';
}

function countInit(input: PhaseInput): { pending: number; failedForGood: number } {
  let pending = 0;
  let failedForGood = 0;
  for (const container of input.spec.initContainers ?? []) {
    const status = input.initContainers.find((candidate) => candidate.name === container.name);
    const exitCode =
      status?.state?.terminated?.exitCode ??
      (status?.state?.waiting === undefined ? undefined : status.lastState?.terminated?.exitCode);
    if (exitCode === undefined) pending++;
    else if (exitCode !== 0) {
      if (input.spec.restartPolicy === 'Never') failedForGood++;
      else pending++;
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
}

function countContainers({ spec, containers }: PhaseInput): Counts {
  const counts: Counts = {
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
  };
  for (const container of spec.containers) {
    const status = containers.find((candidate) => candidate.name === container.name);
    const ended =
      status?.state?.terminated ??
      (status?.state?.waiting === undefined ? undefined : status.lastState?.terminated);
    if (status?.state?.running !== undefined) counts.running++;
    else if (ended !== undefined) {
      counts.stopped++;
      if (!isRestarted(spec.restartPolicy, ended.exitCode)) counts.stoppedForGood++;
      if (status?.state?.terminated?.exitCode === 0) counts.succeeded++;
    } else if (status?.state?.waiting === undefined) counts.unknown++;
    else counts.waiting++;
  }
  return counts;
}

/** Whether a container that ended so is started again. An absent policy is `Always`. */
export function isRestarted(policy: PodSpec['restartPolicy'], exitCode: number): boolean {
  if (policy === 'Never') return false;
  return policy === 'OnFailure' ? exitCode !== 0 : true;
}
