/** What series of use are about: containers, and pods as a whole. */
import type { Container, Node, Pod, StringMap } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { ContainerUsage } from '../pod-runtime.js';
import { amount } from './state-family.js';

/** What a node's containers used, and what they are. */
export interface NodeReadings {
  readonly node: Node;
  /** The pods of this node alone. */
  readonly pods: readonly Pod[];
  /** Of any node: those of other pods are passed over. */
  readonly usage: readonly ContainerUsage[];
  /** When `usage` was read. */
  readonly nowMs: EpochMs;
}

/** What one series is about: a container, or a pod as a whole (without `container`). */
export interface UsageGroup {
  readonly labels: StringMap;
  readonly usage: readonly ContainerUsage[];
  readonly limits: { readonly cpu: number | undefined; readonly memory: number | undefined };
  readonly cpuRequest: number | undefined;
}

const SECOND_MS = 1_000;

/** The groups of a node: each pod that uses anything, followed by its containers. */
export function usageGroups({ pods, usage }: NodeReadings): readonly UsageGroup[] {
  const byPod = new Map<string, ContainerUsage[]>();
  for (const each of usage) {
    const same = byPod.get(each.podUid);
    if (same === undefined) byPod.set(each.podUid, [each]);
    else same.push(each);
  }
  return pods.flatMap((pod) => {
    const { uid = '', name, namespace = '' } = pod.metadata;
    const all = byPod.get(uid);
    if (all === undefined) return [];
    const id = `/kubepods/pod${uid}`;
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const own = all.map((each) => {
      const container = containers.find((one) => one.name === each.container);
      const labels = {
        container: each.container,
        id: `${id}/${each.container}`,
        image: container?.image ?? '',
        name: `${name}_${each.container}`,
        namespace,
        pod: name,
      };
      return { labels, usage: [each], ...boundsOf(container) };
    });
    const limits = { cpu: wholeLimit(own, 'cpu'), memory: wholeLimit(own, 'memory') };
    const cpuRequest = own.reduce((before, group) => before + (group.cpuRequest ?? 0), 0);
    return [{ labels: { id, namespace, pod: name }, usage: all, limits, cpuRequest }, ...own];
  });
}

function boundsOf(container: Container | undefined): Pick<UsageGroup, 'limits' | 'cpuRequest'> {
  const { limits = {}, requests = {} } = container?.resources ?? {};
  return {
    limits: { cpu: amount(limits['cpu']), memory: amount(limits['memory']) },
    cpuRequest: amount(requests['cpu']),
  };
}

/** A pod has a limit when each of its containers has one. */
function wholeLimit(groups: readonly UsageGroup[], resource: 'cpu' | 'memory'): number | undefined {
  let all = 0;
  for (const { limits } of groups) {
    const limit = limits[resource];
    if (limit === undefined) return undefined;
    all += limit;
  }
  return all;
}

/** The sum over a group; undefined when none of it says. */
export function sumOf(
  { usage }: UsageGroup,
  of: (usage: ContainerUsage) => number | undefined,
): number | undefined {
  let all: number | undefined;
  for (const each of usage) {
    const value = of(each);
    if (value !== undefined) all = (all ?? 0) + value;
  }
  return all;
}

/** Milliseconds as seconds. */
export function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / SECOND_MS;
}
