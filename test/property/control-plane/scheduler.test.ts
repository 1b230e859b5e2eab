/** What the scheduler must never do, whatever the cluster and the pods are. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNodeWanted } from '../../../src/control-plane/scheduler/node-affinity.js';
import { priorityOf } from '../../../src/control-plane/scheduler/pod-priority.js';
import { findNode } from '../../../src/control-plane/scheduler/scheduling-result.js';
import { untolerated } from '../../../src/control-plane/scheduler/tolerations.js';
import type { LabNode } from '../../../src/conformance/controllers/control-plane-lab.js';
import { aNode } from '../../../src/conformance/controllers/control-plane-lab.js';
import type { Pod, PodSpec, StringMap } from '../../../src/core/objects.js';
import type { PodAffinityTerm } from '../../../src/core/scheduling-objects.js';
import { aClusterView } from '../../support/a-cluster-view.js';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const APPS = ['a', 'b'] as const;

const nodes = fc
  .array(
    fc.record({
      cpu: fc.constantFrom('1', '2', '4'),
      zone: fc.constantFrom(undefined, 'z1', 'z2', 'z3'),
      isTainted: fc.boolean(),
      unschedulable: fc.boolean(),
      pods: fc.constantFrom('2', '5', '20'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) =>
    all.map(({ cpu, zone, isTainted, unschedulable, pods }, index): LabNode => {
      const labels: StringMap = zone === undefined ? {} : { [ZONE]: zone };
      return {
        name: `n${index}`,
        cpu,
        memory: '8Gi',
        pods,
        labels,
        unschedulable,
        ...(isTainted ? { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } : {}),
      };
    }),
  );

const term: fc.Arbitrary<PodAffinityTerm> = fc
  .record({ app: fc.constantFrom(...APPS), topologyKey: fc.constantFrom(HOST, ZONE) })
  .map(({ app, topologyKey }) => ({ topologyKey, labelSelector: { matchLabels: { app } } }));

const podSpec: fc.Arbitrary<Partial<PodSpec>> = fc
  .record({
    cpu: fc.constantFrom('100m', '500m', '1', '3'),
    priority: fc.constantFrom(0, 0, 10),
    isTolerant: fc.boolean(),
    nodeSelector: fc.constantFrom<StringMap | undefined>(undefined, undefined, { [ZONE]: 'z1' }),
    near: fc.option(term, { nil: undefined }),
    far: fc.option(term, { nil: undefined }),
    spreadBy: fc.option(fc.constantFrom(HOST, ZONE), { nil: undefined }),
    maxSkew: fc.integer({ min: 1, max: 3 }),
    minDomains: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(specOf);

interface GivenSpec {
  readonly cpu: string;
  readonly priority: number;
  readonly isTolerant: boolean;
  readonly nodeSelector: StringMap | undefined;
  readonly near: PodAffinityTerm | undefined;
  readonly far: PodAffinityTerm | undefined;
  readonly spreadBy: string | undefined;
  readonly maxSkew: number;
  readonly minDomains: number | undefined;
}

function specOf(given: GivenSpec): Partial<PodSpec> {
  return {
    priority: given.priority,
    containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: given.cpu } } }],
    ...(given.isTolerant ? { tolerations: [{ key: 'k', operator: 'Exists' as const }] } : {}),
    ...(given.nodeSelector === undefined ? {} : { nodeSelector: given.nodeSelector }),
    affinity: {
      ...(given.near === undefined
        ? {}
        : { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [given.near] } }),
      ...(given.far === undefined
        ? {}
        : { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [given.far] } }),
    },
    ...(given.spreadBy === undefined
      ? {}
      : {
          topologySpreadConstraints: [
            {
              topologyKey: given.spreadBy,
              maxSkew: given.maxSkew,
              whenUnsatisfiable: 'DoNotSchedule' as const,
              labelSelector: { matchLabels: { app: 'a' } },
              ...(given.minDomains === undefined ? {} : { minDomains: given.minDomains }),
            },
          ],
        }),
  };
}

const pods = fc
  .array(fc.record({ app: fc.constantFrom(...APPS), spec: podSpec }), { maxLength: 14 })
  .map((all) =>
    all.map(({ app, spec }, index) =>
      aPod(`p${index}`, { app }, Object.assign({ containers: [] }, spec)),
    ),
  );

function aPod(name: string, labels: StringMap, spec: PodSpec): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'lab', labels },
    spec,
  };
}

interface Placement {
  readonly pod: Pod;
  readonly node: string;
  /** Those that were there before it. */
  readonly before: readonly Pod[];
}

/** Places one pod after the other. */
function placements(cluster: readonly LabNode[], wanted: readonly Pod[]): readonly Placement[] {
  const placed: Pod[] = [];
  const all: Placement[] = [];
  for (const pod of wanted) {
    const result = findNode(pod, aClusterView({ nodes: cluster, placed }));
    if (result.kind !== 'node') continue;
    all.push({ pod, node: result.name, before: [...placed] });
    placed.push(placedOn(pod, result.name));
  }
  return all;
}

function placedOn(pod: Pod, nodeName: string): Pod {
  return { ...pod, spec: { ...pod.spec, nodeName } };
}

function labelOf(cluster: readonly LabNode[], name: string | undefined, key: string): unknown {
  const node = cluster.find((candidate) => candidate.name === name);
  return node === undefined ? undefined : aNode(node).metadata.labels?.[key];
}

function milli(pod: Pod): number {
  const text = pod.spec.containers[0]?.resources?.requests?.['cpu'] ?? '0';
  return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1_000;
}

describe('the scheduler', () => {
  it('never places a pod on a node that lacks room, that it does not ask for or does not tolerate', () => {
    fc.assert(
      fc.property(nodes, pods, (cluster, wanted) => {
        for (const { pod, node, before } of placements(cluster, wanted)) {
          const lab = cluster.find(({ name }) => name === node);
          if (lab === undefined) throw new Error('expected a node of the cluster');
          const object = aNode(lab);
          const others = before.filter(({ spec }) => spec.nodeName === node);
          const used = [...others, pod].reduce((sum, each) => sum + milli(each), 0);
          expect(used).toBeLessThanOrEqual(Number(lab.cpu) * 1_000);
          expect(others.length + 1).toBeLessThanOrEqual(Number(lab.pods));
          expect(isNodeWanted(pod, object)).toBe(true);
          expect(untolerated(pod, object.spec.taints, ['NoSchedule', 'NoExecute'])).toEqual([]);
          expect(lab.unschedulable).toBe(false);
        }
      }),
    );
  });

  it('never lets a hard spread exceed its skew', () => {
    fc.assert(
      fc.property(nodes, pods, (cluster, wanted) => {
        for (const { pod, node, before } of placements(cluster, wanted)) {
          const [constraint] = pod.spec.topologySpreadConstraints ?? [];
          if (constraint === undefined || pod.metadata.labels?.['app'] !== 'a') continue;
          const { topologyKey, maxSkew, minDomains = 1 } = constraint;
          const domains = new Map<unknown, number>();
          for (const { name } of cluster) {
            const value = labelOf(cluster, name, topologyKey);
            const isWanted = isNodeWanted(
              pod,
              aNode(cluster.find((n) => n.name === name) ?? { name }),
            );
            if (value !== undefined && isWanted) domains.set(value, 0);
          }
          for (const other of before) {
            const value = labelOf(cluster, other.spec.nodeName, topologyKey);
            if (other.metadata.labels?.['app'] !== 'a' || !domains.has(value)) continue;
            domains.set(value, (domains.get(value) ?? 0) + 1);
          }
          const fewest = domains.size < minDomains ? 0 : Math.min(...domains.values());
          const own = domains.get(labelOf(cluster, node, topologyKey)) ?? 0;
          expect(own + 1 - fewest).toBeLessThanOrEqual(maxSkew);
        }
      }),
    );
  });

  it('never brings pods together that must not meet, whichever of the two says so', () => {
    fc.assert(
      fc.property(nodes, pods, (cluster, wanted) => {
        for (const { pod, node, before } of placements(cluster, wanted)) {
          for (const other of before) {
            for (const [one, two] of [
              [pod, other],
              [other, pod],
            ] as const) {
              const [far] =
                one.spec.affinity?.podAntiAffinity
                  ?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
              if (far?.labelSelector?.matchLabels?.['app'] !== two.metadata.labels?.['app'])
                continue;
              if (far === undefined) continue;
              const here = labelOf(cluster, node, far.topologyKey);
              const there = labelOf(cluster, other.spec.nodeName, far.topologyKey);
              expect(here === undefined || here !== there).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('places a pod that must be near others where they are, or nowhere, unless it is the first', () => {
    fc.assert(
      fc.property(nodes, pods, (cluster, wanted) => {
        for (const { pod, node, before } of placements(cluster, wanted)) {
          const [near] =
            pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
          if (near === undefined) continue;
          const app = near.labelSelector?.matchLabels?.['app'];
          const here = labelOf(cluster, node, near.topologyKey);
          expect(here).toBeDefined();
          const meant = before.filter(
            ({ metadata, spec }) =>
              metadata.labels?.['app'] === app &&
              labelOf(cluster, spec.nodeName, near.topologyKey) !== undefined,
          );
          const isNear = meant.some(
            ({ spec }) => labelOf(cluster, spec.nodeName, near.topologyKey) === here,
          );
          const isFirst = meant.length === 0 && pod.metadata.labels?.['app'] === app;
          expect(isNear || isFirst).toBe(true);
        }
      }),
    );
  });

  it('preempts only what is less important, and the pod fits where its victims were', () => {
    fc.assert(
      fc.property(nodes, pods, (cluster, wanted) => {
        const placed = placements(cluster, wanted).map(({ pod, node }) => placedOn(pod, node));
        const urgent = aPod(
          'urgent',
          { app: 'b' },
          {
            priority: 1_000,
            containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
          },
        );
        const result = findNode(urgent, aClusterView({ nodes: cluster, placed }));
        if (result.kind === 'node' || result.preemption?.kind !== 'victims') return;
        const { node, victims } = result.preemption;
        expect(victims.length).toBeGreaterThan(0);
        for (const victim of victims) {
          expect(priorityOf(victim)).toBeLessThan(1_000);
          expect(victim.spec.nodeName).toBe(node);
        }
        const left = placed.filter((pod) => !victims.includes(pod));
        const again = findNode(
          { ...urgent, status: { nominatedNodeName: node } },
          aClusterView({ nodes: cluster, placed: left }),
        );
        expect(again).toEqual({ kind: 'node', name: node });
        // each of them was in the way
        for (const spared of victims) {
          const without = findNode(
            { ...urgent, status: { nominatedNodeName: node } },
            aClusterView({
              nodes: cluster.filter(({ name }) => name === node),
              placed: [...left, spared],
            }),
          );
          expect(without.kind).toBe('unschedulable');
        }
      }),
    );
  });

  it('gives every node a reason when it finds none', () => {
    fc.assert(
      fc.property(nodes, pods, (cluster, wanted) => {
        for (const pod of wanted) {
          const result = findNode(pod, aClusterView({ nodes: cluster }));
          if (result.kind === 'node') continue;
          expect(result.plugins.size).toBeGreaterThan(0);
          expect(result.message.startsWith(`0/${cluster.length} nodes are available: `)).toBe(true);
          const counts = [...(result.message.split('. ')[0]?.matchAll(/(\d+) [A-Zn]/g) ?? [])];
          const total = counts.slice(1).reduce((sum, [, count]) => sum + Number(count), 0);
          expect(total).toBeGreaterThanOrEqual(cluster.length);
        }
      }),
    );
  });
});
