/** Taints that follow from what a node says of itself, and labels that follow from others. */
import { kubeTime } from '../../core/kube-time.js';
import type { Node, Taint } from '../../core/objects.js';
import type { EpochMs } from '../../time/clock.js';
import type { KubeApi, WatchEvent } from '../api.js';
import { isEqualJson } from '../api-machinery/equality.js';
import type { Controller, ControllerWatch, ReconcileKey } from '../controller.js';
import { objectKey, reconcileKey } from '../object-keys.js';
import { NODES } from '../resources.js';

/** Taint of a node that is not ready. */
export const NOT_READY = 'node.kubernetes.io/not-ready';
/** Taint of a node that nobody hears of. */
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** By condition and its status. @see Source: `nodeConditionToTaintKeyStatusMap`. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const OWN_KEYS: ReadonlySet<string> = new Set([
  UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus)),
]);

/** Labels of old names that follow those of today. */
const LABEL_PAIRS: readonly (readonly [primary: string, secondary: string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

/**
 * Keeps the `NoSchedule` taints of nodes as their conditions and `unschedulable` say.
 *
 * @see Source: kubernetes `pkg/controller/nodelifecycle/node_lifecycle_controller.go`,
 *   `doNoScheduleTaintingPass`, `reconcileNodeLabels`.
 */
export class NodeTaintsController implements Controller {
  readonly name = 'node-taints';
  readonly watches: readonly ControllerWatch[] = [
    {
      resource: NODES,
      keysFor: ({ type, object }: WatchEvent<Node>) =>
        type === 'DELETED' ? [] : [reconcileKey(object)],
    },
  ];
  readonly #api: KubeApi;

  constructor(api: KubeApi) {
    this.#api = api;
  }

  reconcile(key: ReconcileKey, nowMs: EpochMs): undefined {
    const node = this.#api.get(NODES, objectKey(key));
    if (node === undefined) return undefined;
    const changed = withLabels(
      changeTaints(node, { isOwn: isNoScheduleOwn, wanted: wantedTaints(node) }, nowMs),
    );
    if (!isEqualJson(changed, node)) this.#api.update(NODES, changed);
    return undefined;
  }
}

/**
 * A node with some of its taints exchanged: what is there stays as it is, with the time it was added.
 *
 * @param isOwn - which present taints the change is about; the others stay.
 */
export function changeTaints(
  node: Node,
  {
    isOwn,
    wanted,
  }: { readonly isOwn: (taint: Taint) => boolean; readonly wanted: readonly Taint[] },
  nowMs: EpochMs,
): Node {
  const present = node.spec.taints ?? [];
  const kept = present.filter(
    (taint) => !isOwn(taint) || wanted.some((other) => isSameTaint(taint, other)),
  );
  const added = wanted
    .filter((taint) => !kept.some((other) => isSameTaint(taint, other)))
    .map((taint) => Object.assign({}, taint, { timeAdded: kubeTime(nowMs) }));
  if (added.length === 0 && kept.length === present.length) return node;
  const { taints: _, ...spec } = node.spec;
  const taints = [...kept, ...added];
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
}

/** Taints are the same by key and effect. */
function isSameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

function isNoScheduleOwn({ key, effect }: Taint): boolean {
  return effect === 'NoSchedule' && OWN_KEYS.has(key);
}

function wantedTaints({ spec, status }: Node): readonly Taint[] {
  const keys = (status?.conditions ?? [])
    .map(({ type, status: value }) => CONDITION_TAINTS[type]?.[value])
    .filter((key) => key !== undefined);
  if (spec.unschedulable === true) keys.push(UNSCHEDULABLE);
  return keys.map((key) => ({ key, effect: 'NoSchedule' }));
}

function withLabels(node: Node): Node {
  const { labels } = node.metadata;
  if (labels === undefined) return node;
  const changed: Record<string, string> = {};
  for (const [primary, secondary] of LABEL_PAIRS) {
    const value = labels[primary];
    if (value !== undefined && labels[secondary] !== value) changed[secondary] = value;
  }
  if (Object.keys(changed).length === 0) return node;
  return { ...node, metadata: { ...node.metadata, labels: { ...labels, ...changed } } };
}
