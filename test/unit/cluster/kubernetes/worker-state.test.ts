import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { workerIndex, workerState } from '../../../../src/cluster/kubernetes/worker-state.js';

type Status = NonNullable<V1Pod['status']>;
type State = NonNullable<NonNullable<Status['containerStatuses']>[number]['state']>;

const cases: readonly {
  readonly name: string;
  readonly status: Status;
  readonly state: ReturnType<typeof workerState>;
}[] = [
  {
    name: 'one whose container runs is running',
    status: { phase: 'Running', ...container({ running: {} }) },
    state: { kind: 'running' },
  },
  {
    name: 'one whose image is being pulled may still come',
    status: { phase: 'Pending', ...container({ waiting: { reason: 'ContainerCreating' } }) },
    state: { kind: 'waiting', because: 'ContainerCreating' },
  },
  {
    name: 'one whose first pull failed may still come',
    status: { phase: 'Pending', ...container({ waiting: { reason: 'ErrImagePull' } }) },
    state: { kind: 'waiting', because: 'ErrImagePull' },
  },
  {
    name: 'one whose image cannot be pulled is stuck, with the registry’s words',
    status: {
      phase: 'Pending',
      ...container({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } }),
    },
    state: { kind: 'stuck', because: 'ImagePullBackOff: not found' },
  },
  {
    name: 'one that no node has room for may still come, with the scheduler’s words',
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }],
    },
    state: { kind: 'waiting', because: '0/3 nodes are available' },
  },
  {
    name: 'one that nothing is known of is not scheduled',
    status: { phase: 'Pending' },
    state: { kind: 'waiting', because: 'it is not scheduled' },
  },
  {
    name: 'one that was killed for its memory says so',
    status: {
      phase: 'Failed',
      ...container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
    },
    state: { kind: 'ended', because: 'OOMKilled, exit code 137 (SIGKILL)' },
  },
  {
    name: 'one that failed by itself tells its exit code',
    status: { phase: 'Failed', ...container({ terminated: { exitCode: 1, reason: 'Error' } }) },
    state: { kind: 'ended', because: 'it ended with exit code 1' },
  },
  {
    name: 'one that was evicted has ended, with the kubelet’s words',
    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' },
    state: { kind: 'ended', because: 'Evicted: The node was low on memory.' },
  },
  {
    name: 'one that is done has ended',
    status: { phase: 'Succeeded' },
    state: { kind: 'ended', because: 'its pod Succeeded' },
  },
];

describe("a load worker's pod", () => {
  it.each(cases)('$name', ({ status, state }) => {
    expect(workerState({ status })).toEqual(state);
  });
});

describe('the index of a load worker', () => {
  const key = 'batch.kubernetes.io/job-completion-index';

  it.each([
    { name: 'is its label', metadata: { labels: { [key]: '7' } }, index: 7 },
    { name: 'is its annotation', metadata: { annotations: { [key]: '0' } }, index: 0 },
    { name: 'is none of another pod', metadata: {}, index: undefined },
    { name: 'is none that is no number', metadata: { labels: { [key]: 'x' } }, index: undefined },
  ])('$name', ({ metadata, index }) => {
    expect(workerIndex({ metadata })).toBe(index);
  });
});

function container(state: State): Pick<Status, 'containerStatuses'> {
  return {
    containerStatuses: [
      { name: 'load-worker', image: 'i', imageID: '', ready: false, restartCount: 0, state },
    ],
  };
}
