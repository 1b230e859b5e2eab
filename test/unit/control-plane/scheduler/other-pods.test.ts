/** Rules about other pods: affinity, anti-affinity, topology spread, and their scores. */
import { describe, expect, it } from 'vitest';
import { findNode } from '../../../../src/control-plane/scheduler/scheduling-result.js';
import type { LabNode } from '../../../../src/conformance/controllers/control-plane-lab.js';
import type { Pod, PodSpec, StringMap } from '../../../../src/core/objects.js';
import type {
  PodAffinityTerm,
  TopologySpreadConstraint,
} from '../../../../src/core/scheduling-objects.js';
import { aClusterView } from '../../../support/a-cluster-view.js';
import type { ClusterWords } from '../../../support/a-cluster-view.js';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

function aPod(name: string, labels: StringMap, spec: Partial<PodSpec> = {}): Pod {
  const { namespace = 'lab', ...rest } = spec as Partial<PodSpec> & { namespace?: string };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }],
      ...rest,
    },
  };
}

/** A pod that is there. */
function there(nodeName: string, labels: StringMap, spec: Partial<PodSpec> = {}): Pod {
  return aPod(`${nodeName}-${JSON.stringify(labels)}`, labels, { ...spec, nodeName });
}

function term(app: string, extra: Partial<PodAffinityTerm> = {}): PodAffinityTerm {
  return { topologyKey: HOST, labelSelector: { matchLabels: { app } }, ...extra };
}

function near(...terms: readonly PodAffinityTerm[]): Partial<PodSpec> {
  return { affinity: { podAffinity: { [REQUIRED]: terms } } };
}

function far(...terms: readonly PodAffinityTerm[]): Partial<PodSpec> {
  return { affinity: { podAntiAffinity: { [REQUIRED]: terms } } };
}

function spread(extra: Partial<TopologySpreadConstraint> = {}): Partial<PodSpec> {
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: HOST,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'a' } },
        ...extra,
      },
    ],
  };
}

function node(name: string, zone?: string, extra: Partial<LabNode> = {}): LabNode {
  return { name, ...(zone === undefined ? {} : { labels: { [ZONE]: zone } }), ...extra };
}

/** The node found for a pod, or the scheduler's words without what it says of preemption. */
function placeFor(pod: Pod, cluster: ClusterWords): string {
  const result = findNode(pod, aClusterView(cluster));
  return result.kind === 'node' ? result.name : (result.message.split('. no new claims')[0] ?? '');
}

const TWO = [node('n1'), node('n2')];
const ZONES = [node('n1', 'z1'), node('n2', 'z1'), node('n3', 'z2')];

describe('required pod affinity', () => {
  it.each<[string, readonly [Pod, ClusterWords], string]>([
    [
      'goes where the others are',
      [aPod('p', {}, near(term('a'))), { nodes: TWO, placed: [there('n2', { app: 'a' })] }],
      'n2',
    ],
    [
      'by zone it may be another node of theirs',
      [
        aPod('p', {}, near(term('a', { topologyKey: ZONE }))),
        {
          nodes: [node('n1', 'z1'), node('n2', 'z2', { unschedulable: true }), node('n3', 'z2')],
          placed: [there('n2', { app: 'a' })],
        },
      ],
      'n3',
    ],
    [
      'nobody to be near',
      [aPod('p', {}, near(term('a'))), { nodes: TWO }],
      "0/2 nodes are available: 2 node(s) didn't match pod affinity rules",
    ],
    [
      'the first of its own kind may go anywhere',
      [aPod('p', { app: 'a' }, near(term('a'))), { nodes: TWO }],
      'n1',
    ],
    [
      'the first of its own kind still needs the label',
      [
        aPod('p', { app: 'a' }, near(term('a', { topologyKey: ZONE }))),
        { nodes: [node('n1'), node('n2', 'z1')] },
      ],
      'n2',
    ],
    [
      'another namespace is not meant',
      [
        aPod('p', {}, near(term('a'))),
        { nodes: TWO, placed: [there('n2', { app: 'a' }, { namespace: 'other' })] },
      ],
      "0/2 nodes are available: 2 node(s) didn't match pod affinity rules",
    ],
    [
      'a namespace that is named is meant',
      [
        aPod('p', {}, near(term('a', { namespaces: ['other'] }))),
        { nodes: TWO, placed: [there('n2', { app: 'a' }, { namespace: 'other' })] },
      ],
      'n2',
    ],
    [
      'an empty namespace selector means every namespace',
      [
        aPod('p', {}, near(term('a', { namespaceSelector: {} }))),
        { nodes: TWO, placed: [there('n2', { app: 'a' }, { namespace: 'other' })] },
      ],
      'n2',
    ],
    [
      'a namespace selector goes by labels',
      [
        aPod('p', {}, near(term('a', { namespaceSelector: { matchLabels: { team: 'x' } } }))),
        {
          nodes: TWO,
          placed: [
            there('n1', { app: 'a' }, { namespace: 'one' }),
            there('n2', { app: 'a' }, { namespace: 'two' }),
          ],
          namespaces: { one: { team: 'y' }, two: { team: 'x' } },
        },
      ],
      'n2',
    ],
    [
      'all terms must be met by the same pod',
      [
        aPod(
          'p',
          {},
          near(term('a'), { topologyKey: HOST, labelSelector: { matchLabels: { tier: 't' } } }),
        ),
        {
          nodes: TWO,
          placed: [
            there('n1', { app: 'a' }),
            there('n1', { tier: 't' }),
            there('n2', { app: 'a', tier: 't' }),
          ],
        },
      ],
      'n2',
    ],
  ])('%s', (_sentence, [pod, cluster], expected) => {
    expect(placeFor(pod, cluster)).toBe(expected);
  });
});

describe('required pod anti-affinity', () => {
  it.each<[string, readonly [Pod, ClusterWords], string]>([
    [
      'keeps away',
      [aPod('p', {}, far(term('a'))), { nodes: TWO, placed: [there('n1', { app: 'a' })] }],
      'n2',
    ],
    [
      'keeps away from the whole zone',
      [
        aPod('p', {}, far(term('a', { topologyKey: ZONE }))),
        { nodes: ZONES, placed: [there('n1', { app: 'a' })] },
      ],
      'n3',
    ],
    [
      'of those that are there counts too',
      [
        aPod('p', { app: 'a' }),
        { nodes: TWO, placed: [there('n1', { app: 'b' }, far(term('a')))] },
      ],
      'n2',
    ],
    [
      'says whose it is',
      [
        aPod('p', { app: 'a' }, far(term('c'))),
        {
          nodes: TWO,
          placed: [there('n1', { app: 'b' }, far(term('a'))), there('n2', { app: 'c' })],
        },
      ],
      "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) didn't satisfy existing pods anti-affinity rules",
    ],
    [
      'a node without the label is in nobody’s domain',
      [
        aPod('p', {}, far(term('a', { topologyKey: ZONE }))),
        { nodes: [node('n1', 'z1'), node('n2')], placed: [there('n1', { app: 'a' })] },
      ],
      'n2',
    ],
  ])('%s', (_sentence, [pod, cluster], expected) => {
    expect(placeFor(pod, cluster)).toBe(expected);
  });
});

describe('preferred pod affinity', () => {
  it.each<[string, readonly [Pod, ClusterWords], string]>([
    [
      'draws a pod to others',
      [
        aPod(
          'p',
          {},
          {
            affinity: {
              podAffinity: { [PREFERRED]: [{ weight: 100, podAffinityTerm: term('a') }] },
            },
          },
        ),
        { nodes: TWO, placed: [there('n2', { app: 'a' })] },
      ],
      'n2',
    ],
    [
      'the heavier wish wins',
      [
        aPod(
          'p',
          {},
          {
            affinity: {
              podAffinity: {
                [PREFERRED]: [
                  { weight: 10, podAffinityTerm: term('a') },
                  { weight: 60, podAffinityTerm: term('b') },
                ],
              },
            },
          },
        ),
        { nodes: TWO, placed: [there('n1', { app: 'a' }), there('n2', { app: 'b' })] },
      ],
      'n2',
    ],
    [
      'keeps a pod away from others',
      [
        aPod(
          'p',
          {},
          {
            affinity: {
              podAntiAffinity: { [PREFERRED]: [{ weight: 1, podAffinityTerm: term('a') }] },
            },
          },
        ),
        {
          nodes: [node('n1', undefined, { cpu: '128' }), node('n2')],
          placed: [there('n1', { app: 'a' })],
        },
      ],
      'n2',
    ],
    [
      'of those that are there counts too',
      [
        aPod('p', { app: 'a' }),
        {
          nodes: TWO,
          placed: [
            there(
              'n2',
              { app: 'b' },
              {
                affinity: {
                  podAffinity: { [PREFERRED]: [{ weight: 50, podAffinityTerm: term('a') }] },
                },
              },
            ),
          ],
        },
      ],
      'n2',
    ],
    [
      'what those that are there require is a wish of theirs',
      [
        aPod('p', { app: 'a' }),
        { nodes: TWO, placed: [there('n2', { app: 'b' }, near(term('a')))] },
      ],
      'n2',
    ],
  ])('%s', (_sentence, [pod, cluster], expected) => {
    expect(placeFor(pod, cluster)).toBe(expected);
  });
});

describe('hard topology spread', () => {
  const a = { app: 'a' };
  const mismatch = "node(s) didn't match pod topology spread constraints";

  it.each<[string, readonly [Pod, ClusterWords], string]>([
    [
      'goes where there are fewer',
      [
        aPod('p', a, spread()),
        { nodes: [node('n1', undefined, { cpu: '128' }), node('n2')], placed: [there('n1', a)] },
      ],
      'n2',
    ],
    [
      'finds nothing when the emptier domain has no room',
      [
        aPod('p', a, spread({ topologyKey: ZONE })),
        {
          nodes: [node('n1', 'z1'), node('n3', 'z2', { cpu: '50m' })],
          placed: [there('n1', a)],
        },
      ],
      `0/2 nodes are available: 1 Insufficient cpu, 1 ${mismatch}`,
    ],
    [
      'a node without the label is no place',
      [
        aPod('p', a, spread({ topologyKey: ZONE })),
        { nodes: [node('n1'), node('n2', 'z1', { unschedulable: true })] },
      ],
      `0/2 nodes are available: 1 ${mismatch} (missing required label), 1 node(s) were unschedulable`,
    ],
    [
      'a cordoned node is a domain all the same',
      [
        aPod('p', a, spread()),
        {
          nodes: [node('n1'), node('n2', undefined, { unschedulable: true })],
          placed: [there('n1', a)],
        },
      ],
      `0/2 nodes are available: 1 ${mismatch}, 1 node(s) were unschedulable`,
    ],
    [
      'a tainted node is none when taints are honored',
      [
        aPod('p', a, spread({ nodeTaintsPolicy: 'Honor' })),
        {
          nodes: [
            node('n1'),
            node('n2', undefined, { taints: [{ key: 'k', effect: 'NoSchedule' }] }),
          ],
          placed: [there('n1', a)],
        },
      ],
      'n1',
    ],
    [
      'a node that the selector excludes is none',
      [
        aPod('p', a, { ...spread(), nodeSelector: { [HOST]: 'n1' } }),
        { nodes: TWO, placed: [there('n1', a)] },
      ],
      'n1',
    ],
    [
      'it is one when node affinity is ignored',
      [
        aPod('p', a, {
          ...spread({ nodeAffinityPolicy: 'Ignore' }),
          nodeSelector: { [HOST]: 'n1' },
        }),
        { nodes: TWO, placed: [there('n1', a)] },
      ],
      `0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 ${mismatch}`,
    ],
    [
      'with fewer domains than wanted the fewest is none',
      [
        aPod('p', a, spread({ minDomains: 3 })),
        { nodes: TWO, placed: [there('n1', a), there('n2', a)] },
      ],
      `0/2 nodes are available: 2 ${mismatch}`,
    ],
    [
      'a pod that does not count itself may go anywhere within the skew',
      [
        aPod('p', { app: 'b' }, spread()),
        { nodes: [node('n1', undefined, { cpu: '999' }), node('n2')], placed: [there('n1', a)] },
      ],
      'n1',
    ],
    [
      'pods that are going do not count',
      [
        aPod('p', a, spread()),
        {
          nodes: [node('n1', undefined, { cpu: '999' }), node('n2')],
          placed: [going(there('n1', a))],
        },
      ],
      'n1',
    ],
    [
      'label keys to match tell revisions apart',
      [
        aPod('p', { app: 'a', rev: '2' }, spread({ matchLabelKeys: ['rev'] })),
        {
          nodes: [node('n1', undefined, { cpu: '999' }), node('n2')],
          placed: [there('n1', { app: 'a', rev: '1' })],
        },
      ],
      'n1',
    ],
  ])('%s', (_sentence, [pod, cluster], expected) => {
    expect(placeFor(pod, cluster)).toBe(expected);
  });

  it('says that removing pods may help against a skew, not against a label that lacks', () => {
    const result = findNode(
      aPod('p', a, spread({ topologyKey: ZONE })),
      aClusterView({
        nodes: [node('n1', 'z1'), node('n2'), node('n3', 'z2', { unschedulable: true })],
        placed: [there('n1', a)],
      }),
    );

    expect(result.kind === 'unschedulable' && result.message).toContain(
      `preemption: 0/3 nodes are available: 1 ${NO_VICTIMS}, 2 ${NOT_HELPFUL}.`,
    );
  });
});

describe('soft topology spread', () => {
  const soft = { whenUnsatisfiable: 'ScheduleAnyway' } as const;

  it('prefers the emptier zone, and takes the fuller one when it must', () => {
    const pod = aPod('p', { app: 'a' }, spread({ topologyKey: ZONE, ...soft }));
    const placed = [there('n1', { app: 'a' }), there('n2', { app: 'a' })];

    expect(placeFor(pod, { nodes: ZONES, placed })).toBe('n3');
    expect(
      placeFor(pod, { nodes: [...ZONES.slice(0, 2), node('n3', 'z2', { cpu: '1m' })], placed }),
    ).toBe('n1');
  });

  it('of a pod that has only hard constraints nothing is preferred', () => {
    const pod = aPod('p', { app: 'a' }, spread({ maxSkew: 5 }));

    expect(
      placeFor(pod, {
        nodes: [node('n1', undefined, { cpu: '999' }), node('n2')],
        placed: [there('n1', { app: 'a' })],
        group: { selectors: [{ matchLabels: { app: 'a' } }] },
      }),
    ).toBe('n1');
  });

  it('spreads a group without constraints of its own over hosts and zones', () => {
    expect(
      placeFor(aPod('p', { app: 'a' }), {
        nodes: ZONES,
        placed: [there('n1', { app: 'a' }), there('n3', { app: 'b' })],
        group: { selectors: [{ matchLabels: { app: 'a' } }] },
      }),
    ).toBe('n3');
  });
});

function going(pod: Pod): Pod {
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-23T06:00:00Z' } };
}
