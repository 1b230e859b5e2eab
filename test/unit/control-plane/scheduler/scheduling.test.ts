import { describe, expect, it } from 'vitest';
import { PODS } from '../../../../src/control-plane/resources.js';
import {
  podRequests,
  scoredRequests,
} from '../../../../src/control-plane/scheduler/pod-requests.js';
import { findNode } from '../../../../src/control-plane/scheduler/scheduling-result.js';
import { SchedulingQueue } from '../../../../src/control-plane/scheduler/scheduling-queue.js';
import { isTolerated } from '../../../../src/control-plane/scheduler/tolerations.js';
import type { Container, Pod, PodSpec, Taint, Toleration } from '../../../../src/core/objects.js';
import { aClusterView } from '../../../support/a-cluster-view.js';
import type { ClusterWords } from '../../../support/a-cluster-view.js';
import {
  NAMESPACE,
  START_MS,
  addNode,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type {
  ControlPlaneLab,
  LabNode,
} from '../../../../src/conformance/controllers/control-plane-lab.js';

function aContainer(cpu: string | undefined, extra: Partial<Container> = {}): Container {
  const resources = cpu === undefined ? {} : { resources: { requests: { cpu } } };
  return { name: `c${cpu}${extra.restartPolicy ?? ''}`, image: 'i', ...resources, ...extra };
}

function aPod(name: string, spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: { containers: [aContainer('500m')], ...spec },
  };
}

describe('podRequests', () => {
  it.each<[string, Partial<PodSpec>, number]>([
    ['containers add up', { containers: [aContainer('100m'), aContainer('200m')] }, 300],
    [
      'an init container counts when it asks for more than all others',
      { containers: [aContainer('100m')], initContainers: [aContainer('700m'), aContainer('1m')] },
      700,
    ],
    [
      'a sidecar counts beside the containers',
      {
        containers: [aContainer('100m')],
        initContainers: [aContainer('50m', { restartPolicy: 'Always' })],
      },
      150,
    ],
    [
      'an init container counts with the sidecars started before it',
      {
        containers: [aContainer('100m')],
        initContainers: [aContainer('300m', { restartPolicy: 'Always' }), aContainer('200m')],
      },
      500,
    ],
    ['overhead is added', { containers: [aContainer('100m')], overhead: { cpu: '20m' } }, 120],
    [
      'requests of the pod win',
      { containers: [aContainer('100m')], resources: { requests: { cpu: '2' } } },
      2_000,
    ],
  ])('%s', (_sentence, spec, expected) => {
    expect(podRequests(aPod('p', spec)).get('cpu')).toBe(expected);
  });

  it('scoring assumes 100m and 200Mi of a container that asks for nothing', () => {
    const scored = scoredRequests(aPod('p', { containers: [aContainer(undefined)] }));

    expect(Object.fromEntries(scored)).toEqual({ cpu: 100, memory: 200 * 1024 * 1024 });
  });
});

describe('isTolerated', () => {
  const taint: Taint = { key: 'k', value: 'v', effect: 'NoSchedule' };

  it.each<[string, Toleration, boolean]>([
    ['equal key and value', { key: 'k', value: 'v' }, true],
    ['another value', { key: 'k', value: 'w' }, false],
    ['Exists ignores the value', { key: 'k', operator: 'Exists' }, true],
    ['Exists without a key covers everything', { operator: 'Exists' }, true],
    ['another effect', { operator: 'Exists', effect: 'NoExecute' }, false],
    ['an empty toleration covers nothing', {}, false],
  ])('%s', (_sentence, toleration, expected) => {
    expect(isTolerated(toleration, taint)).toBe(expected);
  });
});

/** The node found for a pod, or the scheduler's words. */
function placeFor(pod: Pod, cluster: ClusterWords): string {
  const result = findNode(pod, aClusterView(cluster));
  return result.kind === 'node' ? result.name : result.message;
}

function unhelpful(count: number): string {
  return ` no new claims to deallocate, preemption: 0/${count} nodes are available: ${count} Preemption is not helpful for scheduling.`;
}

function nodeOf(lab: ControlPlaneLab, name: string): string | undefined {
  return lab.api.get(PODS, { namespace: NAMESPACE, name })?.spec.nodeName;
}

describe('findNode', () => {
  const small = { name: 'n1', cpu: '1', memory: '1Gi', pods: '2' };
  const victimless =
    ' no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
  const busy = aPod('busy', { nodeName: 'n1', containers: [aContainer('800m')] });

  it.each<[string, readonly [Pod, ClusterWords], string]>([
    [
      'the node with most room',
      [aPod('p'), { nodes: [small, { ...small, name: 'n2', cpu: '4' }] }],
      'n2',
    ],
    ['no nodes', [aPod('p'), { nodes: [] }], 'no nodes available to schedule pods'],
    [
      'more than any node has',
      [aPod('p', { containers: [aContainer('3')] }), { nodes: [small, { ...small, name: 'n2' }] }],
      `0/2 nodes are available: 2 Insufficient cpu.${unhelpful(2)}`,
    ],
    [
      'more than is left',
      [aPod('p'), { nodes: [small], placed: [busy] }],
      `0/1 nodes are available: 1 Insufficient cpu.${victimless}`,
    ],
    [
      'too many pods',
      [
        aPod('p', { containers: [aContainer('1m')] }),
        { nodes: [{ ...small, pods: '1' }], placed: [busy] },
      ],
      `0/1 nodes are available: 1 Too many pods.${victimless}`,
    ],
    [
      'a node selector that nothing matches',
      [aPod('p', { nodeSelector: { disk: 'ssd' } }), { nodes: [small] }],
      `0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.${unhelpful(1)}`,
    ],
    [
      'reasons of several nodes, sorted as texts',
      [
        aPod('p'),
        {
          nodes: [
            { ...small, unschedulable: true },
            { ...small, name: 'n2', taints: [{ key: 'k', effect: 'NoSchedule' }] },
            { ...small, name: 'n3', cpu: '100m' },
          ],
        },
      ],
      `0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.${unhelpful(3)}`,
    ],
    [
      'a tolerated taint is no obstacle',
      [
        aPod('p', { tolerations: [{ key: 'k', operator: 'Exists' }] }),
        { nodes: [{ ...small, taints: [{ key: 'k', effect: 'NoSchedule' }] }] },
      ],
      'n1',
    ],
    [
      'a host port that is taken',
      [
        aPod('p', {
          containers: [aContainer('1m', { ports: [{ containerPort: 1, hostPort: 80 }] })],
        }),
        {
          nodes: [small],
          placed: [
            aPod('q', {
              nodeName: 'n1',
              containers: [aContainer('1m', { ports: [{ containerPort: 2, hostPort: 80 }] })],
            }),
          ],
        },
      ],
      `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.${victimless}`,
    ],
  ])('%s', (_sentence, [pod, cluster], expected) => {
    expect(placeFor(pod, cluster)).toBe(expected);
  });
});

describe('SchedulingQueue', () => {
  it('gives the pod of the highest priority first, of equal ones the first that came', () => {
    const queue = new SchedulingQueue();
    for (const [name, priority] of [
      ['a', 0],
      ['b', 10],
      ['c', 0],
      ['d', 10],
    ] as const) {
      queue.activate(aPod(name, { priority }));
    }

    const names = [1, 2, 3, 4, 5].map(() => queue.take());

    expect(names).toEqual(['lab/b', 'lab/d', 'lab/a', 'lab/c', undefined]);
  });

  it('tries a parked pod again after a change that one of the rules cares about', () => {
    const queue = new SchedulingQueue();
    queue.park(aPod('full'), new Set(['NodeResourcesFit']), 0);
    queue.park(aPod('picky'), new Set(['NodeAffinity']), 0);

    const gone = { kind: 'pod-gone', pod: aPod('gone', { nodeName: 'n1' }) } as const;
    expect(queue.notice(gone, 2_000, () => ({}))).toBe(true);

    expect([queue.take(), queue.take()]).toEqual(['lab/full', undefined]);
  });

  it('tries every pod again after five minutes', () => {
    const queue = new SchedulingQueue();
    queue.park(aPod('p'), new Set(['NodeResourcesFit']), 0);

    expect(queue.activateDue(299_000)).toBe(1_000);
    expect(queue.hasActive).toBe(false);
    queue.activateDue(300_000);

    expect(queue.take()).toBe('lab/p');
  });
});

describe('Scheduler', () => {
  const one: LabNode = { name: 'n1', cpu: '1', memory: '4Gi' };
  it('says of a pod that does not fit what it says upstream, and binds it when there is room', () => {
    const lab = controlPlaneLab({ nodes: [one] });
    lab.api.create(PODS, aPod('big', { containers: [aContainer('900m')] }));
    lab.clock.advance(2_000);
    lab.api.create(PODS, aPod('late'));
    lab.clock.advance(2_000);

    const waiting = lab.api.get(PODS, { namespace: NAMESPACE, name: 'late' });
    expect(waiting?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
    ]);
    lab.api.delete(PODS, { namespace: NAMESPACE, name: 'big' });
    lab.clock.advance(2_000);

    expect(nodeOf(lab, 'late')).toBe('n1');
    expect(lab.failures).toEqual([]);
  });

  it('tries again when a node comes that would do, and not for one that would not', () => {
    const lab = controlPlaneLab({ nodes: [one] });
    lab.api.create(PODS, aPod('p', { nodeSelector: { disk: 'ssd' } }));
    lab.clock.advance(1_000);
    const version = (): string | undefined =>
      lab.api.get(PODS, { namespace: NAMESPACE, name: 'p' })?.metadata.resourceVersion;
    const before = version();

    addNode(lab.api, { name: 'n2' });
    lab.clock.advance(1_000);
    expect(version()).toBe(before);
    addNode(lab.api, { name: 'n3', labels: { disk: 'ssd' } });
    lab.clock.advance(1_000);

    expect(nodeOf(lab, 'p')).toBe('n3');
  });

  it('leaves pods alone that name their node, another scheduler or have gates', () => {
    const lab = controlPlaneLab({ nodes: [one] });
    lab.api.create(PODS, aPod('direct', { nodeName: 'elsewhere' }));
    lab.api.create(PODS, aPod('other', { schedulerName: 'other' }));
    lab.api.create(PODS, aPod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
    lab.clock.advance(1_000);

    expect(['direct', 'other', 'gated'].map((name) => nodeOf(lab, name))).toEqual([
      'elsewhere',
      undefined,
      undefined,
    ]);
  });

  it('backs off while there is no node at all', () => {
    const lab = controlPlaneLab({ nodes: [] });
    lab.api.create(PODS, aPod('p'));
    lab.clock.advance(500);

    addNode(lab.api, one);
    lab.clock.advance(400);
    expect(nodeOf(lab, 'p')).toBeUndefined();
    lab.clock.advance(100);

    expect(nodeOf(lab, 'p')).toBe('n1');
    expect(lab.clock.now()).toBe(START_MS + 1_000);
  });
});
