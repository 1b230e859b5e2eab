/** Whether all replicas that an HPA may ask for fit the nodes and the quota. */
import { type ApiPort, findObject } from '../../cluster/api-port.js';
import { valueAt } from '../../core/json.js';
import { isDeployment, isHorizontalPodAutoscaler } from '../../core/object-guards.js';
import type { KubeObject } from '../../core/objects.js';
import { milliValue, wholeValue } from '../../core/quantity.js';
import { type Finding, fine, warning } from './finding.js';

const CHECK = 'capacity';

/** What one pod asks for. */
export interface PodNeeds {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

/** What is tested and how far it may scale. */
export interface CapacityNeeds {
  readonly pod: PodNeeds;
  readonly maxReplicas: number;
  /** Replicas that are there already and counted among the nodes' pods. */
  readonly presentReplicas: number;
}

/** What the objects under test ask for; undefined when they do not say. */
export function capacityNeeds(
  objects: readonly KubeObject[],
  names: { readonly deployment: string; readonly hpa: string },
  isPresent: boolean,
): CapacityNeeds | undefined {
  const deployment = objects.find(
    (each) => each.metadata.name === names.deployment && isDeployment(each),
  );
  const hpa = objects.find(
    (each) => each.metadata.name === names.hpa && isHorizontalPodAutoscaler(each),
  );
  if (deployment === undefined || !isDeployment(deployment)) return undefined;
  if (hpa === undefined || !isHorizontalPodAutoscaler(hpa)) return undefined;
  const { maxReplicas } = hpa.spec;
  const presentReplicas = isPresent ? (deployment.status?.replicas ?? 0) : 0;
  return { pod: needsOf(deployment.spec.template.spec), maxReplicas, presentReplicas };
}

function needsOf(spec: unknown): PodNeeds {
  const containers = listOf(valueAt(spec, ['containers']));
  const sum = (read: (container: unknown) => number): number =>
    containers.reduce<number>((total, container) => total + read(container), 0);
  return {
    cpuMillicores: sum((each) =>
      quantity(valueAt(each, ['resources', 'requests', 'cpu']), milliValue),
    ),
    memoryBytes: sum((each) =>
      quantity(valueAt(each, ['resources', 'requests', 'memory']), wholeValue),
    ),
  };
}

/** A node and what of it is taken. */
interface Room {
  cpuMillicores: number;
  memoryBytes: number;
  pods: number;
}

/** Whether the nodes that take pods now have room for all replicas; a node autoscaler may add some. */
export async function checkCapacity(api: ApiPort, needs: CapacityNeeds): Promise<Finding> {
  let nodes: readonly unknown[];
  let pods: readonly unknown[];
  try {
    nodes = listOf(valueAt(await findObject(api, '/api/v1/nodes'), ['items']));
    pods = listOf(valueAt(await findObject(api, '/api/v1/pods'), ['items']));
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return warning(
      CHECK,
      `not known: ${because}`,
      'manifests/rbac/cluster-read.yaml allows to look',
    );
  }
  const rooms = roomsOf(nodes, pods);
  const more = Math.max(0, needs.maxReplicas - needs.presentReplicas);
  const fitting = fittingPods([...rooms.values()], needs.pod, more);
  const { cpuMillicores, memoryBytes } = needs.pod;
  const each = `${cpuMillicores}m CPU and ${Math.round(memoryBytes / 2 ** 20)} Mi`;
  if (fitting >= more) {
    const text = `all ${needs.maxReplicas} replicas (${each} each) fit the ${rooms.size} nodes that take pods`;
    return fine(CHECK, text);
  }
  const text = `of ${needs.maxReplicas} replicas (${each} each) ${needs.presentReplicas + fitting} fit the ${rooms.size} nodes that take pods: the HPA may ask for more than can run`;
  return warning(
    CHECK,
    text,
    'lower maxReplicas or the requests by `patches`, or add nodes; a node autoscaler may do that by itself',
  );
}

function roomsOf(nodes: readonly unknown[], pods: readonly unknown[]): Map<string, Room> {
  const rooms = new Map<string, Room>();
  for (const node of nodes) {
    const name = valueAt(node, ['metadata', 'name']);
    const isOpen = valueAt(node, ['spec', 'unschedulable']) !== true && !hasClosingTaint(node);
    if (typeof name !== 'string' || !isOpen) continue;
    const allocatable = valueAt(node, ['status', 'allocatable']);
    rooms.set(name, {
      cpuMillicores: quantity(valueAt(allocatable, ['cpu']), milliValue),
      memoryBytes: quantity(valueAt(allocatable, ['memory']), wholeValue),
      pods: quantity(valueAt(allocatable, ['pods']), wholeValue),
    });
  }
  for (const pod of pods) {
    const room = rooms.get(String(valueAt(pod, ['spec', 'nodeName'])));
    const phase = valueAt(pod, ['status', 'phase']);
    if (room === undefined || phase === 'Succeeded' || phase === 'Failed') continue;
    const taken = needsOf(valueAt(pod, ['spec']));
    room.cpuMillicores -= taken.cpuMillicores;
    room.memoryBytes -= taken.memoryBytes;
    room.pods -= 1;
  }
  return rooms;
}

function hasClosingTaint(node: unknown): boolean {
  return listOf(valueAt(node, ['spec', 'taints'])).some((taint) =>
    ['NoSchedule', 'NoExecute'].includes(String(valueAt(taint, ['effect']))),
  );
}

/** How many of up to `most` equal pods fit, node by node. */
function fittingPods(rooms: readonly Room[], pod: PodNeeds, most: number): number {
  let count = 0;
  for (const room of rooms) {
    const byCpu = pod.cpuMillicores === 0 ? most : room.cpuMillicores / pod.cpuMillicores;
    const byMemory = pod.memoryBytes === 0 ? most : room.memoryBytes / pod.memoryBytes;
    count += Math.max(0, Math.floor(Math.min(byCpu, byMemory, room.pods, most)));
  }
  return Math.min(count, most);
}

/** What the quotas of a namespace leave for these replicas; undefined: there are none. */
export async function checkQuota(
  api: ApiPort,
  namespace: string,
  needs: CapacityNeeds,
): Promise<Finding | undefined> {
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
  let quotas: readonly unknown[];
  try {
    quotas = listOf(valueAt(await findObject(api, path), ['items']));
  } catch {
    return undefined; // permissions are told by another check
  }
  const more = Math.max(0, needs.maxReplicas - needs.presentReplicas);
  const wanted: readonly (readonly [resource: string, amount: number, read: typeof milliValue])[] =
    [
      ['requests.cpu', needs.pod.cpuMillicores * more, milliValue],
      ['cpu', needs.pod.cpuMillicores * more, milliValue],
      ['requests.memory', needs.pod.memoryBytes * more, wholeValue],
      ['memory', needs.pod.memoryBytes * more, wholeValue],
      ['pods', more, wholeValue],
    ];
  const short = quotas.flatMap((quota) =>
    wanted.flatMap(([resource, amount, read]) => {
      const hard = valueAt(quota, ['status', 'hard', resource]);
      if (hard === undefined) return [];
      const left =
        quantity(hard, read) - quantity(valueAt(quota, ['status', 'used', resource]), read);
      const name = String(valueAt(quota, ['metadata', 'name']));
      return left >= amount ? [] : [`${resource} of ResourceQuota ${name}`];
    }),
  );
  if (short.length > 0) {
    const text = `${needs.maxReplicas} replicas do not fit: ${short.join(', ')}`;
    return warning('quota', text, `kubectl -n ${namespace} describe resourcequota`);
  }
  return quotas.length === 0 ? undefined : fine('quota', `${needs.maxReplicas} replicas fit`);
}

function quantity(value: unknown, read: (text: string) => number): number {
  if (typeof value !== 'string' && typeof value !== 'number') return 0;
  const found = read(String(value));
  return Number.isFinite(found) ? found : 0;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
