/** Making room: which pods go, which stay, what is said. */
import { describe, expect, it } from 'vitest';
import { EVENTS, PODS } from '../../../../src/control-plane/resources.js';
import { SchedulingCycle } from '../../../../src/control-plane/scheduler/scheduling-cycle.js';
import { findVictims } from '../../../../src/control-plane/scheduler/preemption.js';
import type { DisruptionBudget } from '../../../../src/control-plane/scheduler/preemption.js';
import type { RefusedNode } from '../../../../src/control-plane/scheduler/scheduling-cycle.js';
import { findNode } from '../../../../src/control-plane/scheduler/scheduling-result.js';
import {
  NAMESPACE,
  controlPlaneLab,
} from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { ControlPlaneLab } from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { Pod, PodSpec, PodStatus } from '../../../../src/core/objects.js';
import { aClusterView } from '../../../support/a-cluster-view.js';
import type { ClusterWords } from '../../../support/a-cluster-view.js';

function aPod(
  name: string,
  { cpu = '1', ...spec }: Partial<PodSpec> & { readonly cpu?: string } = {},
  status?: PodStatus,
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { app: name.slice(0, 1) } },
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }],
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

const URGENT = aPod('urgent', { priority: 100, cpu: '2' });

interface Case {
  readonly cluster: ClusterWords;
  readonly pod?: Pod;
  readonly budgets?: readonly DisruptionBudget[];
}

/** `n1: a b`, or why no room is made. */
function roomFor({ cluster, pod = URGENT, budgets = [] }: Case): string {
  const result = findNode(pod, aClusterView(cluster), () => budgets);
  if (result.kind === 'node') return `fits on ${result.name}`;
  const { preemption } = result;
  if (preemption?.kind !== 'victims') return preemption?.message ?? '';
  const names = preemption.victims.map(({ metadata }) => metadata.name);
  return `${preemption.node}: ${names.join(' ')}`;
}

const n1 = { name: 'n1', cpu: '3' };
const n2 = { name: 'n2', cpu: '3' };
const on = (name: string, nodeName: string, spec: Parameters<typeof aPod>[1] = {}): Pod =>
  aPod(name, { nodeName, ...spec });
const budget = (app: string, disruptionsAllowed: number): DisruptionBudget => ({
  namespace: NAMESPACE,
  selector: { matchLabels: { app } },
  disruptionsAllowed,
  disruptedPods: new Set(),
});

describe('findVictims', () => {
  it.each<[string, Case, string]>([
    [
      'only as many as must go',
      { cluster: { nodes: [n1], placed: [on('a', 'n1'), on('b', 'n1'), on('c', 'n1')] } },
      'n1: b c',
    ],
    [
      'the least important go',
      {
        cluster: {
          nodes: [n1],
          placed: [
            on('a', 'n1', { priority: 1 }),
            on('b', 'n1', { priority: 9 }),
            on('c', 'n1', { priority: 5 }),
          ],
        },
      },
      'n1: c a',
    ],
    [
      'nobody of the same priority',
      {
        cluster: { nodes: [n1], placed: [on('a', 'n1', { priority: 100, cpu: '3' })] },
      },
      '0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'what would not help says what is in the way',
      {
        cluster: {
          nodes: [n1],
          placed: [on('a', 'n1', { priority: 100, cpu: '2' }), on('b', 'n1')],
        },
      },
      '0/1 nodes are available: 1 Insufficient cpu.',
    ],
    [
      'a node that no removal helps is not looked at',
      {
        cluster: {
          nodes: [
            { ...n1, unschedulable: true },
            { ...n2, cpu: '1' },
          ],
          placed: [],
        },
      },
      '0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    ],
    [
      'who must not preempt does not',
      {
        pod: { ...URGENT, spec: { ...URGENT.spec, preemptionPolicy: 'Never' } },
        cluster: { nodes: [n1], placed: [on('a', 'n1', { cpu: '3' })] },
      },
      'not eligible due to preemptionPolicy=Never.',
    ],
    [
      'the node where the less important go',
      {
        cluster: {
          nodes: [n1, n2],
          placed: [
            on('a', 'n1', { priority: 5, cpu: '3' }),
            on('b', 'n2', { priority: 4, cpu: '3' }),
          ],
        },
      },
      'n2: b',
    ],
    [
      'the node where fewer go, of equal priority',
      {
        cluster: {
          nodes: [n1, n2],
          placed: [on('a', 'n1'), on('b', 'n1'), on('c', 'n1'), on('d', 'n2', { cpu: '3' })],
        },
      },
      'n2: d',
    ],
    [
      'the node whose victims were started last',
      {
        cluster: {
          nodes: [n1, n2],
          placed: [
            aPod('a', { nodeName: 'n1', cpu: '3' }, { startTime: '2026-11-23T06:00:00Z' }),
            aPod('b', { nodeName: 'n2', cpu: '3' }, { startTime: '2026-11-23T06:00:05Z' }),
          ],
        },
      },
      'n2: b',
    ],
    [
      'rather another node than a violated budget, however unimportant the pods',
      {
        cluster: {
          nodes: [n1, n2],
          placed: [on('a', 'n1', { cpu: '3' }), on('b', 'n2', { priority: 50, cpu: '3' })],
        },
        budgets: [budget('a', 0)],
      },
      'n2: b',
    ],
    [
      'rather the more important than one that a budget protects',
      {
        cluster: {
          nodes: [n1],
          placed: [on('a', 'n1', { cpu: '2' }), on('b', 'n1', { priority: 9, cpu: '1' })],
        },
        pod: aPod('urgent', { priority: 100, cpu: '1' }),
        budgets: [budget('a', 0)],
      },
      'n1: b',
    ],
    [
      'a violated budget rather than no room',
      {
        cluster: { nodes: [n1], placed: [on('a', 'n1', { cpu: '3' })] },
        budgets: [budget('a', 0)],
      },
      'n1: a',
    ],
    [
      'who stands in the way by anti-affinity goes',
      {
        cluster: {
          nodes: [n1],
          placed: [on('a', 'n1', { cpu: '10m' }), on('b', 'n1', { cpu: '10m' })],
        },
        pod: aPod('urgent', {
          priority: 100,
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  topologyKey: 'kubernetes.io/hostname',
                  labelSelector: { matchLabels: { app: 'b' } },
                },
              ],
            },
          },
        }),
      },
      'n1: b',
    ],
    [
      'the room of another of its priority is not taken',
      {
        cluster: {
          nodes: [n1],
          nominated: [aPod('first', { priority: 100, cpu: '3' }, { nominatedNodeName: 'n1' })],
        },
      },
      '0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'the room of a less important one is',
      {
        cluster: {
          nodes: [n1],
          nominated: [aPod('first', { priority: 9, cpu: '3' }, { nominatedNodeName: 'n1' })],
        },
      },
      'fits on n1',
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(roomFor(given)).toBe(expected);
  });

  it('waits while a victim on the node that was chosen is still going', () => {
    const victim: Pod = {
      ...on('a', 'n1', { cpu: '3' }),
      status: {
        conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
      },
    };
    const going = { ...victim, metadata: { ...victim.metadata, deletionTimestamp: 'x' } };
    const pod = { ...URGENT, status: { nominatedNodeName: 'n1' } };
    const cycle = new SchedulingCycle(pod, aClusterView({ nodes: [n1, n2], placed: [going] }));
    const refused = new Map<string, RefusedNode>([
      ['n1', { plugin: 'NodeResourcesFit', refusal: { reasons: ['r'], isFinal: false } }],
    ]);

    expect(findVictims(cycle, refused, () => [])).toEqual({
      kind: 'none',
      message: 'not eligible due to a terminating pod on the nominated node.',
      clearsNomination: false,
    });
  });
});

function stored(lab: ControlPlaneLab, name: string): Pod | undefined {
  return lab.api.get(PODS, { namespace: NAMESPACE, name });
}

/** Priorities are given by admission: the classes that are always there will do. */
function critical(name: string, cpu: string): Pod {
  return aPod(name, { cpu, priorityClassName: 'system-cluster-critical' });
}

describe('Scheduler, making room', () => {
  it('nominates the node, marks and deletes the victim, and binds when it is gone', () => {
    const lab = controlPlaneLab({ nodes: [{ name: 'n1', cpu: '1' }], rules: [{ graceMs: 2_000 }] });
    lab.api.create(PODS, aPod('low'));
    lab.clock.advance(2_000);
    lab.api.create(PODS, critical('high', '1'));
    lab.clock.advance(100);

    expect(stored(lab, 'high')?.status).toMatchObject({
      nominatedNodeName: 'n1',
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/1 nodes are available: 1 Insufficient cpu.',
        },
      ],
    });
    expect(stored(lab, 'low')?.metadata.deletionTimestamp).toBeDefined();
    expect(stored(lab, 'low')?.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      }),
    );
    const uid = stored(lab, 'high')?.metadata.uid ?? '';
    expect(lab.api.list(EVENTS).items).toContainEqual(
      expect.objectContaining({
        reason: 'Preempted',
        action: 'Preempting',
        message: `Preempted by pod ${uid} on node n1`,
      }),
    );

    lab.clock.advance(3_000);

    expect(stored(lab, 'high')?.spec.nodeName).toBe('n1');
    expect(stored(lab, 'high')?.status?.nominatedNodeName).toBeUndefined();
    expect(lab.failures).toEqual([]);
  });

  it('keeps the room from those that are less important', () => {
    const lab = controlPlaneLab({ nodes: [{ name: 'n1', cpu: '1' }], rules: [{ graceMs: 2_000 }] });
    lab.api.create(PODS, aPod('low'));
    lab.clock.advance(2_000);
    lab.api.create(PODS, critical('high', '1'));
    lab.clock.advance(100);
    lab.api.create(PODS, aPod('sneaky', { cpu: '1' }));
    lab.clock.advance(5_000);

    expect(stored(lab, 'high')?.spec.nodeName).toBe('n1');
    expect(stored(lab, 'sneaky')?.spec.nodeName).toBeUndefined();
  });

  it('gives the room to others when the one it was made for is deleted', () => {
    const lab = controlPlaneLab({ nodes: [{ name: 'n1', cpu: '1' }], rules: [{ graceMs: 2_000 }] });
    lab.api.create(PODS, aPod('low'));
    lab.clock.advance(2_000);
    lab.api.create(PODS, critical('high', '1'));
    lab.clock.advance(100);
    lab.api.create(PODS, aPod('patient', { cpu: '1' }));
    lab.clock.advance(1_000);
    lab.api.delete(PODS, { namespace: NAMESPACE, name: 'high' });
    lab.clock.advance(5_000);

    expect(stored(lab, 'patient')?.spec.nodeName).toBe('n1');
  });
});
