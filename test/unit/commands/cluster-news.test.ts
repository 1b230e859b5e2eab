import { describe, expect, it } from 'vitest';
import { hpaNews, newsLine, nodeNews, podNews } from '../../../src/commands/cluster-news.js';
import type { HpaSyncRecord } from '../../../src/control-plane/controllers/horizontal-pod-autoscaler.js';
import type { Node, Pod } from '../../../src/core/objects.js';

function aPod(status: Pod['status'] = {}, more: Partial<Pod> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'lab' },
    spec: { containers: [{ name: 'c', image: 'app:1' }], nodeName: 'n1' },
    status,
    ...more,
  };
}

const READY = { conditions: [{ type: 'Ready', status: 'True' }] } as const;
const container = (fields: object) => ({
  containerStatuses: [
    { name: 'c', image: 'app:1', imageID: '', ready: false, restartCount: 0, ...fields },
  ],
});

describe('what is told of a pod', () => {
  it.each<{
    readonly name: string;
    readonly previous?: Pod;
    readonly object: Pod;
    readonly told: readonly string[];
  }>([
    { name: 'a new one', object: aPod({}, { spec: { containers: [] } }), told: ['created'] },
    {
      name: 'one that got a node',
      previous: aPod({}, { spec: { containers: [] } }),
      object: aPod(),
      told: ['on node n1'],
    },
    { name: 'one that became ready', previous: aPod(), object: aPod(READY), told: ['ready'] },
    {
      name: 'one that is ready no more',
      previous: aPod(READY),
      object: aPod(),
      told: ['not ready any more'],
    },
    { name: 'one that stays as it is', previous: aPod(READY), object: aPod(READY), told: [] },
    {
      name: 'one whose image is not there',
      previous: aPod(container({ state: { waiting: { reason: 'ContainerCreating' } } })),
      object: aPod(container({ state: { waiting: { reason: 'ErrImagePull' } } })),
      told: ['c waits: ErrImagePull'],
    },
    {
      name: 'one whose container was restarted',
      previous: aPod(container({})),
      object: aPod(
        container({
          restartCount: 1,
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        }),
      ),
      told: ['c was restarted (1): OOMKilled, exit code 137'],
    },
    {
      name: 'one that fits no node',
      previous: aPod(),
      object: aPod({
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }],
      }),
      told: ['0/1 nodes are available'],
    },
    {
      name: 'one that is done',
      previous: aPod(),
      object: aPod({ phase: 'Succeeded' }),
      told: ['succeeded'],
    },
  ])('$name', ({ previous, object, told }) => {
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    const news = podNews({ type, object, ...(previous === undefined ? {} : { previous }) });

    expect(news.map(({ what }) => what)).toEqual(told);
  });

  it('is a line with its name', () => {
    const [news] = podNews({ type: 'DELETED', object: aPod() });

    expect(news === undefined ? '' : newsLine(news)).toBe('pod lab/web-1: gone');
  });
});

function aNode(status: 'True' | 'Unknown', unschedulable = false): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec: unschedulable ? { unschedulable } : {},
    status: { conditions: [{ type: 'Ready', status }] },
  };
}

function toldOf(object: Node, previous: Node): readonly string[] {
  return nodeNews({ type: 'MODIFIED', object, previous }).map(newsLine);
}

it('a node is told of when it comes, is lost or is closed', () => {
  expect(toldOf(aNode('Unknown'), aNode('True'))).toEqual(['node n1: not ready']);
  expect(toldOf(aNode('True', true), aNode('True'))).toEqual([
    'node n1: ready, scheduling disabled',
  ]);
  expect(toldOf(aNode('True'), aNode('True'))).toEqual([]);
});

function record(kind: 'rescale' | 'hold'): HpaSyncRecord {
  return {
    namespace: 'lab',
    name: 'web',
    decision: {
      kind,
      atMs: 0,
      fromReplicas: 3,
      toReplicas: 6,
      reason: 'cpu resource utilization (percentage of request) above target',
      steps: [],
      error: undefined,
    },
    sync: {
      scale: { kind: 'found', specReplicas: 3, statusReplicas: 3, selector: '' },
      pods: [],
      resources: { kind: 'pods', items: [] },
    },
  };
}

it('an HPA is told of only when it changes the size', () => {
  expect(hpaNews(record('hold'))).toEqual([]);
  expect(hpaNews(record('rescale')).map(newsLine)).toEqual([
    'hpa lab/web: 3 -> 6 (cpu resource utilization (percentage of request) above target)',
  ]);
});
