import { describe, expect, it } from 'vitest';
import { scaleDownOrder } from '../../../../src/control-plane/controllers/scale-down-order.js';
import { kubeTime } from '../../../../src/core/kube-time.js';
import type { Pod, PodPhase } from '../../../../src/core/objects.js';

const NOW_MS = Date.UTC(2026, 10, 23, 6, 0, 0);

interface PodFacts {
  readonly name: string;
  readonly node?: string;
  readonly phase?: PodPhase;
  /** Seconds since it became ready; null: it is not. */
  readonly readyFor?: number | null;
  readonly age?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly uid?: string;
}

/** An old ready pod on n1, but for what is given. */
function aPod(facts: PodFacts): Pod {
  const { name, node = 'n1', phase = 'Running', readyFor = 3_000, age = 3_000, cost } = facts;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: facts.uid ?? name,
      creationTimestamp: kubeTime(NOW_MS - age * 1_000),
      ...(cost === undefined
        ? {}
        : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions:
        readyFor === null
          ? []
          : [
              {
                type: 'Ready',
                status: 'True',
                lastTransitionTime: kubeTime(NOW_MS - readyFor * 1_000),
              },
            ],
      containerStatuses: [
        { name: 'c', image: 'i', imageID: '', ready: true, restartCount: facts.restarts ?? 0 },
      ],
    },
  };
}

function order(pods: readonly Pod[], related: readonly Pod[] = []): readonly string[] {
  return scaleDownOrder(pods, related, NOW_MS).map(({ metadata }) => metadata.name);
}

describe('scaleDownOrder', () => {
  it.each<[string, PodFacts, PodFacts]>([
    [
      'an unassigned pod goes before a pending one',
      { name: 'first', node: '', phase: 'Pending', readyFor: null },
      { name: 'second', phase: 'Pending', readyFor: null },
    ],
    [
      'a pending pod goes before a running one that is not ready',
      { name: 'first', phase: 'Pending', readyFor: null },
      { name: 'second', readyFor: null },
    ],
    [
      'an unready pod goes before a ready one, whatever it costs',
      { name: 'first', readyFor: null, cost: '1000' },
      { name: 'second', cost: '-1000' },
    ],
    [
      'a cheaper pod goes before one that was ready for a shorter time',
      { name: 'first', cost: '-5' },
      { name: 'second', readyFor: 1 },
    ],
    [
      'a cost that is no integer counts as none',
      { name: 'first', cost: '-1' },
      { name: 'second', cost: '-1.5' },
    ],
    [
      'a pod that was ready for a shorter time goes before one with more restarts',
      { name: 'first', readyFor: 10 },
      { name: 'second', readyFor: 100, restarts: 5 },
    ],
    [
      'of pods ready at the same time the one with more restarts goes first',
      { name: 'first', restarts: 2, age: 3_000 },
      { name: 'second', restarts: 1, age: 10 },
    ],
    [
      'else the younger goes first',
      { name: 'first', age: 10, readyFor: null },
      { name: 'second', age: 100, readyFor: null },
    ],
    [
      'pods ready for 9 s and 17 s are as good as equal, and the UID decides',
      { name: 'first', readyFor: 17, uid: 'a' },
      { name: 'second', readyFor: 9, uid: 'b' },
    ],
    [
      'pods ready for 8 s and 9 s are on two sides of a border',
      { name: 'first', readyFor: 8, uid: 'b' },
      { name: 'second', readyFor: 9, uid: 'a' },
    ],
  ])('%s', (_sentence, first, second) => {
    expect(order([aPod(second), aPod(first)])).toEqual(['first', 'second']);
    expect(order([aPod(first), aPod(second)])).toEqual(['first', 'second']);
  });

  it('a pod with more siblings of the same owner on its node goes first, though it is older', () => {
    const crowded = aPod({ name: 'crowded', node: 'n1' });
    const alone = aPod({ name: 'alone', node: 'n2', readyFor: 5 });
    const sibling = aPod({ name: 'sibling', node: 'n1' });

    expect(order([alone, crowded], [crowded, alone, sibling])).toEqual(['crowded', 'alone']);
  });

  it('a set of its own ignores nodes', () => {
    const crowded = [aPod({ name: 'a', node: 'n1' }), aPod({ name: 'b', node: 'n1' })];
    const newest = aPod({ name: 'newest', node: 'n2', readyFor: 5 });

    expect(order([...crowded, newest])[0]).toBe('newest');
  });
});
