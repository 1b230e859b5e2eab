/** Waits for the service under test, or tells why it is not coming. */
import type { ClusterTarget } from '../cluster/target.js';
import { LabError } from '../core/errors.js';
import { formatDurationMs } from '../core/duration.js';
import type { Deployment, Pod } from '../core/objects.js';
import type { Experiment } from '../experiment/experiment.js';
import type { Clock } from '../time/clock.js';

const POLL_MS = 200;
const LOG_LINES = 10;

/**
 * Resolves when every replica that the Deployment asks for is ready.
 *
 * @throws {LabError} `SERVICE_NEVER_READY` after the experiment's `readyTimeoutMs`, with each pod's
 *   state and the last lines of its log; the signal's reason when it aborts.
 */
export async function waitUntilReady(options: {
  readonly experiment: Experiment;
  readonly target: ClusterTarget;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { experiment, target, clock, signal } = options;
  const { namespace, deployment: name, readyTimeoutMs } = experiment;
  const deadlineMs = clock.now() + readyTimeoutMs;
  for (;;) {
    const deployment = await target.deployment(namespace, name);
    if (deployment !== undefined && isReady(deployment)) return;
    const unpullable = target.kind === 'kubernetes' ? await unpullableImages(options) : [];
    if (unpullable.length > 0) {
      throw new LabError(
        'SERVICE_NEVER_READY',
        `an image cannot be pulled:\n  ${unpullable.join('\n  ')}`,
        {
          hint: '--image names another, --pull-secret a Secret for a private registry; `npm run image` builds and loads the sample service into kind, minikube or k3d',
        },
      );
    }
    if (clock.now() >= deadlineMs) break;
    await clock.sleep(POLL_MS, signal);
  }
  const states = await describePods(target, namespace);
  throw new LabError(
    'SERVICE_NEVER_READY',
    `expected Deployment ${name} to be ready within ${formatDurationMs(readyTimeoutMs)}\n${states}`,
    {
      hint: 'the pods and their last log lines are above; `readyTimeout` in the experiment is the limit',
    },
  );
}

const UNPULLABLE = new Set(['ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName']);

/** What pods under way say of images that will not come; a first failure is tried again, and is not among it. */
async function unpullableImages({
  target,
  experiment: { namespace },
}: {
  readonly target: ClusterTarget;
  readonly experiment: Experiment;
}): Promise<readonly string[]> {
  const waiting = (await target.pods(namespace)).flatMap(({ status }) =>
    (status?.containerStatuses ?? []).flatMap(({ image, state }) => {
      const { reason = '', message = '' } = state?.waiting ?? {};
      return UNPULLABLE.has(reason) ? [`${image}: ${reason} ${message}`.trim()] : [];
    }),
  );
  return [...new Set(waiting)];
}

function isReady({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.readyReplicas ?? 0) >= wanted
  );
}

async function describePods(target: ClusterTarget, namespace: string): Promise<string> {
  const pods = await target.pods(namespace);
  if (pods.length === 0) return '  there are no pods';
  const described = pods.map(async (pod) => {
    const log = await target.podLog({ namespace, name: pod.metadata.name }, LOG_LINES);
    const lines = log.trim() === '' ? ['(wrote nothing)'] : log.trimEnd().split('\n');
    const quoted = lines.map((line) => `    | ${line}`).join('\n');
    return `  pod ${pod.metadata.name}: ${stateOf(pod)}\n${quoted}`;
  });
  return (await Promise.all(described)).join('\n');
}

function stateOf({ status }: Pod): string {
  const containers = (status?.containerStatuses ?? []).map(({ state, restartCount, lastState }) => {
    const waiting = state?.waiting;
    const ended = state?.terminated ?? lastState?.terminated;
    const parts = [
      waiting?.reason === undefined
        ? undefined
        : `${waiting.reason} ${waiting.message ?? ''}`.trim(),
      ended === undefined ? undefined : `ended with exit code ${ended.exitCode}`,
      restartCount > 0 ? `${restartCount} restarts` : undefined,
    ];
    return parts.filter((part) => part !== undefined).join(', ');
  });
  const unmet = (status?.conditions ?? [])
    .filter((condition) => condition.status !== 'True')
    .map(({ type, reason, message }) => `not ${type}: ${message ?? reason ?? 'no reason given'}`);
  return [status?.phase ?? 'Unknown', ...containers, ...unmet].filter((s) => s !== '').join('; ');
}
