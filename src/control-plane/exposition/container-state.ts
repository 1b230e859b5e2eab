/** Containers of pods as kube-state-metrics tells them. */
import { kubeTimeMs } from '../../core/kube-time.js';
import type { ExpositionSample } from '../../core/exposition-text.js';
import type { Container, ContainerStatus, Pod } from '../../core/objects.js';
import { flag, info, resourceSample, type StateFamily } from './state-family.js';

/** Which containers of a pod are meant: its own, or those that prepare it. */
export interface ContainerChoice {
  readonly containers: (pod: Pod) => readonly Container[];
  readonly statuses: (pod: Pod) => readonly ContainerStatus[];
}

/**
 * The families about containers.
 *
 * @see Source: kube-state-metrics `internal/store/pod.go`.
 */
export function containerFamilies(
  prefix: string,
  { containers, statuses }: ContainerChoice,
): readonly StateFamily<Pod>[] {
  const ofStatus =
    (make: (status: ContainerStatus) => readonly ExpositionSample[]) =>
    (pod: Pod): readonly ExpositionSample[] =>
      statuses(pod).flatMap((status) =>
        make(status).map(({ labels, value }) => ({
          labels: { container: status.name, ...labels },
          value,
        })),
      );
  return [
    {
      name: `${prefix}_info`,
      help: 'Information about a container in a pod.',
      of: (pod) =>
        containers(pod).flatMap(({ name, image }) => {
          const status = statuses(pod).find((each) => each.name === name);
          return status === undefined
            ? []
            : [
                info({
                  container: name,
                  image_spec: image,
                  image: status.image,
                  image_id: status.imageID,
                  container_id: status.containerID ?? '',
                }),
              ];
        }),
    },
    ...(['requests', 'limits'] as const).map((side) => ({
      name: `${prefix}_resource_${side}`,
      help:
        side === 'requests'
          ? 'The number of requested request resource by a container.'
          : 'The number of requested limit resource by a container.',
      of: (pod: Pod) =>
        containers(pod).flatMap(({ name, resources }) =>
          Object.entries(resources?.[side] ?? {}).flatMap(([resource, quantity]) =>
            resourceSample(resource, quantity, { container: name, node: pod.spec.nodeName ?? '' }),
          ),
        ),
    })),
    ...statusFamilies(prefix, ofStatus),
    ...endFamilies(prefix, ofStatus),
  ];
}

type OfStatus = (
  make: (status: ContainerStatus) => readonly ExpositionSample[],
) => (pod: Pod) => readonly ExpositionSample[];

function statusFamilies(prefix: string, ofStatus: OfStatus): readonly StateFamily<Pod>[] {
  return [
    {
      name: `${prefix}_status_restarts_total`,
      type: 'counter',
      help: 'The number of container restarts per container.',
      of: ofStatus(({ restartCount }) => [{ labels: {}, value: restartCount }]),
    },
    {
      name: `${prefix}_status_ready`,
      help: 'Describes whether the containers readiness check succeeded.',
      of: ofStatus(({ ready }) => [{ labels: {}, value: flag(ready) }]),
    },
    ...(['waiting', 'running', 'terminated'] as const).map((state) => ({
      name: `${prefix}_status_${state}`,
      help: `Describes whether the container is currently in ${state} state.`,
      of: ofStatus((status) => [{ labels: {}, value: flag(status.state?.[state] !== undefined) }]),
    })),
    {
      name: `${prefix}_status_waiting_reason`,
      help: 'Describes the reason the container is currently in waiting state.',
      of: ofStatus(({ state }) =>
        state?.waiting === undefined ? [] : [info({ reason: state.waiting.reason ?? '' })],
      ),
    },
    {
      name: `${prefix}_status_terminated_reason`,
      help: 'Describes the reason the container is currently in terminated state.',
      of: ofStatus(({ state }) =>
        state?.terminated === undefined ? [] : [info({ reason: state.terminated.reason ?? '' })],
      ),
    },
    {
      name: `${prefix}_state_started`,
      help: 'Start time in unix timestamp for a pod container.',
      of: ofStatus(({ state }) =>
        unixTime(state?.running?.startedAt ?? state?.terminated?.startedAt),
      ),
    },
  ];
}

function endFamilies(prefix: string, ofStatus: OfStatus): readonly StateFamily<Pod>[] {
  return [
    {
      name: `${prefix}_status_last_terminated_reason`,
      help: 'Describes the last reason the container was in terminated state.',
      of: ofStatus(({ lastState }) =>
        lastState?.terminated === undefined
          ? []
          : [info({ reason: lastState.terminated.reason ?? '' })],
      ),
    },
    {
      name: `${prefix}_status_last_terminated_exitcode`,
      help: 'Describes the exit code for the last container in terminated state.',
      of: ofStatus(({ lastState }) =>
        lastState?.terminated === undefined
          ? []
          : [{ labels: {}, value: lastState.terminated.exitCode }],
      ),
    },
    {
      name: `${prefix}_status_last_terminated_timestamp`,
      help: 'Last terminated time for a pod container in unix timestamp.',
      of: ofStatus(({ lastState }) => unixTime(lastState?.terminated?.finishedAt)),
    },
  ];
}

function unixTime(time: string | undefined): readonly ExpositionSample[] {
  const ms = kubeTimeMs(time);
  return ms === undefined ? [] : [{ labels: {}, value: ms / 1_000 }];
}
