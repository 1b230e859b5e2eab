/** Whether a container that ended is started again. */
import type { Container, PodSpec } from '../../core/objects.js';

/** What a container is to its pod: `sidecar` is an init container that is restarted always. */
export type ContainerRole = 'init' | 'sidecar' | 'main';

/** The role of one of a pod's init containers. */
export function initRole(container: Container): 'init' | 'sidecar' {
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init';
}

/**
 * Whether a container is started again after that exit: its own rules first, then its own policy, then
 * the pod's. An absent policy is `Always`.
 *
 * @see Source: kubernetes 1.36 `pkg/api/v1/pod/util.go`, `ContainerShouldRestart`.
 */
export function isRestarted(
  container: Pick<Container, 'restartPolicy' | 'restartPolicyRules'>,
  podPolicy: PodSpec['restartPolicy'],
  exitCode: number,
): boolean {
  if (container.restartPolicy === undefined) return byPolicy(podPolicy, exitCode);
  const hasRule = (container.restartPolicyRules ?? []).some(
    ({ action, exitCodes }) => action === 'Restart' && matches(exitCodes, exitCode),
  );
  return hasRule || byPolicy(container.restartPolicy, exitCode);
}

/** Whether a container is started again after a failure, whatever its exit code. */
export function isRestartedOnFailure(
  container: Container,
  podPolicy: PodSpec['restartPolicy'],
): boolean {
  return (container.restartPolicy ?? podPolicy) !== 'Never';
}

function byPolicy(policy: string | undefined, exitCode: number): boolean {
  if (policy === 'Never') return false;
  return policy === 'OnFailure' ? exitCode !== 0 : true;
}

function matches(
  exitCodes: { readonly operator: string; readonly values?: readonly number[] } | undefined,
  exitCode: number,
): boolean {
  if (exitCodes === undefined) return false;
  const isListed = exitCodes.values?.includes(exitCode) ?? false;
  return exitCodes.operator === 'NotIn' ? !isListed : isListed;
}
