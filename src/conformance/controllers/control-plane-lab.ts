/** A whole control plane on virtual time: the real API, the real controllers, a scripted kubelet. */
import { ApiMachinery } from '../../control-plane/api-machinery/api-machinery.js';
import type { KubeApi } from '../../control-plane/api.js';
import { ControllerManager } from '../../control-plane/controller-manager.js';
import type { ControllerPace, ReconcileFailure } from '../../control-plane/controller-manager.js';
import { allControllers } from '../../control-plane/controllers/all-controllers.js';
import {
  DEPLOYMENTS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
} from '../../control-plane/resources.js';
import type { Deployment, Node, Pod, PodTemplateSpec, ReplicaSet } from '../../core/objects.js';
import { seededRandom } from '../../core/random.js';
import { VirtualClock } from '../../time/virtual-clock.js';
import { createSystemNamespaces } from '../../control-plane/system-namespaces.js';
import { FakeKubelet } from './fake-kubelet.js';
import type { KubeletRule } from './fake-kubelet.js';
import { LabHeartbeats, READY_CONDITION } from './lab-heartbeats.js';

/** The namespace of everything. */
export const NAMESPACE = 'lab';
/** When a lab begins: not on a whole second, as in life. */
export const START_MS = Date.UTC(2026, 10, 23, 6, 0, 0) + 250;

/** A node of a lab. */
export interface LabNode {
  readonly name: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: Node['spec']['taints'];
  readonly unschedulable?: boolean;
}

/** A running control plane. */
export interface ControlPlaneLab {
  readonly api: KubeApi;
  readonly clock: VirtualClock;
  readonly kubelet: FakeKubelet;
  readonly heartbeats: LabHeartbeats;
  readonly manager: ControllerManager;
  /** Failures that controllers had. */
  readonly failures: readonly ReconcileFailure[];
  deployment(name?: string): Deployment;
  replicaSets(): readonly ReplicaSet[];
  pods(): readonly Pod[];
}

/** How a lab is made. */
export interface LabOptions {
  readonly nodes?: readonly LabNode[];
  readonly rules?: readonly KubeletRule[];
  readonly nameOf?: (pod: Pod) => string;
  readonly seed?: number;
  readonly kubeletReactionMs?: number;
  readonly pace?: Readonly<Record<string, ControllerPace>>;
  /** Called with the API before anything is in it. */
  readonly onApi?: (api: KubeApi) => void;
}

/** Starts a control plane with one namespace. */
export function controlPlaneLab(options: LabOptions = {}): ControlPlaneLab {
  const clock = new VirtualClock(START_MS);
  const api = new ApiMachinery({ clock, random: seededRandom(options.seed ?? 1) });
  options.onApi?.(api);
  const failures: ReconcileFailure[] = [];
  const manager = new ControllerManager({
    api,
    clock,
    controllers: allControllers(api),
    onError: (failure) => failures.push(failure),
    ...(options.pace === undefined ? {} : { pace: options.pace }),
  });
  const kubelet = new FakeKubelet({
    api,
    clock,
    rules: options.rules ?? [],
    reactionMs: options.kubeletReactionMs ?? 0,
    ...(options.nameOf === undefined ? {} : { nameOf: options.nameOf }),
  });
  createSystemNamespaces(api);
  api.create(NAMESPACES, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  for (const node of options.nodes ?? [{ name: 'n1' }]) addSettledNode(api, node);
  const heartbeats = new LabHeartbeats(api, clock);
  heartbeats.start();
  manager.start();
  kubelet.start();
  clock.advance(0);
  return {
    api,
    clock,
    kubelet,
    heartbeats,
    manager,
    failures,
    deployment(name = 'web') {
      const found = api.get(DEPLOYMENTS, { namespace: NAMESPACE, name });
      if (found === undefined) throw new Error(`expected the Deployment ${name}, found none`);
      return found;
    },
    replicaSets: () => api.list(REPLICA_SETS, { namespace: NAMESPACE }).items,
    pods: () => api.list(PODS, { namespace: NAMESPACE }).items,
  };
}

/** Adds a ready node; as every new one it is tainted until a controller has seen it. */
export function addNode(api: KubeApi, node: LabNode): void {
  api.create(NODES, aNode(node));
}

/** Adds a node that has been there for a while: its taints are what follows from its state. */
function addSettledNode(api: KubeApi, node: LabNode): void {
  const { metadata } = api.create(NODES, aNode(node));
  const cordoned = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
  const taints = [...(node.taints ?? []), ...(node.unschedulable === true ? [cordoned] : [])];
  api.update(NODES, aNode({ ...node, taints }, metadata));
}

/**
 * A ready node.
 *
 * @param stored - what the API has made of its metadata; absent: it is new.
 */
export function aNode(node: LabNode, stored?: Node['metadata']): Node {
  const { name, cpu = '64', memory = '256Gi', pods = '1000', labels, taints } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...stored, name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: {
      ...(taints === undefined ? {} : { taints }),
      ...(node.unschedulable === undefined ? {} : { unschedulable: node.unschedulable }),
    },
    status: {
      capacity: { cpu, memory, pods },
      allocatable: { cpu, memory, pods },
      conditions: [READY_CONDITION],
    },
  };
}

/** A pod template of one container. */
export function aTemplate(image = 'app:1', cpu = '100m'): PodTemplateSpec {
  return {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image, resources: { requests: { cpu, memory: '64Mi' } } }] },
  };
}

/** A Deployment of the app `web`. */
export function aDeployment(spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: aTemplate(),
      ...spec,
    },
  };
}
