import { describe, expect, it } from 'vitest';
import { humanDuration } from '../../../../src/control-plane/kinds/columns/human-duration.js';
import {
  POD_COLUMNS,
  podStatusText,
} from '../../../../src/control-plane/kinds/columns/pod-columns.js';
import type { ContainerState, Pod, PodStatus } from '../../../../src/core/objects.js';

describe('humanDuration', () => {
  const cases = [
    { ms: -5_000, text: '<invalid>' },
    { ms: 0, text: '0s' },
    { ms: 119_000, text: '119s' },
    { ms: 120_000, text: '2m' },
    { ms: 150_000, text: '2m30s' },
    { ms: 600_000, text: '10m' },
    { ms: 10_800_000, text: '3h' },
    { ms: 11_400_000, text: '3h10m' },
    { ms: 36_000_000, text: '10h' },
    { ms: 180_000_000, text: '2d2h' },
    { ms: 864_000_000, text: '10d' },
    { ms: 73_440_000_000, text: '2y120d' },
  ];
  it.each(cases)('$ms ms is $text', ({ ms, text }) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

function pod(status: PodStatus, deletionTimestamp?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
    spec: {
      containers: [{ name: 'app', image: 'a' }],
      initContainers: [{ name: 'init', image: 'i' }],
    },
    status,
  };
}

function running(state: ContainerState, ready = false): PodStatus {
  const container = { name: 'app', image: 'a', imageID: '', ready, restartCount: 0, state };
  return { phase: 'Running', containerStatuses: [container] };
}

describe('podStatusText', () => {
  const cases = [
    {
      name: 'the phase when there is nothing else',
      pod: pod({ phase: 'Pending' }),
      text: 'Pending',
    },
    {
      name: 'what a container waits for',
      pod: pod(running({ waiting: { reason: 'CrashLoopBackOff' } })),
      text: 'CrashLoopBackOff',
    },
    {
      name: 'why a container ended',
      pod: pod(running({ terminated: { exitCode: 137, reason: 'OOMKilled' } })),
      text: 'OOMKilled',
    },
    {
      name: 'the exit code without a reason',
      pod: pod(running({ terminated: { exitCode: 3 } })),
      text: 'ExitCode:3',
    },
    {
      name: 'the signal without a reason',
      pod: pod(running({ terminated: { exitCode: 137, signal: 9 } })),
      text: 'Signal:9',
    },
    {
      name: 'Running for a container that runs',
      pod: pod(running({ running: {} }, true)),
      text: 'Running',
    },
    {
      name: 'Terminating while it is being deleted',
      pod: pod(running({ running: {} }, true), '2026-11-23T06:00:00Z'),
      text: 'Terminating',
    },
    {
      name: 'the reason of the pod itself',
      pod: pod({ phase: 'Failed', reason: 'Evicted' }),
      text: 'Evicted',
    },
    {
      name: 'how far init containers are',
      pod: pod({
        phase: 'Pending',
        initContainerStatuses: [
          {
            name: 'init',
            image: 'i',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { running: {} },
          },
        ],
      }),
      text: 'Init:0/1',
    },
  ];
  it.each(cases)('shows $name', ({ pod: shown, text }) => {
    expect(podStatusText(shown)).toBe(text);
  });
});

const ready = (name: string, restartCount: number) => ({
  name,
  image: 'a',
  imageID: '',
  ready: true,
  started: true,
  restartCount,
  state: { running: {} },
  lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-23T06:00:00Z' } },
});

describe('the columns of a pod with a sidecar', () => {
  it('count it: ready with the containers, restarts too', () => {
    const shown: Pod = {
      ...pod({
        phase: 'Running',
        conditions: [{ type: 'Initialized', status: 'True' }],
        initContainerStatuses: [ready('proxy', 2)],
        containerStatuses: [ready('app', 1)],
      }),
      spec: {
        containers: [{ name: 'app', image: 'a' }],
        initContainers: [{ name: 'proxy', image: 'p', restartPolicy: 'Always' }],
      },
    };
    const nowMs = Date.UTC(2026, 10, 23, 6, 0, 42);

    const cells = POD_COLUMNS.map((column) => [column.name, column.cell(shown, nowMs)]);

    expect(Object.fromEntries(cells)).toMatchObject({
      Ready: '2/2',
      Status: 'Running',
      Restarts: '3 (42s ago)',
    });
  });
});
