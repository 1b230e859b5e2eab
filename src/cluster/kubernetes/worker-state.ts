/** What has become of a load worker's pod, from the pod's own status. */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { INDEX_LABEL } from './worker-job.js';

/** See the file's first line. */
export type WorkerState =
  | { readonly kind: 'running' }
  /** It may still come; `because` says what it waits for. */
  | { readonly kind: 'waiting'; readonly because: string }
  /** It waits for something that does not come by waiting. */
  | { readonly kind: 'stuck'; readonly because: string }
  | { readonly kind: 'ended'; readonly because: string };

/** Reasons of kubelets for which somebody has to do something; kubernetes `pkg/kubelet/images/types.go` and `pkg/kubelet/kuberuntime/kuberuntime_container.go`. */
const STUCK = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
]);

/** The state of a pod with one container. */
export function workerState({ status, spec }: V1Pod): WorkerState {
  const container = status?.containerStatuses?.[0];
  const ended = container?.state?.terminated;
  if (ended !== undefined) return { kind: 'ended', because: endText(ended) };
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') {
    const told = [status.reason, status.message].filter((text) => text !== undefined);
    return {
      kind: 'ended',
      because: told.length === 0 ? `its pod ${status.phase}` : told.join(': '),
    };
  }
  if (container?.state?.running !== undefined) return { kind: 'running' };
  const waiting = container?.state?.waiting;
  if (waiting?.reason !== undefined) {
    const because = [waiting.reason, waiting.message].filter((text) => text !== undefined);
    const kind = STUCK.has(waiting.reason) ? 'stuck' : 'waiting';
    return { kind, because: because.join(': ') };
  }
  const unscheduled = status?.conditions?.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  );
  if (unscheduled !== undefined) {
    return { kind: 'waiting', because: unscheduled.message ?? 'it is not scheduled' };
  }
  return {
    kind: 'waiting',
    because: spec?.nodeName === undefined ? 'it is not scheduled' : 'its container is not started',
  };
}

/** Which worker a pod is, 0 first; undefined when it is none. */
export function workerIndex({ metadata }: V1Pod): number | undefined {
  const text = metadata?.labels?.[INDEX_LABEL] ?? metadata?.annotations?.[INDEX_LABEL];
  const index = text === undefined ? Number.NaN : Number(text);
  return Number.isSafeInteger(index) ? index : undefined;
}

type Terminated = NonNullable<NonNullable<V1ContainerStatus['state']>['terminated']>;

/** Exit codes above tell the signal: 128 and its number. */
const SIGNAL_CODES: Readonly<Record<number, string>> = { 137: ' (SIGKILL)', 143: ' (SIGTERM)' };

function endText({ reason, exitCode, signal }: Terminated): string {
  const code = `exit code ${exitCode}${SIGNAL_CODES[exitCode] ?? ''}`;
  const how = signal === undefined || signal === 0 ? code : `signal ${signal}`;
  return reason === undefined || reason === 'Error' || reason === 'Completed'
    ? `it ended with ${how}`
    : `${reason}, ${how}`;
}
